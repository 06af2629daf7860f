"""The same as pages to hand over: a section for each table, a paragraph for each row."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import models
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from mmt.accounts.models import User
from patients.models import Patient

from .. import instrument
from ..letters.typesetting import pdf_of
from ..models import Amendment, Assessment, Progress
from .found import Rows

TEMPLATE = Path(__file__).with_name("page.typ")
# Of use to programs alone, or said better by another field of the row.
NOT_ON_PAPER = {
    "clinic",
    "content",
    "hash",
    "id",
    "key",
    "level",
    "movements",
    "patient",
    "pdf",
    "revision",
    "sha256",
    "sort_name",
}


def held_pdf(rows: Rows, patient: Patient, *, by: User) -> bytes:
    """Return the pages. Raises NotPrintable."""
    now = patient.clinic.now()
    facts = {
        "language": (get_language() or "en-gb").partition("-")[0],
        "title": _("Everything held about you"),
        "day": [now.year, now.month, now.day],
        "clinic": patient.clinic.name,
        "words": [
            _("Every entry of the strength recorder about %(name)s, voided ones too.")
            % {"name": str(patient)},
            _("Who had access is a list of its own. Letters come as files of their own."),
        ],
        "sections": _Sections(rows, patient).all(),
        "foot": _("Made on %(day)s by %(name)s, %(clinic)s")
        % {"day": now.strftime("%Y-%m-%d %H:%M"), "name": by.name, "clinic": patient.clinic.name},
    }
    return pdf_of(facts, TEMPLATE)


class _Sections:
    """Rows in words: a visit by its day, a movement by its name, times of the clinic."""

    def __init__(self, rows: Rows, patient: Patient) -> None:
        self._rows, self._zone = rows, patient.clinic.zone
        self._visits = {row["id"]: self._time(row["tested_at"]) for row in rows[Assessment]}
        self._visits |= {row["id"]: self._time(row["at"]) for row in rows[Amendment]}

    def all(self) -> list[dict[str, Any]]:
        return [
            {
                "title": capfirst(str(model._meta.verbose_name_plural)),
                "rows": [self._row(model, row) for row in found],
            }
            for model, found in self._rows.items()
            if found and model is not Progress  # drawn from the scores, in levels
        ]

    def _row(self, model: type[models.Model], row: dict[str, Any]) -> list[list[str]]:
        fields = {field.name: field for field in model._meta.concrete_fields}
        return [
            [
                str(fields[name].verbose_name) if name in fields else name,
                self._words(fields.get(name), name, value),
            ]
            for name, value in row.items()
            if value not in (None, "", [], {}) and name not in NOT_ON_PAPER
        ]

    def _words(self, field: Any, name: str, value: Any) -> str:
        if isinstance(value, dict) and name in ("before", "after"):
            told = {part: held for part, held in value.items() if part != "level" and held}
            return ", ".join(f"{part} {held}" for part, held in told.items())
        if isinstance(value, (dict, list)):
            return json.dumps(value, ensure_ascii=False)
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        if name == "movement" and value in instrument.MOVEMENTS:
            return str(instrument.MOVEMENTS[value].name)
        if isinstance(field, models.DateTimeField):
            return self._time(value)
        choices = dict(getattr(field, "flatchoices", ()))
        return str(choices.get(value, self._visits.get(value, value)))

    def _time(self, value: str) -> str:
        return f"{datetime.fromisoformat(value).astimezone(self._zone):%Y-%m-%d %H:%M}"
