from django.urls import path

from . import views

app_name = "erasing"

urlpatterns = [
    path("", views.index, name="index"),
    path("patients/<uuid:patient_id>/", views.patient, name="patient"),
    path("<uuid:erasure_id>/confirm/", views.confirm, name="confirm"),
    path("<uuid:erasure_id>/withdraw/", views.withdraw, name="withdraw"),
]
