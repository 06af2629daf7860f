from django.urls import path, re_path

from . import bulk, letters, views

app_name = "fhir"

urlpatterns = [
    path("metadata", views.metadata, name="metadata"),
    path("Patient", views.patients, name="patients"),
    path("Patient/<uuid:patient_id>", views.patient, name="patient"),
    path("Observation", views.observation_list, name="observations"),
    re_path(
        r"^Observation/(?P<observation_id>[A-Za-z0-9.-]{1,64})$",
        views.observation,
        name="observation",
    ),
    path("DiagnosticReport", letters.report_list, name="reports"),
    path("DiagnosticReport/<uuid:letter_id>", letters.report, name="report"),
    path("Binary/<uuid:letter_id>", letters.binary, name="binary"),
    path("$export", bulk.export, name="export"),
    path("Patient/$export", bulk.export, name="export_patients"),
    path("bulk/<uuid:job_id>", bulk.status, name="bulk"),
    path("bulk/<uuid:job_id>/<slug:kind>.ndjson", bulk.file, name="bulk_file"),
    path("CodeSystem", views.code_system_list, name="code_systems"),
    path("CodeSystem/<slug:key>", views.code_system, name="code_system"),
    path("ValueSet", views.value_set_list, name="value_sets"),
    path("ValueSet/<slug:key>", views.value_set, name="value_set"),
    re_path("", views.missing, name="missing"),
]
