from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AuditConfig(AppConfig):
    name = "mmt.audit"
    verbose_name = _("Audit")

    def ready(self) -> None:
        from mmt import triggers

        from .triggers import TRIGGERS

        triggers.register(*TRIGGERS)
