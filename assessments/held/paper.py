"""The same as pages to hand over: a section for each table, a paragraph for each row."""

import json
from pathlib import Path
from typing import Any

from django.db import models
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from mmt.accounts.models import User
from patients.models import Patient

from ..letters.typesetting import pdf_of
from ..models import Letter, Score
from .found import Rows

TEMPLATE = Path(__file__).with_name("page.typ")
# Said better by another field of the row, or by nobody: a page's bytes, a place on the lattice.
NOT_ON_PAPER = {(Letter, "pdf"), (Score, "level")}


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
        "sections": [_section(model, found) for model, found in rows.items() if found],
        "foot": _("Made on %(day)s by %(name)s, %(clinic)s")
        % {"day": now.strftime("%Y-%m-%d %H:%M"), "name": by.name, "clinic": patient.clinic.name},
    }
    return pdf_of(facts, TEMPLATE)


def _section(model: type[models.Model], rows: list[dict[str, Any]]) -> dict[str, Any]:
    labels = {field.name: str(field.verbose_name) for field in model._meta.concrete_fields}
    return {
        "title": capfirst(str(model._meta.verbose_name_plural)),
        "rows": [
            [
                [labels.get(name, name), _words(model, name, value)]
                for name, value in row.items()
                if value not in (None, "", [], {}) and (model, name) not in NOT_ON_PAPER
            ]
            for row in rows
        ],
    }


def _words(model: type[models.Model], name: str, value: Any) -> str:
    """Return a value as text: a choice by its label."""
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False)
    if name in {field.name for field in model._meta.concrete_fields}:
        choices = dict(getattr(model._meta.get_field(name), "flatchoices", ()))
        return str(choices.get(value, value))
    return str(value)
