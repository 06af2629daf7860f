from django.urls import path

from .views import correct, entry, read, sign, trends

app_name = "assessments"

urlpatterns = [
    path("patients/<uuid:patient_id>/", read.person, name="person"),
    path("patients/<uuid:patient_id>/trends/", trends.trends, name="trends"),
    path("patients/<uuid:patient_id>/assessments/new/", entry.new, name="new"),
    path("assessments/<uuid:assessment_id>/", read.read, name="read"),
    path("assessments/<uuid:assessment_id>/score/", entry.record, name="record"),
    path("assessments/<uuid:assessment_id>/save/", entry.save, name="save"),
    path("assessments/<uuid:assessment_id>/discard/", entry.discard, name="discard"),
    path("assessments/<uuid:assessment_id>/movements/", entry.add_movement, name="add_movement"),
    path("assessments/<uuid:assessment_id>/sign/", sign.sign, name="sign"),
    path("assessments/<uuid:assessment_id>/amend/", correct.amend, name="amend"),
    path("assessments/<uuid:assessment_id>/void/", correct.void, name="void"),
    path("assessments/<uuid:assessment_id>/move/", correct.move, name="move"),
]
