"""How easily somebody could be picked out of records without names: groups of few people."""

from collections import Counter

from django.db import connection as default_connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.translation import ngettext

from patients.models import Patient

from .rows import fetch
from .selection import Selection

FEWEST = 5
YEARS = 10


def warnings(
    selection: Selection, connection: BaseDatabaseWrapper = default_connection
) -> list[str]:
    """Return what should be thought of before these records are given out.

    Groups are of one sex and ten years of birth: what a neighbour would know.
    """
    chosen = selection.assessments().order_by().values("patient")
    people = Patient.objects.filter(pk__in=chosen).values_list("sex", "birth_date")
    groups = Counter((sex, born.year // YEARS) for sex, born in fetch(people, connection))
    total = sum(groups.values())
    if total < FEWEST:
        return [
            ngettext(
                "The records are of %(count)d person only.",
                "The records are of %(count)d people only.",
                total,
            )
            % {"count": total}
        ]
    small = sum(1 for size in groups.values() if size < FEWEST)
    if not small:
        return []
    return [
        ngettext(
            "%(count)d group of one sex and ten years of birth has fewer than %(fewest)d people: "
            "somebody who knows them might recognise them.",
            "%(count)d groups of one sex and ten years of birth have fewer than %(fewest)d people: "
            "somebody who knows them might recognise them.",
            small,
        )
        % {"count": small, "fewest": FEWEST}
    ]
