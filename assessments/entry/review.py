"""What a person must see before signing: what is missing, wrong, filled at once, or changed."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import cached_property

from .. import instrument
from ..history import Cell
from ..models import Assessment, Draft, Progress
from .content import Content, read_content
from .forms import CONTEXT_FIELDS, ContextForm

JUMP_THIRDS = 6


@dataclass(frozen=True, slots=True)
class Step:
    """A graded cell beside its last grade."""

    cell: Cell
    before: str
    after: str
    thirds: int

    @property
    def is_worse(self) -> bool:
        return self.thirds < 0

    @property
    def is_jump(self) -> bool:
        """Two whole grades or more: asked about once, never refused."""
        return abs(self.thirds) >= JUMP_THIRDS


class Review:
    def __init__(self, assessment: Assessment, draft: Draft) -> None:
        self.assessment = assessment
        self.draft = draft
        self.content: Content = read_content(assessment, draft)
        self.context = context_form(assessment, draft)

    @cached_property
    def steps(self) -> list[Step]:
        """The cells whose grade differs from the last one, the largest fall first."""
        last = last_levels(self.assessment)
        found = []
        for cell, result in self.content.results.items():
            before, after = last.get(cell), result.level
            if before is None or after is None or before == after:
                continue
            found.append(
                Step(
                    cell,
                    instrument.code(before, self.assessment.profile),
                    instrument.code(after, self.assessment.profile),
                    instrument.THIRDS[after] - instrument.THIRDS[before],
                )
            )
        return sorted(found, key=lambda step: step.thirds)

    @property
    def jumps(self) -> list[Step]:
        return [step for step in self.steps if step.is_jump]

    @property
    def can_sign(self) -> bool:
        return bool(self.content.results) and not self.content.errors and self.context.is_valid()

    @property
    def asks_nothing(self) -> bool:
        """Whether one key may sign: all scored, nothing filled at once, no jump."""
        return self.can_sign and not (self.content.blank or self.content.filled or self.jumps)


def context_form(assessment: Assessment, draft: Draft) -> ContextForm:
    """Return the context form, filled with what was typed so far."""
    typed = {key: value["text"] for key, value in draft.cells.items() if key.startswith("context.")}
    form = ContextForm(instance=assessment)
    initial = {form.add_prefix(name): form[name].value() for name in (*CONTEXT_FIELDS, "tested_at")}
    data = {key: "" if value is None else value for key, value in initial.items()} | typed
    return ContextForm(data, instance=assessment)


def last_levels(assessment: Assessment) -> Mapping[Cell, int]:
    """Return the patient's last grade of each cell, as levels 0-12."""
    rows = Progress.objects.filter(patient=assessment.patient_id)
    return {
        (movement, side): level
        for movement, side, level in rows.values_list("movement", "side", "latest_level")
    }


def last_codes(assessment: Assessment) -> Mapping[Cell, str]:
    return {
        cell: instrument.code(level, assessment.profile)
        for cell, level in last_levels(assessment).items()
    }
