"""Whom the rows are about and who tested: found among those known here, or new."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django.utils.translation import gettext as _

from mmt.accounts.models import Clinic, Membership, User
from patients.models import Patient
from patients.names import fold

from ...entry.back_entry import RECORDING_ROLES
from ...models import ImportStatus, NamedTester
from .facts import Facts, Problem, Who
from .targets import name_of


@dataclass(slots=True)
class NewPatient:
    """What the rows together say of somebody who is not known here."""

    number: str
    row: int
    family: str = ""
    given: str = ""
    born: date | None = None
    sex: str = ""

    @property
    def missing(self) -> list[str]:
        found = {"family_name": self.family, "given_names": self.given, "birth_date": self.born}
        return [name_of(key) for key, value in found.items() if not value]

    @property
    def full_name(self) -> str:
        return fold(f"{self.family} {self.given}")


@dataclass(frozen=True, slots=True)
class Known:
    id: UUID
    number: str
    family: str
    given: str
    born: date
    archived: bool
    put_away: bool  # by the undoing of the import that registered them


@dataclass(slots=True)
class Patients:
    """`known` and `new` by record number in capitals, as the database compares them.

    SQLite compares letters beyond ASCII as they are: `doubled` are the numbers that name two
    patients here.
    """

    known: dict[str, Known] = field(default_factory=dict)
    doubled: set[str] = field(default_factory=set)
    new: dict[str, NewPatient] = field(default_factory=dict)
    _by_name: dict[tuple[str, date | None], Known] = field(default_factory=dict)

    def born(self, number: str) -> date | None:
        """Return the birth date of who has this number in capitals, here or in the file."""
        found = self.known.get(number) or self.new.get(number)
        return found.born if found else None

    def judge(self, who: Who, row: int) -> list[Problem]:
        """Return what speaks against these being one and the same person."""
        key = who.number.upper()
        if key in self.doubled:
            why = _("Two patients here have this number, one of them in other letters.")
            return [Problem(row, name_of("record_number"), who.number, why)]
        found = self.known.get(key)
        return self._against_known(found, who, row) if found else self._against_new(key, who, row)

    def _against_known(self, found: Known, who: Who, row: int) -> list[Problem]:
        if found.archived and not found.put_away:
            why = _("This patient is archived. Take the record back first.")
            return [Problem(row, name_of("record_number"), who.number, why)]
        return _differences(who, row, found.family, found.given, found.born, _OF_CLINIC)

    def _against_new(self, key: str, who: Who, row: int) -> list[Problem]:
        new = self.new[key]
        if new.missing:
            why = _(
                "No patient here has this number. To register one the file must give: %(what)s."
            ) % {"what": ", ".join(new.missing)}
            return [Problem(row, name_of("record_number"), who.number, why)]
        if twin := self._by_name.get((new.full_name, new.born)):
            why = _(
                "A patient of this name and birth date has the number %(number)s here. (Leading "
                "zeros get lost in spreadsheets.)"
            ) % {"number": twin.number}
            return [Problem(row, name_of("record_number"), who.number, why)]
        told = _("Row %(row)s says “{stands}” for this number.") % {"row": new.row}
        return _differences(who, row, new.family, new.given, new.born, told)


_OF_CLINIC = ""


def _differences(
    who: Who, row: int, family: str, given: str, born: date | None, told: str
) -> list[Problem]:
    pairs: list[tuple[str, str, str]] = [
        ("family_name", who.family, family),
        ("given_names", who.given, given),
    ]
    wrong = [
        (key, value, stands)
        for key, value, stands in pairs
        if value and value != stands and fold(value) != fold(stands)
    ]
    if who.born and who.born != born:
        wrong.append(("birth_date", who.born.isoformat(), str(born)))
    words = told or _("The patient with this number here has “{stands}”.")
    return [
        Problem(row, name_of(key), value, words.replace("{stands}", stands))
        for key, value, stands in wrong
    ]


def find_patients(clinic: Clinic, facts: Iterable[Facts]) -> Patients:
    """Return who is known of this clinic, and who would be new."""
    found = Patients()
    rows = Patient.objects.filter(clinic=clinic).values_list(
        "id",
        "record_number",
        "family_name",
        "given_names",
        "birth_date",
        "archived_at",
        "imported__batch__status",
        "sort_name",
    )
    for pk, number, family, given, born, archived, status, sort_name in rows.iterator():
        put_away = status == ImportStatus.UNDONE
        known = Known(pk, number, family, given, born, archived is not None, put_away)
        key = number.upper()
        if key in found.known:
            found.doubled.add(key)
        found.known[key] = known
        found._by_name[sort_name, born] = known
    for each in facts:
        if each.who is None or each.who.number.upper() in found.known:
            continue
        new = found.new.setdefault(each.who.number.upper(), NewPatient(each.who.number, each.row))
        new.family = new.family or each.who.family
        new.given = new.given or each.who.given
        new.born = new.born or each.who.born
        new.sex = new.sex or each.who.sex
    return found


@dataclass(frozen=True, slots=True)
class Tester:
    """A tester as the file has the name; `user` if that is one person known here."""

    name: str
    user: User | None


def find_testers(clinic: Clinic, names: Iterable[str]) -> dict[str, Tester]:
    """Return the testers by name. A name that two people of the clinic bear is nobody's account.

    Somebody of the clinic is found by full name or e-mail; somebody named in a file before by
    that name.
    """
    accounts: dict[str, set[User]] = {}
    members = Membership.objects.filter(clinic=clinic, role__in=RECORDING_ROLES)
    for member in members.select_related("user"):
        for word in (fold(member.user.name), member.user.email.casefold()):
            accounts.setdefault(word, set()).add(member.user)
    named = {
        each.name_key: each.user
        for each in NamedTester.objects.filter(clinic=clinic).select_related("user")
    }
    found = {}
    for name in dict.fromkeys(names):
        people = accounts.get(name.casefold()) or accounts.get(fold(name)) or set()
        user = next(iter(people)) if len(people) == 1 else named.get(fold(name)[:100])
        found[name] = Tester(name, user)
    return found
