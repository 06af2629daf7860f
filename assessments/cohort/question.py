"""What the cohort page is asked. A question lives in the address and names no patient."""

from calendar import monthrange
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mmt.accounts.models import Clinic, User

from .. import instrument
from ..change import Flag
from ..models import Progress
from ..models.progress import moved
from ..movement_choice import NOT_LISTED, MovementsField, MovementsForm, movements_in

FLAGGED = (Flag.CROSSED, Flag.CHANGED, Flag.WATCH)
# Thirds of a grade; any change is at least one.
ANY_DISTANCE = 1
DISTANCES = {"any": ANY_DISTANCE, "1": 3, "2": 6}
MONTHS_OF_A_YEAR = 12


class _Choice(forms.ChoiceField):
    """One of a list; its first stands where the address says nothing."""

    def __init__(self, label: Any, choices: list[tuple[Any, Any]]) -> None:
        super().__init__(
            label=label, choices=choices, required=False, error_messages=dict(NOT_LISTED)
        )
        self.listed = choices

    @property
    def first(self) -> str:
        return str(self.listed[0][0])

    def words_of(self, value: str) -> str:
        return str(dict(self.listed)[value])

    def offer(self, more: list[tuple[Any, Any]]) -> None:
        self.choices = self.listed = [*self.listed, *more]

    def clean(self, value: Any) -> str:
        return super().clean(value) or self.first


class Question(MovementsForm):
    """Every field has an answer already: the first of its choices."""

    side = _Choice(
        _("side"), [("", _("either side")), *((each.value, each.label) for each in instrument.Side)]
    )
    direction = _Choice(
        _("direction"),
        [("fell", _("fell")), ("rose", _("rose")), ("either", _("fell or rose"))],
    )
    by = _Choice(
        _("by at least"),
        [("any", _("any change")), ("1", _("1 grade")), ("2", _("2 grades"))],
    )
    since = _Choice(
        _("since"),
        [("baseline", _("baseline")), ("previous", _("previous"))],
    )
    within = _Choice(
        _("latest grade tested"),
        [
            ("", _("at any time")),
            ("3", _("in the last 3 months")),
            ("6", _("in the last 6 months")),
            ("12", _("in the last 12 months")),
            ("24", _("in the last 24 months")),
        ],
    )
    tester = _Choice(_("tested by"), [("", _("anyone"))])
    only = _Choice(
        _("flag since baseline"),
        [
            ("", _("any or none")),
            ("flagged", _("flagged")),
            ("confirmed", _("confirmed by repeat")),
        ],
    )
    clinic = _Choice(_("clinic"), [("", _("all my clinics"))])
    crossed = forms.BooleanField(required=False)

    def __init__(self, *args: Any, clinics: list[Clinic], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.clinics = clinics
        antigravity = instrument.code_among(
            instrument.ANTIGRAVITY_LEVEL, (clinic.scale_profile for clinic in clinics)
        )
        crossed = _("only from %(code)s or better to below %(code)s") % {"code": antigravity}
        self.fields["crossed"].label = crossed
        testers = User.objects.filter(memberships__clinic__in=clinics).distinct()
        self._offer("clinic", [(clinic.slug, clinic.name) for clinic in clinics])
        self._offer(
            "tester",
            [
                ("mine", _("testers of my clinics")),
                *((str(user.pk), str(user)) for user in testers.order_by("name", "email")),
            ],
        )

    def _offer(self, name: str, choices: list[tuple[Any, Any]]) -> None:
        field = self.fields[name]
        if isinstance(field, _Choice):
            field.offer(choices)

    @property
    def before(self) -> str:
        """Which earlier grade the latest is held against, as a prefix of the read model."""
        return str(self.cleaned_data["since"])

    @property
    def told(self) -> list[str]:
        """Return the valid question in words, for paper, without what it leaves open."""
        said = []
        for name, field in self.fields.items():
            value = self.cleaned_data[name]
            if isinstance(field, _Choice | MovementsField):
                if value != field.first or name == "direction":
                    said.append(f"{field.label}: {field.words_of(value)}")
            elif value:
                said.append(str(field.label))
        return said

    @property
    def asked_clinics(self) -> list[Clinic]:
        wanted = self.cleaned_data["clinic"]
        return [clinic for clinic in self.clinics if wanted in ("", clinic.slug)]

    def cells(self) -> Q:
        """Return which movements and sides are asked about."""
        asked, wanted = self.cleaned_data, Q()
        if asked["movement"]:
            wanted &= Q(movement__in=movements_in(asked["movement"]))
        return wanted & Q(side=asked["side"]) if asked["side"] else wanted

    def wanted(self) -> Q:
        """Return what a result must be to answer, whatever its clinic: see `asked_clinics`."""
        asked = self.cleaned_data
        wanted = self.cells() & self._moved()
        if asked["within"]:
            wanted &= Q(latest_at__gte=_months_ago(int(asked["within"])))
        if asked["tester"] == "mine":
            members = User.objects.filter(memberships__clinic__in=self.clinics)
            wanted &= Q(latest_tester_id__in=members.values("pk"))
        elif asked["tester"]:
            wanted &= Q(latest_tester_id=asked["tester"])
        if asked["only"] == "flagged":
            wanted &= flagged(self.asked_clinics)
        elif asked["only"] == "confirmed":
            # Nothing is confirmed that is not flagged.
            wanted &= Q(confirmed=True) & shown(self.asked_clinics)
        if asked["crossed"]:
            antigravity = instrument.ANTIGRAVITY_LEVEL
            before = {f"{self.before}_level__gte": antigravity}
            wanted &= Q(**before, latest_level__lt=antigravity)
        return wanted

    @property
    def names_movement(self) -> bool:
        """Whether movements are asked about by name, not any nor all of a region."""
        asked = self.cleaned_data["movement"]
        return bool(asked) and all(each in instrument.MOVEMENTS for each in asked)

    @property
    def names_one_movement(self) -> bool:
        return self.names_movement and len(self.cleaned_data["movement"]) == 1

    @property
    def of_any_movement(self) -> bool:
        return not self.cleaned_data["movement"]

    def found(self) -> QuerySet[Progress]:
        """Return the results that answer the question."""
        return Progress.objects.filter(self.wanted(), clinic__in=self.asked_clinics)

    def _moved(self) -> Q:
        way, least = f"since_{self.before}", DISTANCES[self.cleaned_data["by"]]
        direction = self.cleaned_data["direction"]
        if least == ANY_DISTANCE:
            return moved(self.before, direction)
        fell, rose = Q(**{f"{way}__lte": -least}), Q(**{f"{way}__gte": least})
        far = {"fell": fell, "rose": rose, "either": fell | rose}[direction]
        return moved(self.before, direction) & far


def flagged(clinics: list[Clinic]) -> Q:
    """Return what the rule flags, where the clinic shows flags."""
    return Q(flag__in=[flag.value for flag in FLAGGED]) & shown(clinics)


def shown(clinics: list[Clinic]) -> Q:
    """Return where the clinic shows flags."""
    silent = [clinic for clinic in clinics if not clinic.change_flags]
    return ~Q(clinic__in=silent) if silent else Q()


def as_query(question: Question) -> str:
    """Return the valid question as the shortest query string that asks it."""
    said: dict[str, str | tuple[str, ...]] = {}
    for name, value in question.cleaned_data.items():
        field = question.fields[name]
        if isinstance(field, _Choice | MovementsField) and value != field.first:
            said[name] = value
        elif value is True:
            said[name] = "on"
    return urlencode(said or {"direction": "fell"}, doseq=True)


def _months_ago(months: int) -> datetime:
    now = timezone.now()
    year, month = divmod(now.year * MONTHS_OF_A_YEAR + now.month - 1 - months, MONTHS_OF_A_YEAR)
    day = min(now.day, monthrange(year, month + 1)[1])
    return now.replace(year=year, month=month + 1, day=day)
