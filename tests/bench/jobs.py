"""The jobs over one database, in a process of their own: `python -m tests.bench.jobs ROWS FILE`."""

import json
import os
import sys
from pathlib import Path

import django


def main(rows: int, result: Path) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "mmt.settings"
    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    settings.ALLOWED_HOSTS = ["testserver"]
    settings.STORAGES["staticfiles"]["BACKEND"] = (
        "django.contrib.staticfiles.storage.StaticFilesStorage"
    )
    call_command("migrate", verbosity=0, interactive=False)
    from assessments.demo import bulk
    from mmt.accounts.models import Membership
    from mmt.accounts.roles import Role
    from patients.models import Patient
    from tests.bench import export, pages, saving
    from tests.people import make_draft

    loaded = bulk.load(patients=1, visits=100, seed=7, movements=saving.MOVEMENTS)
    print(f"loaded {loaded.scores} scores, {loaded.scores_a_second:,.0f} a second", flush=True)
    physio = Membership.objects.filter(clinic=loaded.clinics[0], role=Role.PHYSIOTHERAPIST)[0].user
    patient = Patient.objects.get(clinic=loaded.clinics[0])
    draft = make_draft(patient, physio)
    draft.movements = saving.MOVEMENTS
    draft.save(update_fields=["movements"])
    found = []
    for jobs in (pages.run(patient, draft, physio), saving.run(patient, physio), export.run(rows)):
        for row in jobs:
            print(f"{row.job}: {row.median:.2f} ms, ratio {row.ratio or 0:.1f}", flush=True)
            found.append(row)
    result.write_text(json.dumps([row.as_dict() for row in found]))


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
