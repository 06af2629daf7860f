"""What is exported comes in again as it was: scores, states, reasons and times."""

import string
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import product
from typing import Any
from uuid import uuid4

import pytest
from django import forms
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assessments import instrument
from assessments.exchange.incoming.check import check
from assessments.exchange.incoming.mapping import proposed
from assessments.exchange.selection import Layout, Shape
from assessments.history import Cell, Result
from assessments.models import Assessment
from assessments.models.context import Context, Device
from assessments.querysets import results_of
from mmt.accounts.models import Clinic, User
from mmt.accounts.roles import Role
from patients.fields import PlainTextField
from tests.people import make_patient, make_signed, make_user

from ..files import as_bytes
from .sheets import bring_in, read

CELLS = [(key, side.value) for key, side in instrument.cells(instrument.MOVEMENTS)]
RISKY = st.sampled_from(["=1+1", "+4", "-1", "@x", "'quoted", "'=1", "a,b", 'say "so"', "x\ny"])
WORDS = st.text(st.characters(blacklist_categories=["C", "Z"]), max_size=20) | RISKY
AROUND = [field.name for field in Context._meta.local_fields]
SAID: dict[str, Any] = {"scale": "", "direction": "up", "battery": ""}


def _is_name(text: str) -> bool:
    try:
        return PlainTextField(max_length=40).clean(text) == text
    except forms.ValidationError:
        return False


NAMES = (st.text(string.ascii_letters + "éøłß'=+-@ ", min_size=1, max_size=20) | WORDS).filter(
    _is_name
)


@st.composite
def results(draw: st.DrawFn, levels: tuple[int, ...], *, whole: bool) -> Result:
    """Return a result; with `whole` also what only the long layout carries."""
    note = draw(WORDS) if whole else ""
    status = draw(st.sampled_from(list(instrument.Status)))
    if status is not instrument.Status.GRADED:
        reason = draw(st.sampled_from(instrument.REASONS[status]))
        return Result(status.value, reason=reason.value, note=note)
    more: dict[str, Any] = {}
    if whole:
        limiters = draw(st.lists(st.sampled_from(list(instrument.Limiter)), unique=True))
        position = draw(st.sampled_from(["", *instrument.Position]))
        more = {"limiters": tuple(map(str, limiters)), "position": str(position), "note": note}
    return Result("graded", draw(st.sampled_from(levels)), **more)


CONTEXT = st.fixed_dictionaries(
    {},
    optional={
        "fatigue_before": st.integers(0, 10),
        "pain": st.integers(0, 10),
        "edss": st.integers(0, 20).map(lambda halves: Decimal(halves) / 2),
        "device": st.sampled_from(Device.values),
        "device_worn": st.booleans(),
        "falls_since_last": st.integers(0, 999),
        "note": WORDS,
    },
)
Planned = tuple[str, datetime, dict[Cell, Result], dict[str, Any]]


@st.composite
def visits(draw: st.DrawFn, *, whole: bool) -> Planned:
    profile = draw(st.sampled_from(list(instrument.PROFILES)))
    levels = instrument.profile(profile).levels
    found = draw(
        st.dictionaries(
            st.sampled_from(CELLS), results(levels, whole=whole), min_size=1, max_size=12
        )
    )
    minutes = draw(st.integers(0, 60 * 24 * 365 * 30))
    at = datetime(1995, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    return profile, at, found, draw(CONTEXT)


def told(clinic: Clinic) -> list[tuple[Any, ...]]:
    """Return all that must survive, in an order that does not hang on identifiers."""
    records = list(Assessment.objects.filter(clinic=clinic).select_related("patient", "tester"))
    found = results_of([record.pk for record in records])
    return sorted(
        (
            record.patient.record_number,
            record.patient.family_name,
            record.patient.birth_date,
            record.tested_at,
            record.tester.name,
            record.profile,
            record.battery,
            [(name, str(getattr(record, name))) for name in AROUND],
            sorted(found[record.pk].items()),
        )
        for record in records
    )


LAYOUTS = pytest.mark.parametrize("layout", [Layout.LONG, Layout.WIDE])
FRESH = [HealthCheck.function_scoped_fixture]


@LAYOUTS
@settings(max_examples=15, suppress_health_check=FRESH)
@given(data=st.data())
def test_exported_and_imported_into_an_empty_clinic_all_is_the_same(
    layout: Layout, db: None, data: st.DataObject
) -> None:
    _there_and_back(data, Shape(layout), "Australia/Sydney", "America/New_York")


@LAYOUTS
@settings(max_examples=4, suppress_health_check=FRESH)
@given(data=st.data())
def test_so_it_is_by_way_of_a_workbook(layout: Layout, db: None, data: st.DataObject) -> None:
    """A spreadsheet knows no time zones, so its times are those of a clock without summer time."""
    _there_and_back(data, Shape(layout, format="xlsx"), "Australia/Brisbane", "Australia/Brisbane")


def _there_and_back(data: st.DataObject, shape: Shape, *zones: str) -> None:
    whole = shape.layout is Layout.LONG
    planned = data.draw(st.lists(visits(whole=whole), min_size=1, max_size=3))
    name = data.draw(NAMES)
    with transaction.atomic():
        here, there = (
            Clinic.objects.create(name=slug, slug=slug, time_zone=zone)
            for slug, zone in zip(("here", "there"), zones, strict=True)
        )
        admin = make_user("there@test", there, Role.ADMINISTRATOR)
        _record(here, name, planned)
        table = read(as_bytes(here, shape), f"records.{shape.format}")
        bring_in(table, there, admin, **SAID)
        assert told(there) == told(here)
        assert check(table, proposed(table.headings), here).already == len(planned)
        transaction.set_rollback(True)


def _record(clinic: Clinic, name: str, planned: list[Planned]) -> None:
    tester = make_user(f"{uuid4()}@test", clinic, Role.PHYSIOTHERAPIST, "Toni Tester")
    patient = make_patient(
        clinic, tester, record_number="R 1", family_name=name, birth_date=date(1950, 2, 28)
    )
    for profile, at, found, context in planned:
        battery = "mmt8" if profile == "kendall" else "full"
        known = {"profile": profile, "battery": battery, "tested_at": at} | context
        make_signed(patient, tester, found, **known)


def test_a_zero_a_minus_and_every_state_survive_both_layouts(
    harbour: Clinic, hillside: Clinic, admin: User
) -> None:
    known = {
        CELLS[0]: Result("graded", 0),
        CELLS[1]: Result("graded", 8),
        CELLS[2]: Result("not_testable", reason="pain"),
        CELLS[3]: Result("not_done", reason="declined"),
    }
    _record(
        harbour, "Zero", [("mrc_plus_minus", datetime(2025, 4, 3, tzinfo=UTC), known, {"pain": 0})]
    )
    for number, (kind, layout) in enumerate(product(("csv", "xlsx"), LAYOUTS.args[1])):
        there = Clinic.objects.create(name="T", slug=f"t{number}", time_zone="Australia/Sydney")
        table = read(as_bytes(harbour, Shape(layout, format=kind)), f"records.{kind}")
        bring_in(table, there, admin, **SAID)
        assert told(there) == told(harbour)
