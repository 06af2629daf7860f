"""What a person must see before signing: what is missing, wrong, filled at once, or to be asked."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.utils.functional import cached_property

from .. import instrument
from ..consistency import JUMP_THIRDS, NOTHING, QUESTIONS, Last, Prompt, all_quick, prompts
from ..history import Cell
from ..instrument import Text
from ..models import Assessment, Draft
from ..wording import written
from .content import Content, read_content
from .earlier import last_known
from .forms import ContextForm


@dataclass(frozen=True, slots=True)
class Step:
    """A graded cell beside its last grade."""

    cell: Cell
    before: str
    after: str
    thirds: int
    kept: bool = False

    @property
    def is_worse(self) -> bool:
        return self.thirds < 0

    @property
    def is_jump(self) -> bool:
        """Two whole grades or more: asked about once, never refused."""
        return abs(self.thirds) >= JUMP_THIRDS


@dataclass(frozen=True, slots=True)
class Question:
    """A prompt that nobody has answered yet, and the results it is about."""

    prompt: Prompt
    about: tuple[tuple[Cell, str], ...]

    @property
    def text(self) -> Text:
        return QUESTIONS[self.prompt]


class Review:
    def __init__(self, assessment: Assessment, draft: Draft) -> None:
        self.assessment = assessment
        self.draft = draft
        self.content: Content = read_content(assessment, draft)
        self.context = context_form(assessment, draft)

    @cached_property
    def last(self) -> Mapping[Cell, Last]:
        return last_known(self.assessment)

    @cached_property
    def steps(self) -> list[Step]:
        """The cells whose grade differs from the last one, the largest fall first."""
        found = []
        for cell, result in self.content.results.items():
            before, after = self.last.get(cell, NOTHING).level, result.level
            if before is None or after is None or before == after:
                continue
            found.append(
                Step(
                    cell,
                    instrument.code(before, self.assessment.profile),
                    instrument.code(after, self.assessment.profile),
                    instrument.THIRDS[after] - instrument.THIRDS[before],
                    kept=Prompt.JUMP in result.confirmed,
                )
            )
        return sorted(found, key=lambda step: step.thirds)

    @cached_property
    def asked(self) -> dict[Cell, tuple[Prompt, ...]]:
        """What is to be asked of each result, answered or not."""
        by_hand = self.content.by_hand
        quick = by_hand.keys() if all_quick(by_hand, self.content.quick) else ()
        return {
            cell: prompts(
                cell[0],
                result,
                self.last.get(cell, NOTHING),
                quick=cell in quick,
            )
            for cell, result in self.content.results.items()
        }

    @cached_property
    def questions(self) -> list[Question]:
        """What nobody has answered yet."""
        results, profile = self.content.results, self.assessment.profile
        found = []
        for prompt in Prompt:
            about = tuple(
                (cell, written(results[cell], profile))
                for cell, asked in self.asked.items()
                if prompt in asked and prompt not in results[cell].confirmed
            )
            if about:
                found.append(Question(prompt, about))
        return found

    @property
    def groups(self) -> list[tuple[instrument.Region, list[instrument.Movement]]]:
        """The movements of the record, by region."""
        return instrument.by_region(self.assessment.movements)

    @property
    def filled(self) -> list[tuple[Cell, str]]:
        """The cells that were filled in at once, as written."""
        results, profile = self.content.results, self.assessment.profile
        return [(cell, written(results[cell], profile)) for cell in self.content.filled]

    @property
    def kept(self) -> Content:
        """The content as it is signed: who signs has answered every prompt with "keep"."""
        results = {
            cell: result._replace(confirmed=tuple(map(str, self.asked[cell])))
            for cell, result in self.content.results.items()
        }
        return replace(self.content, results=results)

    @property
    def can_sign(self) -> bool:
        return bool(self.content.results) and not self.content.errors and self.context.is_valid()

    @property
    def asks_nothing(self) -> bool:
        """Whether one key may sign: all scored, nothing filled at once, no question open."""
        return self.can_sign and not (self.content.blank or self.content.filled or self.questions)


def context_form(assessment: Assessment, draft: Draft) -> ContextForm:
    """Return the context form, filled with what was typed so far."""
    typed = {key: value["text"] for key, value in draft.cells.items() if key.startswith("context.")}
    form = ContextForm(typed, instance=assessment)
    form.data = {form.add_prefix(name): stands for name, stands in _standing(form)} | typed
    return form


def _standing(form: ContextForm) -> Iterator[tuple[str, Any]]:
    """Yield what each field shows before anything is typed."""
    for name, field in form.fields.items():
        value = field.prepare_value(form.get_initial_for_field(field, name))
        yield name, "" if value is None else value
