"""Codes that a site gives its movements: in every resource, or a clear refusal at the start."""

from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from assessments.exchange.fhir import result_part
from assessments.exchange.fhir_codes import codes_in
from assessments.history import Cell
from tests.fhir import valid
from tests.people import grade

OWN, OTHER = "https://clinic.example/codes", "http://loinc.org"


def written(folder: Path, text: str) -> str:
    path = folder / "codes.csv"
    path.write_bytes(text.encode())
    codes_in.cache_clear()
    return str(path)


def test_a_result_carries_the_codes_of_its_movement_and_side(settings: Any, tmp_path: Path) -> None:
    rows = [
        "\ufeffmovement,side,code,system,display",
        f'knee_extension,,KE,{OWN},"Knee, extension"',
        f"knee_extension,right,1-8,{OTHER},",
        f"knee_extension,left,2-6,{OTHER},",
    ]
    settings.FHIR_CODES_FILE = written(tmp_path, "\r\n".join(rows))

    def codes(cell: Cell) -> list[dict[str, str]]:
        found = result_part(cell, grade(0), "mrc")
        valid({"resourceType": "Observation", "status": "final"} | found)
        own, icf, *site = found["code"]["coding"]
        assert (own["code"], icf["code"]) == (cell[0], "b7300")
        return site

    both = {"system": OWN, "code": "KE", "display": "Knee, extension"}
    assert codes(("knee_extension", "right")) == [both, {"system": OTHER, "code": "1-8"}]
    assert codes(("knee_extension", "left")) == [both, {"system": OTHER, "code": "2-6"}]
    assert codes(("hip_flexion", "right")) == []


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (f"quads,,{OWN},KE,x", "line 2: movement: 'quads'"),
        (f"knee_extension,both,{OWN},KE,x", "line 2: side: 'both' is none of right, left"),
        ("knee_extension,,loinc,KE,x", "line 2: system: 'loinc'"),
        (f"knee_extension,,{OWN},,x", "line 2: code: ''"),
        (f"knee_extension,,{OWN},a  b,x", "line 2: code: 'a  b'"),
        (f"knee_extension,,{OWN},KE,x,y", "line 2: it has more cells"),
        (f"knee_extension,,{OWN},A,\nknee_extension,,{OWN},B,", "line 3: the movement and side"),
        ('knee_extension,,"x', "unexpected end of data"),
    ],
)
def test_a_line_that_cannot_be_taken_is_named(tmp_path: Path, line: str, why: str) -> None:
    path = written(tmp_path, f"movement,side,system,code,display\n{line}")
    with pytest.raises(ImproperlyConfigured, match=r"FHIR_CODES_FILE") as found:
        codes_in(path)
    assert why in str(found.value)


def test_a_file_that_is_none_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, "")
    for text, why in (("a,b", "the columns must be movement, system, code"), ("", "the columns")):
        with pytest.raises(ImproperlyConfigured, match=why):
            codes_in(written(tmp_path, text))
    Path(path).write_bytes(b"movement,system,code\n\xff")
    for wrong in (path, f"{path}.none"):
        codes_in.cache_clear()
        with pytest.raises(ImproperlyConfigured, match="FHIR_CODES_FILE"):
            codes_in(wrong)
    assert codes_in("") == {}
