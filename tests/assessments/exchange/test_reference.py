"""The quick way to a file gives the very bytes that the plain way over objects would.

Written a second time, slowly and from the objects, on whichever database the tests run.
"""

import csv
import io
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from assessments import instrument
from assessments.actions import amend_assessment, void_assessment
from assessments.exchange.selection import Layout, Shape, Standing
from assessments.history import Result
from assessments.models import Assessment, Score
from mmt.accounts.models import Clinic, User
from tests.people import grade, make_patient, make_signed

from .files import as_bytes

BEFORE = """
clinic record_number family_name given_names birth_date sex assessment tested_on tested_at
battery battery_version scale cells record_status source tester signed_by signed_at
""".split()  # noqa: SIM905
RESULT = """
movement movement_name side status grade reason limiters position entered
confirmed amended result_note
""".split()  # noqa: SIM905
AFTER = """
setting heat fatigue_before fatigue_after pain pain_where relapse_status edss device
device_worn hours_since_antispastic hours_since_fampridine first_side stopped_early
falls_since_last visit_note voided_at void_reason
""".split()  # noqa: SIM905
RISKY = tuple("=+-@\t\r\n＝＋－＠")


def text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    written = str(value)
    is_number = written.lstrip("+-").replace(".", "", 1).isdigit()
    return f"'{written}" if written.lstrip(" ").startswith(RISKY) and not is_number else written


def moment(value: datetime | None, zone: ZoneInfo) -> str:
    return value.astimezone(zone).replace(microsecond=0).isoformat() if value else ""


def around(record: Assessment) -> tuple[list[str], list[str]]:
    patient, zone = record.patient, ZoneInfo(record.time_zone)
    before = [
        text(record.clinic.name),
        *map(text, (patient.record_number, patient.family_name, patient.given_names)),
        patient.birth_date.isoformat(),
        patient.sex,
        str(record.pk),
        record.tested_at.astimezone(zone).date().isoformat(),
        moment(record.tested_at, zone),
        *map(text, (record.battery, record.battery_version, record.profile, len(record.cells))),
        *map(text, (record.status, record.source, record.tester.name, record.signed_by.name)),
        moment(record.signed_at, zone),
    ]
    names = [{"visit_note": "note"}.get(name, name) for name in AFTER]
    after = [
        moment(record.voided_at, zone) if name == "voided_at" else text(getattr(record, name))
        for name in names
    ]
    return before, after


def long_rows(record: Assessment, *, blanks: bool) -> Iterator[list[str]]:
    scores = {(score.movement, score.side): score for score in record.scores.all()}
    for movement, side in instrument.cells(instrument.MOVEMENTS):
        name = str(instrument.movement(movement).name)
        if score := scores.get((movement, side)):
            yield [movement, name, side, *_of(score, record.profile)]
        elif blanks and movement in record.movements:
            yield [movement, name, side, "blank", *[""] * 8]


def _of(score: Score, profile: str) -> list[str]:
    return [
        score.status,
        "" if score.level is None else instrument.code(score.level, profile),
        score.reason,
        score.limiters,
        text(score.position),
        score.entered,
        score.confirmed,
        "no" if score.amendment_id is None else "yes",
        text(score.note),
    ]


def wide_cells(record: Assessment) -> Iterator[str]:
    scores = {(score.movement, score.side): score for score in record.scores.all()}
    for cell in instrument.cells(instrument.MOVEMENTS):
        score = scores.get(cell)
        if score is None:
            yield ""
        elif score.level is None:
            yield {"not_testable": "NT ", "not_done": "ND "}[score.status] + score.reason
        else:
            yield instrument.code(score.level, record.profile)


def reference(shape: Shape) -> bytes:
    cells = [f"{movement}_{side}" for movement, side in instrument.cells(instrument.MOVEMENTS)]
    wide = shape.layout is Layout.WIDE
    rows = [[*BEFORE, *(cells if wide else RESULT), *AFTER]]
    for record in Assessment.objects.exclude(status="draft").order_by("tested_at", "id"):
        before, after = around(record)
        middle = [[*wide_cells(record)]] if wide else long_rows(record, blanks=shape.blanks)
        rows += [[*before, *cells, *after] for cells in middle]
    file = io.StringIO(newline="")
    csv.writer(file).writerows(rows)
    return (("\ufeff" if shape.bom else "") + file.getvalue()).encode()


@pytest.fixture
def hostile_records(harbour: Clinic, physio: User, colleague: User) -> None:
    """Zeros, every state, 4-, accents, quotes, line breaks, formulas, amended, voided."""
    people = [
        make_patient(harbour, physio, family_name='=O\'Neil, "Ó"', record_number="-1"),
        make_patient(
            harbour, physio, family_name="漢字", birth_date=date(1900, 2, 28), sex="other"
        ),
    ]
    notes = ["", "-1", "4-", "=1", " +x", "a\nb", "a\r\nb", 'say "no"', "\x1e|\x1f", "＝1", "né;\t"]
    cells = instrument.cells(instrument.battery("full").movements)
    for n, profile in enumerate([*instrument.PROFILES] * 2):
        levels = instrument.profile(profile).levels
        results = {
            cell: grade(
                levels[place % len(levels)],
                note=notes[place % len(notes)],
                limiters=("pain", "tone")[: place % 3],
                position=("", "supine", "=x")[place % 3],
            )
            for place, cell in enumerate(cells)
            if place % 7
        }
        results[cells[0]] = Result("not_testable", reason="after_surgery", note=notes[n])
        results[cells[7]] = Result("not_done", reason="declined")
        record = make_signed(
            people[n % 2],
            colleague if n % 3 else physio,
            results,
            profile=profile,
            battery="full",
            tested_at=datetime(2025, 1 + n, 1, 13, 5, n, tzinfo=UTC),
            note=notes[-n],
            fatigue_before=0,
            edss=Decimal("0.0") if n % 2 else Decimal("3.5"),
            device_worn=(None, True, False)[n % 3],
            pain_where="+here",
        )
        if n == 2:
            changed = {cells[0]: grade(0), cells[14]: grade(12, note="late")}
            amend_assessment(record, changed, reason="x", by=physio, revision=record.revision)
        if n == 3:
            void_assessment(record, reason="=x", by=physio, revision=record.revision)


@pytest.mark.parametrize(
    "shape", [Shape(), Shape(blanks=True, bom=True), Shape(Layout.WIDE)], ids=str
)
@pytest.mark.usefixtures("hostile_records")
def test_the_file_is_what_the_objects_say(shape: Shape, harbour: Clinic) -> None:
    assert as_bytes(harbour, shape, standing=Standing.RECORDED) == reference(shape)
