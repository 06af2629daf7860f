"""The page itself: one sheet, tagged, and every fact in words that can be searched."""

from datetime import timedelta

import pytest
from pypdf import PdfReader

from assessments import instrument
from assessments.actions import amend_assessment
from assessments.history import Result
from assessments.letters.facts import Wording, facts_of
from assessments.letters.sentences import sentences_of
from assessments.letters.typesetting import NotPrintable, image_of, pdf_of
from assessments.models import Addressee, Assessment, LetterKind
from mmt.accounts.models import User
from patients.models import Event, Patient
from tests.assessments.letters.reading import BOTH, days_ago, subject, text, written
from tests.people import grade, make_patient, make_signed

HIP, HIP_LEFT, KNEE = ("hip_flexion", "right"), ("hip_flexion", "left"), ("knee_extension", "left")
ANKLE = ("ankle_dorsiflexion", "right")
HOSTILE = "#let x = 1 *bold* <label> $x$ @cite \\ `raw` \u202e\x0b// & <b> ]"


@pytest.fixture
def visits(patient: Patient, physio: User, colleague: User) -> list[Assessment]:
    """Two visits: a fall to zero, a zero that stays, one not testable, one not done, one blank."""
    before = {HIP: grade(9), HIP_LEFT: grade(0), KNEE: grade(9), ANKLE: grade(9)}
    after = {
        HIP: grade(0, limiters=("pain",)),
        HIP_LEFT: grade(0),
        KNEE: Result("not_testable", reason="pain"),
        ANKLE: Result("not_done", reason="time"),
    }
    return [
        make_signed(patient, physio, before, tested_at=days_ago(200)),
        make_signed(patient, colleague, after, tested_at=days_ago(10), fatigue_before=0),
    ]


@pytest.mark.parametrize("kind", BOTH)
def test_it_is_one_tagged_page_of_pdf_ua(
    kind: LetterKind, visits: list[Assessment], physio: User
) -> None:
    pdf = written(visits[1], physio, kind)
    root = pdf.trailer["/Root"]
    assert len(pdf.pages) == 1
    assert [round(float(side)) for side in pdf.pages[0].mediabox[2:]] == [595, 842]
    assert root["/MarkInfo"]["/Marked"] is True or root["/MarkInfo"]["/Marked"].value is True
    assert "/StructTreeRoot" in root
    assert root["/Lang"].startswith("en")
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert b"pdfuaid" in root["/Metadata"].get_data()
    assert "strength" in pdf.metadata.title


def alternatives(element: object, found: list[str]) -> list[str]:
    """Return what pictures are said to show, anywhere under an element of the structure."""
    element = element.get_object() if hasattr(element, "get_object") else element
    if isinstance(element, dict):
        if "/Alt" in element:
            found.append(str(element["/Alt"]))
        alternatives(element.get("/K", []), found)
    elif isinstance(element, list):
        for each in element:
            alternatives(each, found)
    return found


def test_the_picture_is_said_in_words(visits: list[Assessment], physio: User) -> None:
    pdf = written(visits[1], physio)
    [said] = alternatives(pdf.trailer["/Root"]["/StructTreeRoot"], [])
    assert "Right hip flexion 0" in said
    assert "Left knee extension NT Pain" in said
    assert "Right ankle dorsiflexion ND" in said


@pytest.mark.parametrize("kind", BOTH)
def test_what_changed_and_what_has_no_grade_can_be_searched(
    kind: LetterKind, visits: list[Assessment], physio: User
) -> None:
    found = text(written(visits[1], physio, kind))
    assert "Right hip flexion: 4 → 0" in found
    assert "worse, antigravity crossed, possible, not yet confirmed, limited by pain" in found
    assert "Left knee extension: not testable, pain" in found
    assert "Right ankle dorsiflexion: not done, time" in found
    assert "Left ankle dorsiflexion: not assessed" in found


@pytest.mark.parametrize("kind", BOTH)
def test_it_says_whose_it_is_who_signed_and_of_which_version(
    kind: LetterKind, visits: list[Assessment], patient: Patient, clinician: User
) -> None:
    found = text(written(visits[1], clinician, kind, name="Dr Grey", address="1 Quay\n\nSydney"))
    for words in ("Winters, Álma", "12 April 1980", patient.record_number, "Dr Grey", "Sydney"):
        assert words in found
    assert "Cleo Clinician" in found
    assert "revision 1, signed by Cora Colleague" in found
    assert "change rule version 1" in found
    assert "does not diagnose" in found


def test_the_three_sentences(visits: list[Assessment]) -> None:
    tested, changed, minded = sentences_of(subject(visits[1]))
    assert "Cora Colleague tested muscle strength by hand (MS clinic screen, scale MRC 0 to 5)" in (
        tested
    )
    assert tested.endswith(": 2 of 24 tests were graded.")
    assert "(tested by Pia Physio), of 2 grades that can be compared, 1 is flagged" in changed
    assert changed.endswith(
        "1 antigravity crossed (1 worse); 1 a possible change, not yet confirmed."
    )
    assert minded == (
        "22 tests have no grade (1 not testable, 1 not done, 20 not assessed); "
        "noted: fatigue 0 of 10 before, limited by pain at 1 grade, other tester."
    )


def test_a_repeat_confirms_and_the_letter_says_so(
    visits: list[Assessment], patient: Patient, physio: User
) -> None:
    fell = make_signed(patient, physio, {HIP: grade(0)}, tested_at=days_ago(105))
    assert "possible, not yet confirmed" not in text(written(visits[1], physio))
    first = subject(visits[1])
    assert first.before is not None
    assert first.before.id == fell.pk
    told = sentences_of(subject(fell))[1]
    assert told.endswith("1 antigravity crossed (1 worse); 1 confirmed by repeat.")


def test_relapse_and_heat_of_the_visit_are_named(patient: Patient, physio: User) -> None:
    record = make_signed(patient, physio, {HIP: grade(3)}, relapse_status="suspected", heat="fever")
    assert sentences_of(subject(record))[2].endswith("noted: relapse suspected, fever.")


def test_what_limited_the_grades_is_counted(patient: Patient, physio: User) -> None:
    tone = grade(9, limiters=("tone", "substitution"))
    turned = grade(6, limiters=("tone",), position="side_lying")
    results = {HIP: tone, HIP_LEFT: turned, KNEE: grade(12)}
    told = sentences_of(subject(make_signed(patient, physio, results)))[2]
    assert told.endswith(
        "noted: limited by tone at 2 grades, substitution seen at 1 grade, "
        "not in the usual position at 1 grade."
    )


@pytest.mark.parametrize(
    ("around", "told"),
    [
        ({"fatigue_after": 9}, "noted: fatigue 9 of 10 after."),
        ({"device": "walker"}, "noted: device today: walker."),
        ({"device": "fes", "device_worn": True}, "functional electrical stimulation worn during"),
        ({"device_worn": True}, "noted: a device worn during the test."),
        ({"note": "Slept badly."}, "noted: notes, see the record."),
        ({"device": "none"}, "nothing was noted that weakens the result."),
        ({"device": "walker", "device_worn": False}, "nothing was noted that weakens the result."),
        ({}, "nothing was noted that weakens the result."),
    ],
)
def test_what_was_noted_around_the_test_is_named(
    around: dict[str, object], told: str, patient: Patient, physio: User
) -> None:
    record = make_signed(patient, physio, {HIP: grade(9)}, **around)
    assert told in sentences_of(subject(record))[2]


def test_a_note_beside_a_grade_is_pointed_to(patient: Patient, physio: User) -> None:
    record = make_signed(patient, physio, {HIP: grade(9, note="Cast off today.")})
    assert sentences_of(subject(record))[2].endswith("noted: notes, see the record.")


def test_two_visits_of_one_day_are_told_apart_by_their_time(patient: Patient, physio: User) -> None:
    noon = patient.clinic.now().replace(hour=12, minute=0) - timedelta(days=30)
    _first, second = (
        make_signed(patient, physio, {HIP: grade(level)}, tested_at=noon + timedelta(hours=hours))
        for hours, level in ((0, 9), (2, 6))
    )
    tested, changed, _minded = sentences_of(subject(second))
    day = f"{noon:%-d %B %Y}"
    assert tested.startswith(f"On {day}, 14:00 Pia Physio tested")
    assert changed.startswith(f"Since {day}, 12:00 (tested by Pia Physio)")
    found = text(written(second, physio, LetterKind.REPORT))
    assert "12:00" in found.partition("The last visits")[2]
    assert f"better than on {day}, 12:00" in found


def test_a_relapse_near_the_visit_is_a_caution(
    visits: list[Assessment], patient: Patient, physio: User
) -> None:
    onset = visits[1].local_tested_at.date() - timedelta(days=3)
    Event.objects.create(patient=patient, kind="relapse", started=onset, entered_by=physio)
    for about in (subject(visits[1]), subject(visits[1], alone=True)):
        assert "noted: onset of a relapse within 30 days, " in sentences_of(about)[2]


@pytest.mark.parametrize("kind", BOTH)
def test_the_first_visit_has_nothing_to_compare_with(
    kind: LetterKind, patient: Patient, physio: User
) -> None:
    record = make_signed(patient, physio, {HIP: grade(0)})
    found = text(written(record, physio, kind))
    assert "It is the first signed assessment here" in found
    assert "Nothing to compare with yet." in found
    assert "→" not in found


def test_where_flags_are_off_it_tells_of_grades_alone(
    visits: list[Assessment], patient: Patient, physio: User
) -> None:
    patient.clinic.change_flags = False
    patient.clinic.save(update_fields=["change_flags"])
    found = text(written(visits[1], physio))
    assert "Right hip flexion: 4 → 0" in found
    assert "of 2 grades that can be compared, 1 differs (1 worse)." in found
    for words in ("flagged", "antigravity", "possible"):
        assert words not in found


@pytest.mark.parametrize(
    ("profile", "level", "code"),
    [("mrc", 9, "4"), ("mrc_plus_minus", 8, "4-"), ("kendall", 3, "2")],
)
def test_grades_are_in_the_codes_of_their_own_scale(
    profile: str, level: int, code: str, patient: Patient, physio: User
) -> None:
    make_signed(patient, physio, {HIP: grade(12)}, tested_at=days_ago(100))
    record = make_signed(
        patient, physio, {HIP: grade(level)}, profile=profile, tested_at=days_ago(10)
    )
    found = text(written(record, physio))
    assert f"Right hip flexion: 5 → {code}" in found
    assert str(instrument.profile(profile).name) in found
    assert ("other scale profile" in found) == (profile != "mrc")


def test_the_report_has_the_last_six_visits(patient: Patient, physio: User) -> None:
    for days in (700, 600, 500, 400, 300, 200, 100):
        make_signed(patient, physio, {HIP: grade(days // 100)}, tested_at=days_ago(days))
    last = patient.assessments.latest_first()[0]
    facts = facts_of(subject(last), Wording(LetterKind.REPORT, Addressee.GP), by=physio)
    assert len(facts["visits"]["visits"]) == 6
    [row] = [row for row in facts["visits"]["rows"] if row.get("movement") == "Hip flexion"]
    right = [cell["code"] for cell in row["cells"][::2]]
    assert right == ["3", "3-", "2+", "2", "2-", "1"]
    assert {cell["code"] for cell in row["cells"][1::2]} == {""}


def test_an_amendment_makes_another_page(
    visits: list[Assessment], physio: User, lead: User
) -> None:
    amend_assessment(visits[1], {HIP: grade(6)}, reason="Typed wrong.", by=lead, revision=1)
    found = text(written(visits[1], physio))
    assert "Right hip flexion: 4 → 3" in found
    assert "revision 2, signed by" in found


@pytest.fixture
def crowded(physio: User, patient: Patient) -> Assessment:
    """Everything at its longest: 80 grades that fell, long names, a long address, a long line."""
    long = make_patient(
        patient.clinic, physio, family_name="W" * 100, given_names="Ŵ " * 50, record_number="9" * 40
    )
    cells = instrument.cells(instrument.MOVEMENTS)
    for days, level in ((300, 12), (200, 9), (100, 6), (1, 0)):
        results = {(key, side.value): grade(level, limiters=("pain",)) for key, side in cells}
        record = make_signed(
            long, physio, results, battery="full", tested_at=days_ago(days), stopped_early="x " * 50
        )
    return record


@pytest.mark.parametrize("kind", BOTH)
def test_it_stays_one_page_however_much_there_is_to_tell(
    kind: LetterKind, crowded: Assessment, physio: User
) -> None:
    wording = {"name": "N " * 50, "address": "\n".join("ab" * 40), "line": "lengthy " * 37}
    pdf = written(crowded, physio, kind, **wording)
    assert len(pdf.pages) == 1
    found = text(pdf)
    assert "of 80 grades that can be compared, 80 are flagged" in found
    assert "more, see the record" in found
    listed = found.count("3 → 0")
    assert f"and {80 - listed} more, see the record" in found
    assert listed >= 2


def test_a_word_without_an_end_stays_on_the_paper(crowded: Assessment, physio: User) -> None:
    page = written(crowded, physio, line="M" * 300).pages[0]
    lines = page.extract_text().replace("\u200b", "").splitlines()
    assert max(line.count("M") for line in lines) < 70
    assert sum(line.count("M") for line in lines) >= 300


@pytest.mark.parametrize("kind", BOTH)
def test_what_was_typed_is_text_and_never_markup(
    kind: LetterKind, patient: Patient, physio: User
) -> None:
    odd = make_patient(patient.clinic, physio, family_name=HOSTILE[:90])
    record = make_signed(odd, physio, {HIP: grade(3)}, stopped_early=HOSTILE)
    found = text(written(record, physio, kind, name=HOSTILE, address=HOSTILE, line=HOSTILE))
    assert found.count("#let x = 1 *bold* <label> $x$ @cite \\ `raw`") >= 3


def test_a_letter_that_no_font_has_is_named(visits: list[Assessment], physio: User) -> None:
    with pytest.raises(NotPrintable, match="no font for a letter"):
        written(visits[1], physio, line="\U000e0041\U0001f9ff")


def test_the_same_facts_give_the_same_bytes(visits: list[Assessment], physio: User) -> None:
    facts = facts_of(subject(visits[1]), Wording(LetterKind.LETTER, Addressee.GP), by=physio)
    assert pdf_of(facts) == pdf_of(facts)
    assert image_of(facts).startswith(b"\x89PNG")


def test_a_later_test_is_told_instead_of_a_review(visits: list[Assessment], physio: User) -> None:
    pdf: PdfReader = written(visits[0], physio)
    assert "Tested again since, on" in text(pdf)
    assert "Test again by" in text(written(visits[1], physio))
