from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "mmt.accounts"
    verbose_name = _("People and clinics")

    def ready(self) -> None:
        from . import session, signin
        from .factors import told

        signin.watch()
        told.watch()
        session.watch()
