"""All that the recording page shows."""

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.http import QueryDict
from django.template.loader import render_to_string
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from .. import consistency, instrument
from ..models import Assessment, Draft
from ..wording import key_name
from .context import context_texts, render_context
from .drafts import Conflict
from .earlier import last_codes, last_known
from .grid import render_grid
from .order import Order
from .typed import asked, keep_typed, picked, shown_texts

# No digit, so that a grade typed out of turn is not taken for a position.
POSITION_KEYS = {
    instrument.Position.SITTING: "s",
    instrument.Position.SIDE_LYING: "l",
    instrument.Position.PRONE: "p",
    instrument.Position.SUPINE: "u",
    instrument.Position.STANDING: "t",
}


@dataclass(frozen=True, slots=True)
class Choice:
    """One button of a chooser, and the key that presses it."""

    value: str
    label: Any
    key: str


@dataclass(frozen=True, slots=True)
class Chooser:
    """What asks one key more: a reason, or limiters, of which there may be several."""

    name: str
    title: str
    choices: Sequence[Choice]
    many: bool = False
    optional: bool = False  # pressed again, the choice is taken back


@dataclass(frozen=True, slots=True)
class RecordPage:
    assessment: Assessment
    draft: Draft
    order: Order
    conflicts: Sequence[Conflict] = ()
    refused: QueryDict | None = None  # a form that was sent and not taken

    def context(self) -> dict[str, Any]:
        assessment, draft = self.assessment, self.draft
        known = last_known(assessment)
        untestable = {cell for cell, last in known.items() if last.not_testable}
        last = last_codes(assessment, known)
        texts = context_texts(assessment, draft)
        shown = json.dumps(shown_texts(assessment, draft, texts), ensure_ascii=False)
        language = get_language() or ""
        wanted = self.refused.get("movement", "") if self.refused else ""
        conflicts = [*self._asked_before(), *map(_told, self.conflicts)]
        if self.refused:
            draft = keep_typed(self.refused, assessment, draft)
            texts = context_texts(assessment, draft)
        return {
            "patient": assessment.patient,
            "assessment": assessment,
            "draft": draft,
            "shown": shown,
            "unsaved": self.refused is not None,
            "page": uuid.uuid4(),
            "order": self.order,
            "grid": render_grid(assessment, draft, last, self.order, untestable),
            "total": len(assessment.cells),
            "position_changes": self.order.position_changes(assessment.movements),
            "limbs": _limbs(assessment),
            **_scale(instrument.profile(assessment.profile)),
            "now": _now(assessment.profile, language),
            "grade_codes": _grade_codes(assessment.profile, language),
            "context_fields": render_context(texts),
            "addable": _addable(tuple(assessment.movements), wanted, language),
            "conflicts": conflicts,
        }

    def _asked_before(self) -> list[dict[str, str]]:
        """Return what the refused form asked about, with its answers, but for what changed anew."""
        if not self.refused:
            return []
        anew = {conflict.key for conflict in self.conflicts}
        before = [key for key in asked(self.refused, self.assessment) if key not in anew]
        return [
            _told(
                Conflict(key, {"text": self.refused.get(key, "")}, self.draft.cells.get(key, {})),
                picked(self.refused, key),
            )
            for key in before
        ]


def _scale(profile: instrument.Profile) -> dict[str, Any]:
    return {
        "profile": profile,
        "codes": " ".join(profile.codes),
        "lattice": _lattice(profile),
        "normal": instrument.code(instrument.NORMAL_LEVEL, profile.key),
    }


@lru_cache(maxsize=50)
def _now(profile_key: str, _language: str) -> str:
    """Return the card of the current cell: the same for every visit on a scale, so made once."""
    profile = instrument.profile(profile_key)
    knows = {
        "grades": profile.grades,
        "asking": _asking(),
        "choosers": _choosers(),
        "refines": any(code[-1] in "+-" for code in profile.codes),
        "tens": "10" in profile.codes,
    }
    return render_to_string("assessments/_now.html", knows)


@lru_cache(maxsize=50)
def _grade_codes(profile_key: str, _language: str) -> str:
    """Return what may be typed in a cell, as options."""
    knows = {
        "grades": instrument.profile(profile_key).grades,
        "not_testable": instrument.REASONS[instrument.Status.NOT_TESTABLE],
        "not_done": instrument.REASONS[instrument.Status.NOT_DONE],
    }
    return render_to_string("assessments/_grade_codes.html", knows)


@lru_cache(maxsize=50)
def _addable(movements: tuple[str, ...], wanted: str, _language: str) -> str:
    """Return the movements that are not among these, as options."""
    others = [each for each in instrument.MOVEMENTS.values() if each.key not in movements]
    return render_to_string("assessments/_addable.html", {"addable": others, "wanted": wanted})


def _lattice(profile: instrument.Profile) -> str:
    """Return "code=level" pairs: the profile's own codes over those of the whole lattice, so that
    a last grade from a finer scale can still be compared.
    """
    levels = {instrument.MRC_CODES[level]: level for level in instrument.LEVELS}
    levels |= {grade.code: grade.level for grade in profile.grades}
    return " ".join(f"{code}={level}" for code, level in levels.items())


def _limbs(assessment: Assessment) -> list[tuple[instrument.Side, instrument.Limb]]:
    """Return the limbs of this assessment, for choosing all their cells at once."""
    movements = [instrument.movement(key) for key in assessment.movements]
    found = {(side, each.limb) for each in movements for side in each.sides if each.limb}
    sides = (instrument.Side.RIGHT, instrument.Side.LEFT)
    every = [(side, limb) for limb in instrument.Limb for side in sides]
    return [limb for limb in every if limb in found]


def _asking() -> dict[str, Any]:
    """Return what the page must know to ask at the cell as the review asks before signing."""
    return {
        "jump": consistency.JUMP_THIRDS,
        "above": consistency.ABOVE_WITHOUT_GRAVITY,
        "normal": instrument.NORMAL_LEVEL,
        "limiter": instrument.Limiter.PAIN.value,
        "cells": consistency.SAME_CELLS,
        "seconds": consistency.SAME_SECONDS,
        "thirds": " ".join(map(str, instrument.THIRDS)),
        "questions": list(consistency.QUESTIONS.items()),
    }


def _choosers() -> list[Chooser]:
    limiters = [
        Choice(limiter.value, limiter.label, str(place))
        for place, limiter in enumerate(instrument.Limiter, start=1)
    ]
    return [
        Chooser(
            "not_testable",
            _("Not testable:"),
            _reasons(instrument.Status.NOT_TESTABLE),
        ),
        Chooser("not_done", _("Not done:"), _reasons(instrument.Status.NOT_DONE)),
        Chooser("limiter", _("What limited"), limiters, many=True),
        Chooser("position", _("Position of"), _positions(), optional=True),
    ]


def _positions() -> list[Choice]:
    return [
        Choice(position.value, position.label, POSITION_KEYS[position])
        for position in instrument.Position
    ]


def _reasons(status: instrument.Status) -> list[Choice]:
    return [Choice(reason.value, reason.label, reason.key) for reason in instrument.REASONS[status]]


def _told(conflict: Conflict, picked: str = "") -> dict[str, str]:
    return {
        "key": conflict.key,
        "name": key_name(conflict.key),
        "yours": conflict.yours["text"],
        "theirs": conflict.theirs.get("text", ""),
        "by": conflict.theirs.get("by", ""),
        "picked": picked,
    }
