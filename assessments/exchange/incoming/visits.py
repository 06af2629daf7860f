"""Rows put together as the visits that they tell of."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import astuple, dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from patients.names import fold

from ... import instrument
from ...history import Cell, Result
from ...wording import cell_name
from .facts import Facts, Problem
from .mapping import Layout
from .measured import Measured

Place = tuple[str, str, str]  # movement, side, kind of measurement
ORDER = {key: place for place, key in enumerate(instrument.MOVEMENTS)}


@dataclass
class PlannedVisit:
    """One visit to be. `number` is the patient's in capitals, `named` the file's own identifier."""

    number: str
    tester: str
    tested_at: datetime
    time_known: bool
    named: str
    scale: str
    battery: str
    context: dict[str, Any]
    rows: list[int] = field(default_factory=list)
    results: dict[Cell, Result] = field(default_factory=dict)
    measured: dict[Place, Measured] = field(default_factory=dict)

    @property
    def row(self) -> int:
        return self.rows[0]

    @cached_property
    def key(self) -> str:
        """Which visit it is, whatever was found."""
        if self.named:
            return _hash("named", self.named)
        told = self.tested_at.isoformat() if self.time_known else self.tested_at.date().isoformat()
        return _hash(self.number, told, fold(self.tester))

    @cached_property
    def content(self) -> str:
        """What was found, and on which scale it is shown."""
        told = [
            [*cell, each.status, each.level, each.reason, each.limiters, each.position, each.note]
            for cell, each in sorted(self.results.items())
        ]
        measured = [[*place, *astuple(each)] for place, each in sorted(self.measured.items())]
        return _hash(self.scale, json.dumps(told), *([json.dumps(measured)] if measured else []))

    @property
    def is_blank(self) -> bool:
        return not (self.results or self.measured)

    @cached_property
    def form(self) -> tuple[str, list[str]]:
        """The battery and its movements with any others tested; without one, those tested."""
        tested = {place[0] for place in (*self.results, *self.measured)}
        listed = instrument.battery(self.battery).movements if self.battery else ()
        return self.battery, [*listed, *sorted(tested.difference(listed), key=ORDER.__getitem__)]


def put_together(rows: Iterable[Facts], layout: Layout) -> list[PlannedVisit]:
    """Return the visits of good and bad rows alike; what contradicts itself becomes a problem of
    the later row.

    Rows whose patient, time or tester cannot be read belong to no visit.
    """
    visits: dict[tuple[str, ...], PlannedVisit] = {}
    for facts in rows:
        visit = _begun(facts)
        if visit is None:
            continue
        identity = (visit.number, visit.tested_at.isoformat(), fold(visit.tester), visit.named)
        known = visits.setdefault(identity, visit)
        if known is not visit and layout is Layout.WIDE:
            why = _("Row %(row)s is the same visit: this patient, time and tester.")
            _wrong(facts, why % {"row": known.row})
        else:
            _add(known, facts)
    return list(visits.values())


def _begun(facts: Facts) -> PlannedVisit | None:
    if facts.who is None or facts.tested is None or facts.tested_at is None or not facts.tester:
        return None
    return PlannedVisit(
        number=facts.who.number.upper(),
        tester=facts.tester,
        tested_at=facts.tested_at,
        time_known=facts.tested.clock is not None,
        named=facts.named,
        scale=facts.scale,
        battery=facts.battery,
        context=facts.context,
    )


def _add(visit: PlannedVisit, facts: Facts) -> None:
    """Add a row to its visit. A bad one is counted only: the visit waits for it."""
    visit.rows.append(facts.row)
    if facts.problems:
        return
    if visit.is_blank:  # the rows before were bad or blank
        visit.scale, visit.battery, visit.context = facts.scale, facts.battery, facts.context
    first = {"row": visit.row}
    if facts.scale != visit.scale:
        _wrong(facts, _("Row %(row)s of this visit has another scale.") % first)
    if facts.battery != visit.battery:
        _wrong(facts, _("Row %(row)s of this visit has another battery.") % first)
    if facts.context != visit.context:
        _wrong(facts, _("Row %(row)s of this visit has another context or note.") % first)
    for cell, result in facts.results:
        if cell in visit.results:
            why = _("This visit has a result for %(cell)s already.")
            _wrong(facts, why % {"cell": cell_name(cell)})
        else:
            visit.results[cell] = result
    for cell, measured in facts.measured:
        if visit.measured.setdefault((*cell, measured.kind), measured) is not measured:
            why = _("This visit has a measurement of %(cell)s already.")
            _wrong(facts, why % {"cell": cell_name(cell)})


def _wrong(facts: Facts, reason: str) -> None:
    facts.problems.append(Problem(facts.row, "", "", reason))


def _hash(*texts: str) -> str:
    return hashlib.sha256("\x1f".join(texts).encode()).hexdigest()
