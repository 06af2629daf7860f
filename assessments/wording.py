"""Results and cells in words and codes: for labels, amendments and the record."""

from django.utils.translation import gettext as _

from . import instrument
from .history import Cell, Result
from .models import Assessment, Measurement
from .models.context import Context

SHORT = {instrument.Status.NOT_TESTABLE: "NT", instrument.Status.NOT_DONE: "ND"}


def cell_name(cell: Cell) -> str:
    """Return "Left knee extension", or "Neck flexion" where there is no side."""
    movement = instrument.movement(cell[0])
    side = instrument.Side(cell[1])
    if side is instrument.Side.MIDLINE:
        return str(movement.name)
    name = str(movement.name)
    return _("%(side)s %(movement)s") % {
        "side": side.label,
        "movement": name[:1].lower() + name[1:],
    }


def key_name(key: str) -> str:
    """Return the words for a key of a draft: a cell's, or a context field's ("pain now, 0-10")."""
    movement, _dot, rest = key.partition(".")
    fields = {f"context.{field.name}": field.verbose_name for field in Assessment._meta.fields}
    return str(fields[key]) if key in fields else cell_name((movement, rest))


def written(result: Result | None, profile: str) -> str:
    """Return a result as one would type it ("4-", "NT pain"); blank is the empty text."""
    if result is None:
        return ""
    if result.level is not None:
        return instrument.code(result.level, profile)
    status = instrument.Status(result.status)
    return (
        f"{SHORT[status]} {instrument.Reason(result.reason).label}"
        if result.reason
        else SHORT[status]
    )


def context_facts(assessment: Assessment) -> list[tuple[str, str]]:
    """Return (label, words) of the context fields that were filled in. 0 is an answer."""
    facts = []
    for field in Context._meta.fields:
        value = getattr(assessment, field.name)
        if value is None or value == "":
            continue
        if isinstance(value, bool):
            value = _("yes") if value else _("no")
        elif field.choices:
            value = getattr(assessment, f"get_{field.name}_display")()
        facts.append((str(field.verbose_name), str(value)))
    return facts


def measurements_in_order(assessment: Assessment) -> list[Measurement]:
    """Return what was measured, in the order of the record's movements, right before left."""
    places: dict[Cell, int] = {cell: place for place, cell in enumerate(assessment.cells)}
    return sorted(
        assessment.measurements.all(),
        key=lambda each: (places[each.movement, each.side], each.kind),
    )
