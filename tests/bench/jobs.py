"""The jobs over one database, in a process of their own: `python -m tests.bench.jobs ROWS FILE`."""

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import django

if TYPE_CHECKING:
    from assessments.demo import bulk
    from mmt.accounts.models import User
    from patients.models import Patient


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
    from assessments import instrument
    from assessments.demo import bulk
    from mmt import server
    from tests.bench import (
        cohort,
        export,
        growth,
        imports,
        letters,
        pages,
        people,
        pictures,
        saving,
    )
    from tests.people import make_draft

    long = bulk.load(patients=1, visits=100, seed=7, movements=saving.MOVEMENTS)
    usual = bulk.load(patients=1, visits=20, seed=8, movements=list(instrument.MOVEMENTS))
    many = export.load(rows)
    print(f"loaded {many.scores} scores, {many.scores_a_second:,.0f} a second", flush=True)
    (patient, physio), (other, colleague) = _first_of(long), _first_of(usual)
    draft = make_draft(patient, physio)
    draft.movements = saving.MOVEMENTS
    draft.save(update_fields=["movements"])
    server.settle()  # as where pages are served
    found = []
    for jobs in (
        pages.run(patient, draft, physio),
        pictures.run(patient, other, colleague),
        letters.run(patient, physio),
        saving.run(patient, physio),
        export.run(many),
        cohort.run(many.clinics[0], _first_of(many)[1]),
        growth.run(),
        people.run(),
        imports.run(),  # into a clinic like a real one, beside which no demonstration is loaded
    ):
        for row in jobs:
            print(f"{row.job}: {row.median:.2f} ms, ratio {row.ratio or 0:.1f}", flush=True)
            found.append(row)
    result.write_text(json.dumps([row.as_dict() for row in found]))


def _first_of(loaded: "bulk.Loaded") -> "tuple[Patient, User]":
    """Return a patient of what was loaded, and a physiotherapist of that clinic."""
    from mmt.accounts.models import Membership
    from mmt.accounts.roles import Role
    from patients.models import Patient

    clinic = loaded.clinics[0]
    member = Membership.objects.filter(clinic=clinic, role=Role.PHYSIOTHERAPIST)[0]
    return Patient.objects.filter(clinic=clinic)[0], member.user


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
