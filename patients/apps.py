from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PatientsConfig(AppConfig):
    name = "patients"
    verbose_name = _("Patients")

    def ready(self) -> None:
        from mmt import triggers

        from .triggers import TRIGGERS

        triggers.register(*TRIGGERS)
