from django.urls import path

from . import views

app_name = "audit"

urlpatterns = [
    path("", views.index, name="index"),
    path("export/", views.export, name="export"),
    path("alarms/<uuid:alarm_id>/", views.alarm, name="alarm"),
    path("patients/<uuid:patient_id>/", views.access, name="access"),
    path("patients/<uuid:patient_id>/access.<slug:form>", views.access_file, name="access_file"),
    path("patients/<uuid:patient_id>/printed/", views.printed, name="printed"),
]
