"""The people of a load run and their open sessions, in the database of DATABASE_URL or DATA_DIR.

python -m tests.load.prepare PEOPLE REVIEWERS    prints them as JSON, see `people.Cast`
"""

import json
import os
import sys
import time
from itertools import islice
from typing import Any

import django

OF_A_CLINIC = 10  # physiotherapists
PATIENTS, VISITS = 20, 8  # of a clinic, and of a patient


def prepare(people: int, reviewers: int) -> dict[str, Any]:
    from assessments.demo import bulk
    from mmt.accounts.roles import Role
    from patients.models import Patient

    clinics = -(-people // OF_A_CLINIC)
    seed = int(time.time())  # another one each time: over the same database there may be several
    loaded = bulk.load(patients=clinics * PATIENTS, visits=VISITS, seed=seed, clinics=clinics)
    known = {
        clinic.pk: [
            str(pk) for pk in Patient.objects.filter(clinic=clinic).values_list("pk", flat=True)
        ]
        for clinic in loaded.clinics
    }

    def someone(number: int, role: Role) -> dict[str, Any]:
        clinic = loaded.clinics[number % clinics]
        email = f"{role}-{number}@{clinic.slug}.example"
        cookies = _session(email, clinic, role)
        mine = islice(known[clinic.pk], number // clinics % PATIENTS, None)
        return {"cookies": cookies, "patients": list(mine), "clinic": clinic.slug}

    return {
        "physiotherapists": [someone(n, Role.PHYSIOTHERAPIST) for n in range(people)],
        "reviewers": [someone(n, Role.CLINICIAN) for n in range(reviewers)],
        "exporter": someone(0, Role.ADMINISTRATOR),
    }


def _session(email: str, clinic: Any, role: Any) -> dict[str, str]:
    """Make the person and sign in; a password's hash takes longer than all the rest."""
    from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
    from django.conf import settings
    from django.utils.crypto import get_random_string

    from mmt.accounts.models import Membership, User
    from tests.people import signed_in

    user = User.objects.create_user(email=email, name=email.partition("@")[0])
    Membership.objects.create(user=user, clinic=clinic, role=role)
    client = signed_in(user)
    session = client.session
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": "password", "at": time.time()}]
    session.save()
    name = settings.SESSION_COOKIE_NAME
    return {
        name: client.cookies[name].value,
        settings.CSRF_COOKIE_NAME: get_random_string(32),
    }


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mmt.settings")
    django.setup()
    print(json.dumps(prepare(int(sys.argv[1]), int(sys.argv[2]))))
