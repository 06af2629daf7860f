"""All that the recording page shows."""

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from .. import instrument
from ..models import Assessment, Draft
from ..wording import key_name
from .context import context_texts, render_context
from .drafts import Conflict
from .grid import render_grid
from .review import last_codes
from .typed import keep_typed, shown_texts


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


@dataclass(frozen=True, slots=True)
class RecordPage:
    assessment: Assessment
    draft: Draft
    order: str
    conflicts: Sequence[Conflict] = ()
    refused: QueryDict | None = None  # a form that was sent and not taken

    def context(self) -> dict[str, Any]:
        assessment, draft = self.assessment, self.draft
        last = last_codes(assessment)
        texts = context_texts(assessment, draft)
        shown = json.dumps(shown_texts(assessment, draft, texts), ensure_ascii=False)
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
            "grid": render_grid(assessment, draft, last, self.order),
            "total": len(assessment.cells),
            "position_changes": len(instrument.by_position(assessment.movements)) - 1,
            **_scale(instrument.profile(assessment.profile)),
            "choosers": _choosers(),
            "not_testable": instrument.REASONS[instrument.Status.NOT_TESTABLE],
            "not_done": instrument.REASONS[instrument.Status.NOT_DONE],
            "context_fields": render_context(texts),
            "addable": [
                each
                for each in instrument.MOVEMENTS.values()
                if each.key not in assessment.movements
            ],
            "conflicts": [_told(conflict) for conflict in self.conflicts],
        }


def _scale(profile: instrument.Profile) -> dict[str, Any]:
    return {
        "profile": profile,
        "grades": profile.grades,
        "codes": " ".join(profile.codes),
        "lattice": _lattice(profile),
        "normal": instrument.code(instrument.NORMAL_LEVEL, profile.key),
        "refines": any(code[-1] in "+-" for code in profile.codes),
        "tens": "10" in profile.codes,
    }


def _lattice(profile: instrument.Profile) -> str:
    """Return "code=level" pairs: the profile's own codes over those of the whole lattice, so that
    a last grade from a finer scale can still be compared.
    """
    levels = {instrument.MRC_CODES[level]: level for level in instrument.LEVELS}
    levels |= {grade.code: grade.level for grade in profile.grades}
    return " ".join(f"{code}={level}" for code, level in levels.items())


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
    ]


def _reasons(status: instrument.Status) -> list[Choice]:
    return [Choice(reason.value, reason.label, reason.key) for reason in instrument.REASONS[status]]


def _told(conflict: Conflict) -> dict[str, str]:
    return {
        "name": key_name(conflict.key),
        "yours": conflict.yours["text"],
        "theirs": conflict.theirs["text"],
        "by": conflict.theirs["by"],
    }
