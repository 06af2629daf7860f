from django.urls import path

from . import views

app_name = "patients"

urlpatterns = [
    path("", views.list_patients, name="list"),
    path("new/", views.register, name="register"),
    path("<uuid:patient_id>/edit/", views.edit, name="edit"),
    path("<uuid:patient_id>/archive/", views.archive, name="archive"),
    path("<uuid:patient_id>/restore/", views.restore, name="restore"),
    path(
        "<uuid:patient_id>/functional-tests/new/",
        views.add_functional_test,
        name="add_functional_test",
    ),
    path(
        "<uuid:patient_id>/functional-tests/<uuid:test_id>/void/",
        views.void_functional_test,
        name="void_functional_test",
    ),
]
