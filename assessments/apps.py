from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AssessmentsConfig(AppConfig):
    name = "assessments"
    verbose_name = _("Assessments")

    def ready(self) -> None:
        from django.conf import settings

        from mmt import triggers
        from mmt.jobs import kinds, retention

        from .exchange.bulk_job import BULK_EXPORT
        from .exchange.fhir_codes import codes_in
        from .exchange.incoming.check_job import CHECK
        from .exchange.incoming.job import IMPORT
        from .exchange.job import EXPORT
        from .retention import RULES
        from .triggers import TRIGGERS

        triggers.register(*TRIGGERS)
        codes_in(settings.FHIR_CODES_FILE)  # a wrong file is told at the start
        kinds.register(EXPORT, BULK_EXPORT, CHECK, IMPORT)
        retention.register(*RULES)
