"""The one door to patients, and the ways to find them."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.formats import get_format

from mmt.accounts.models import User
from mmt.accounts.roles import Permission

from .names import search_terms

if TYPE_CHECKING:
    from .models import Patient  # noqa: F401  (stands in a string)

MOST_TERMS = 6
# So many patients or fewer with a word are found before they are put in order. Where more have it,
# a walk through the names in their order soon meets enough for a page.
FEW = 50_000
LAST_LETTER = chr(0x10FFFF)


def opened_to(user: User) -> list[UUID]:
    """Return the patients of other clinics that the person may read just now; mostly none."""
    if user.emergency_until is None or user.emergency_until <= timezone.now():
        return []
    if not user.can_somewhere(Permission.OPEN_IN_EMERGENCY):
        return []
    from .models import EmergencyAccess  # which stands on this module

    # Who may see what is never asked of a standby.
    access = EmergencyAccess.objects.using(DEFAULT_DB_ALIAS).in_force()
    found = access.filter(person=user)
    return list(found.values_list("patient_id", flat=True).distinct())


def reach_of(user: User) -> tuple[UUID, list[UUID], list[UUID]]:
    """Return what decides about which records the person may read: who it is, the clinics in which
    they may see patients, and the patients of others that are open to them.
    """
    return user.pk, user.clinic_ids_with(Permission.SEE_PATIENTS), opened_to(user)


class PatientQuerySet(models.QuerySet["Patient"]):
    def visible_to(self, user: User) -> "PatientQuerySet":
        """The patients of the clinics in which the person may see patients, and those of others
        that they opened in an emergency.
        """
        _person, clinics, opened = reach_of(user)
        return self.within_reach(clinics, opened)

    def within_reach(self, clinics: Sequence[UUID], opened: Sequence[UUID]) -> "PatientQuerySet":
        """What `visible_to` finds, by the person's `reach_of`: for a question that is kept."""
        mine = Q(clinic__in=clinics)
        return self.filter(mine | Q(pk__in=opened)) if opened else self.filter(mine)

    def active(self) -> "PatientQuerySet":
        return self.filter(archived_at__isnull=True)

    def archived(self) -> "PatientQuerySet":
        return self.filter(archived_at__isnull=False)

    def by_name(self) -> "PatientQuerySet":
        return self.order_by("sort_name", "id")

    def after(self, sort_name: str, patient_id: object) -> "PatientQuerySet":
        """What follows a place in `by_name`: paging by key, as quick on page 900 as on page 1."""
        beyond = Q(sort_name__gt=sort_name) | Q(id__gt=patient_id)
        return self.filter(beyond, sort_name__gte=sort_name)  # so that an index begins there

    def matching(self, text: str) -> "PatientQuerySet":
        """Find by birth date, or by the beginnings of names and record number in any order."""
        if born := _as_date(text):
            return self.filter(birth_date=born)
        terms = sorted(search_terms(text), key=len, reverse=True)[:MOST_TERMS]
        found = self if terms else self.none()
        for term in terms:
            found = found.filter(_has_term(term, found.db))
        return found


def _has_term(prefix: str, database: str) -> Q | Exists:
    """Return the condition for the patients of whom a term begins so."""
    from .models import SearchTerm

    terms = SearchTerm.objects.filter(term__startswith=prefix)
    if connections[database].vendor == "sqlite":
        # Its LIKE knows no case, so that no index serves it; terms are folded, a range serves.
        terms = terms.filter(term__gte=prefix, term__lt=prefix + LAST_LETTER)
    ids = terms.values("patient")
    if ids[: FEW + 1].count() > FEW:
        return Exists(terms.filter(patient=OuterRef("pk")))
    # Cut off where nothing is: or PostgreSQL walks through all names and asks of each.
    return Q(pk__in=ids[:FEW])


def _as_date(text: str) -> date | None:
    for pattern in get_format("DATE_INPUT_FORMATS"):
        try:
            return datetime.strptime(text.strip(), pattern).date()  # noqa: DTZ007 (a day, no time)
        except ValueError:
            continue
    return None
