from django.urls import path

from . import views

app_name = "imports"

urlpatterns = [
    path("", views.index, name="index"),
    path("<uuid:import_id>/", views.read, name="read"),
    path("<uuid:import_id>/columns/", views.columns, name="columns"),
    path("<uuid:import_id>/check/", views.check, name="check"),
    path("<uuid:import_id>/rejected.csv", views.rejected, name="rejected"),
    path("<uuid:import_id>/undo/", views.undo, name="undo"),
    path("<uuid:import_id>/forget/", views.forget, name="forget"),
]
