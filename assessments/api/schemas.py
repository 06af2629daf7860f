"""What the API takes and gives. Dates are ISO 8601; moments carry their offset from UTC.

Grades are codes of the assessment's scale ("0", "4-"), never numbers to calculate with; `level`
is their place 0-12 on the lattice of grades, which orders them and has no distances.
"""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Field, Schema
from pydantic import BeforeValidator


def _written(value: object) -> object:
    """Refuse a number for a day: 0 would be taken for the first of January 1970."""
    if isinstance(value, str):
        return value
    raise ValueError("a day or time is written as ISO 8601")


Text = Annotated[str, Field(max_length=300)]
Day = Annotated[date, BeforeValidator(_written)]
Moment = Annotated[datetime, BeforeValidator(_written)]


class PatientRow(Schema):
    """What a list shows of a patient."""

    id: UUID
    clinic: str = Field(examples=["harbour"])
    record_number: str = Field(examples=["HB-0007"])
    family_name: str
    given_names: str
    birth_date: date
    last_seen: date | None = Field(description="Day of the last signed assessment.")
    archived_at: datetime | None


class PatientOut(PatientRow):
    sex: str
    ms_course: str | None
    course_since: date | None
    onset: date | None
    dominant_side: str | None
    weaker_side: str | None
    registered_at: datetime


class PatientIn(Schema):
    clinic: str = Field("", max_length=50, description="Needed where you register in several.")
    record_number: str = Field(max_length=40, examples=["HB-0123"])
    family_name: str = Field(max_length=100, examples=["Example"])
    given_names: str = Field(max_length=100, examples=["Ana"])
    birth_date: Day = Field(examples=["1975-04-30"])
    sex: str = Field("unknown", max_length=8)
    ms_course: str = Field("", max_length=8)
    course_since: Day | None = None
    onset: Day | None = None
    dominant_side: str = Field("", max_length=8)
    weaker_side: str = Field("", max_length=8)
    although_similar: bool = Field(
        False, strict=True, description="Register although a patient much like this one is known."
    )


class Person(Schema):
    id: UUID
    name: str


class AssessmentOut(Schema):
    id: UUID
    patient: UUID
    clinic: str
    status: Literal["draft", "signed", "amended", "voided"]
    apart: Literal["", "sealed", "second"] = Field(
        description="Of a blind pair, and no visit: sealed until both are signed, then second."
    )
    tested_at: datetime = Field(description="With the offset of the place of the test.")
    time_zone: str
    battery: str = Field(examples=["ms_clinic_screen"])
    battery_version: int
    profile: str = Field(examples=["mrc"], description="The scale.")
    tester: Person
    entered_by: Person
    entered_at: datetime
    signed_by: Person | None
    signed_at: datetime | None
    voided_at: datetime | None
    void_reason: str
    revision: int


class ScoreOut(Schema):
    movement: str = Field(examples=["hip_flexion"])
    side: str = Field(description="right, left or midline: the patient's own.")
    status: str = Field(description="graded, not_testable or not_done.")
    grade: str | None = Field(examples=["4-"])
    level: int | None = Field(description="0-12; 0 is a grade. Null unless graded.")
    reason: str
    limiters: list[str]
    position: str
    note: str
    amended: bool


class CellOut(Schema):
    movement: str
    side: str


class SignatureOut(Schema):
    meaning: Literal["signed", "imported", "amended", "moved", "voided"]
    name: str = Field(description="The signer's, as it stood.")
    at: datetime
    sha256: str = Field(description="Over all that was recorded and what this says.")


class RecordOut(AssessmentOut):
    signature: SignatureOut | None = Field(description="The newest; null for a draft.")
    as_signed: bool | None = Field(
        description="False: the content does not match its signature, do not rely on it."
    )
    context: dict[str, Any] = Field(description="What stood around the scores, where recorded.")
    scores: list[ScoreOut] = Field(description="What was recorded, in the instrument's order.")
    blank: list[CellOut] = Field(description="Cells of the form with nothing recorded.")


class GradeAt(Schema):
    grade: str = Field(description="The code on the MRC scale with + and -.")
    level: int
    at: datetime
    assessment: UUID
    tester: UUID


class ProgressOut(Schema):
    movement: str
    side: str
    baseline: GradeAt
    previous: GradeAt | None
    latest: GradeAt
    direction: Literal["weaker", "same", "stronger"] = Field(
        description="The latest grade beside the baseline."
    )
    flag: str | None = Field(
        description="What the clinic's rule says of the latest grade against the baseline: a "
        "possible change at most. Null where the clinic shows no flags."
    )
    confirmed: bool = Field(description="Whether a repeat stands behind the flag.")


class ProgressList(Schema):
    rule_version: int
    items: list[ProgressOut]


class StartIn(Schema):
    battery: str = Field(max_length=40, examples=["ms_clinic_screen"])
    profile: str = Field(max_length=32, examples=["mrc"])
    tested_at: Moment = Field(examples=["2026-03-02T10:15:00+11:00"])
    second: bool = Field(
        False,
        strict=True,
        description="Start although the day holds a test of this patient already.",
    )


class ScoreIn(Schema):
    """`text` is what would be typed in the grid: a grade, "NT" or "ND", or "" to empty the cell."""

    movement: str = Field(max_length=40, examples=["hip_flexion"])
    side: Literal["right", "left", "midline"]
    text: str = Field(max_length=40, examples=["4-"])
    reason: str = Field("", max_length=20)
    limiters: list[Annotated[str, Field(max_length=20)]] = Field([], max_length=20)
    position: str = Field("", max_length=20)
    note: Text = ""


class DraftIn(Schema):
    scores: list[ScoreIn] = Field(min_length=1, max_length=200)


class DraftScore(Schema):
    movement: str
    side: str
    text: str
    reason: str
    limiters: list[str]
    position: str
    note: str


class DraftOut(Schema):
    assessment: UUID
    patient: UUID
    revision: int
    saved_at: datetime
    saved_by: Person
    scores: list[DraftScore]
    blank: list[CellOut]


class PatientPage(Schema):
    items: list[PatientRow]
    next: str | None = Field(description="Address of the next page.")


class SearchIn(Schema):
    q: str = Field(
        min_length=1,
        max_length=200,
        description="Beginnings of names and of the record number in any order, or a birth date.",
        examples=["HB-0007"],
    )


class PatientsFound(Schema):
    items: list[PatientRow]
    more: bool


class AssessmentPage(Schema):
    items: list[AssessmentOut]
    next: str | None


class FieldProblem(Schema):
    field: str
    message: str


class ProblemOut(Schema):
    """A problem document (RFC 9457), as application/problem+json."""

    type: str = "about:blank"
    title: str = Field(examples=["Not Found"])
    status: int = Field(examples=[404])
    detail: str = ""
    errors: list[FieldProblem] | None = None
