from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AssessmentsConfig(AppConfig):
    name = "assessments"
    verbose_name = _("Assessments")

    def ready(self) -> None:
        from mmt import triggers
        from mmt.jobs import kinds

        from .exchange.bulk_job import BULK_EXPORT
        from .exchange.incoming.job import IMPORT
        from .exchange.job import EXPORT
        from .triggers import TRIGGERS

        triggers.register(*TRIGGERS)
        kinds.register(EXPORT, BULK_EXPORT, IMPORT)
