"""Every address of the product, room by room."""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes.views import view_recovery_codes
from allauth.mfa.webauthn.views import login_webauthn, reauthenticate_webauthn
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.urls import include, path, re_path
from django.views.decorators.http import require_safe
from django.views.generic import RedirectView

from assessments.views.start import start
from mmt import offline, reports
from mmt.accounts import again, new_password, own, token_views
from mmt.accounts.factors import views as factors
from mmt.accounts.session import clears_device, device
from mmt.watch import views as watch

handler400 = "mmt.errors.bad_request"
handler403 = "mmt.errors.permission_denied"
handler404 = "mmt.errors.not_found"
handler500 = "mmt.errors.server_error"


@login_not_required
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Say that the process answers."""
    return HttpResponse("ok", content_type="text/plain")


# Of django-allauth's pages only those that a closed house needs: accounts come by invitation.
account_patterns = [
    path("", own.account, name="account"),
    path("sessions/end/", own.end, name="end_sessions"),
    path("login/", account.login, name="account_login"),
    path("logout/", clears_device(account.logout), name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("signup/", account.signup, name="account_signup"),
    path("reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("file/", again.file_on_its_way, name="file_on_its_way"),
    path("file/get/", again.file, name="file"),
    path("password/change/", new_password.ChangePassword.as_view(), name="account_change_password"),
    path("password/reset/", account.password_reset, name="account_reset_password"),
    path("password/reset/done/", account.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]{1,64})-(?P<key>[0-9A-Za-z-]{1,200})/$",
        new_password.ResetPassword.as_view(),
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/key/done/",
        account.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
]
to_own_account = RedirectView.as_view(pattern_name="account")
factor_patterns = [
    path("", to_own_account, name="mfa_index"),
    path("needed/", factors.needed, name="second_factor"),
    path("code/", mfa.authenticate, name="mfa_authenticate"),
    path("code/again/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("app/add/", factors.AddApp.as_view(), name="mfa_activate_totp"),
    path("app/remove/", factors.RemoveApp.as_view(), name="mfa_deactivate_totp"),
    path("recovery-codes/", view_recovery_codes, name="mfa_view_recovery_codes"),
    path(
        "recovery-codes/make/",
        factors.MakeRecoveryCodes.as_view(),
        name="mfa_generate_recovery_codes",
    ),
    path("passkeys/", to_own_account, name="mfa_list_webauthn"),
    path("passkeys/sign-in/", login_not_required(login_webauthn), name="mfa_login_webauthn"),
    path("passkeys/again/", reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    path("passkeys/add/", factors.AddPasskey.as_view(), name="mfa_add_webauthn"),
    path("passkeys/<int:pk>/remove/", factors.RemovePasskey.as_view(), name="mfa_remove_webauthn"),
]

token_patterns = [
    path("", token_views.tokens, name="tokens"),
    path("<uuid:token_id>/revoke/", token_views.revoke, name="revoke_token"),
]

urlpatterns = [
    path("", include("assessments.urls")),
    path("healthz", healthz, name="healthz"),
    path("readyz", watch.readyz, name="readyz"),
    path("metrics", watch.metrics, name="metrics"),
    path("csp-reports/", reports.csp_reports, name="csp_reports"),
    path("service-worker.js", offline.service_worker, name="service_worker"),
    path("manifest.webmanifest", offline.manifest, name="manifest"),
    path("offline/", offline.offline, name="offline"),
    path("device/", device, name="device"),
    path("accounts/", include(account_patterns)),
    path("accounts/keys/", include(token_patterns)),
    path("api/", include("assessments.api.urls")),
    path("fhir/", include("assessments.api.fhir.urls")),
    path("accounts/second-factor/", include(factor_patterns)),
    path("team/", include("mmt.accounts.urls")),
    path("jobs/", include("mmt.jobs.urls")),
    path("patients/", include("patients.urls")),
    path("emergency/", include("patients.emergency.urls")),
    path("erasures/", include("assessments.erasing.urls")),
    path("audit/", include("assessments.auditing.urls")),
    path("exports/", include("assessments.exchange.urls")),
    path("imports/", include("assessments.exchange.incoming.urls")),
    path("", start, name="start"),
]
