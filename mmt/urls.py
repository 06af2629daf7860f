"""Every address of the product, room by room."""

from allauth.account import views as account
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.urls import include, path, re_path

from assessments.views.start import start
from mmt import offline
from mmt.accounts import token_views
from mmt.accounts.session import clears_device, device

handler400 = "mmt.errors.bad_request"
handler403 = "mmt.errors.permission_denied"
handler404 = "mmt.errors.not_found"
handler500 = "mmt.errors.server_error"


@login_not_required
def healthz(request: HttpRequest) -> HttpResponse:
    """Say that the process answers."""
    return HttpResponse("ok", content_type="text/plain")


# Of django-allauth's pages only those that a closed house needs: accounts come by invitation.
account_patterns = [
    path("login/", account.login, name="account_login"),
    path("logout/", clears_device(account.logout), name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("signup/", account.signup, name="account_signup"),
    path("reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("password/change/", account.password_change, name="account_change_password"),
    path("password/reset/", account.password_reset, name="account_reset_password"),
    path("password/reset/done/", account.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]{1,64})-(?P<key>[0-9A-Za-z-]{1,200})/$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/key/done/",
        account.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
]

token_patterns = [
    path("", token_views.tokens, name="tokens"),
    path("<uuid:token_id>/revoke/", token_views.revoke, name="revoke_token"),
]

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("service-worker.js", offline.service_worker, name="service_worker"),
    path("manifest.webmanifest", offline.manifest, name="manifest"),
    path("offline/", offline.offline, name="offline"),
    path("device/", device, name="device"),
    path("accounts/", include(account_patterns)),
    path("accounts/keys/", include(token_patterns)),
    path("api/", include("assessments.api.urls")),
    path("fhir/", include("assessments.api.fhir.urls")),
    path("team/", include("mmt.accounts.urls")),
    path("patients/", include("patients.urls")),
    path("exports/", include("assessments.exchange.urls")),
    path("", start, name="start"),
    path("", include("assessments.urls")),
]
