from django.urls import path

from . import views

app_name = "emergency"

urlpatterns = [
    path("", views.open_record, name="open"),
    path("patients/<uuid:patient_id>/end/", views.end, name="end"),
    path("<uuid:access_id>/review/", views.review, name="review"),
    path("clinics/<slug:clinic_slug>/", views.allow, name="allow"),
]
