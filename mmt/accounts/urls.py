from django.urls import path

from . import views
from .factors import team as factors

app_name = "team"

urlpatterns = [
    path("", views.index, name="index"),
    path("invite/", views.invite, name="invite"),
    path("invitations/<uuid:invitation_id>/withdraw/", views.withdraw, name="withdraw"),
    path("invitations/<str:token>/", views.accept, name="accept"),
    path("members/<uuid:membership_id>/", views.member, name="member"),
    path("members/<uuid:membership_id>/role/", views.change_role, name="change_role"),
    path("members/<uuid:membership_id>/roles/", views.add_role, name="add_role"),
    path("members/<uuid:membership_id>/factors/reset/", factors.reset, name="reset_factors"),
    path("clinics/<slug:clinic_slug>/second-factors/", factors.roles, name="second_factors"),
    path("members/<uuid:membership_id>/deactivate/", views.deactivate, name="deactivate"),
    path("members/<uuid:membership_id>/reactivate/", views.reactivate, name="reactivate"),
]
