"""A whole clinic, or twenty, at work for a while; and afterwards, whether all of it is there."""

import asyncio
import json
import ssl
import subprocess
import sys
import time
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import cycle
from random import Random
from typing import Any

from assessments import instrument
from tests import loops
from tests.drill.store import Store
from tests.drill.writers import PROFILE, Broken
from tests.product import ROOT

from .browser import Browser
from .figures import Figures
from .people import Cast, Exporter, Pace, Person, Physiotherapist, Record, Reviewer


def prepare(environment: Mapping[str, str], people: int, reviewers: int) -> Cast:
    """Make the people, their patients and their sessions in the database of a product."""
    command = [sys.executable, "-m", "tests.load.prepare", str(people), str(reviewers)]
    made = subprocess.run(
        command, cwd=ROOT, env=dict(environment), check=True, text=True, stdout=subprocess.PIPE
    )
    return json.loads(made.stdout)


@dataclass
class Crowd:
    """`urls` are the nodes that share the work; people keep to theirs. `own_seconds` is the
    processor time that this program took itself.
    """

    cast: Cast
    urls: Sequence[str]
    seed: int
    pace: Pace = field(default_factory=Pace)
    trust: ssl.SSLContext | None = None
    figures: Figures = field(default_factory=Figures)
    records: list[Record] = field(default_factory=list)
    own_seconds: float = 0.0

    def run(self, seconds: float, *beside: Coroutine[Any, Any, None]) -> None:
        """Let everybody work so long, and until what is `beside` is done. Raises Broken."""
        began = time.process_time()
        loops.run(self._run(seconds, beside))
        self.own_seconds += time.process_time() - began

    async def _run(self, seconds: float, beside: Sequence[Coroutine[Any, Any, None]]) -> None:
        people, over = self._people(seconds / 3), asyncio.Event()
        try:
            async with asyncio.TaskGroup() as working:
                # They come in over one visit, or a tenth of the time: no clinic signs in step.
                last = min(seconds / 10, self.pace.scores * self.pace.score)
                for place, person in enumerate(people):
                    late = last * place / len(people)
                    working.create_task(_after(late, person, over))
                await asyncio.gather(asyncio.sleep(seconds), *beside)
                over.set()
        finally:
            for person in people:
                person.browser.close()
                self.records += getattr(person, "records", [])
            await asyncio.sleep(0)  # in which the connections end

    def _people(self, export_after: float) -> list[Any]:
        chance, nodes = Random(self.seed), cycle(self.urls)  # noqa: S311

        def given(facts: Any) -> tuple[Any, ...]:
            browser = Browser(next(nodes), facts["cookies"], self.trust)
            seed = chance.randrange(2**32)
            return browser, facts["patients"], self.figures, seed, self.pace

        people: list[Person] = [
            Physiotherapist(*given(each)) for each in self.cast["physiotherapists"]
        ]
        people += [Reviewer(*given(each)) for each in self.cast["reviewers"]]
        exporter = self.cast["exporter"]
        clinic = exporter["clinic"]
        return [*people, Exporter(*given(exporter), clinic=clinic, late=export_after)]

    def check(self, store: Store) -> tuple[int, int]:
        """Return how many acknowledged scores and signatures are in the database.

        Raises Broken on the first that is not.
        """
        for record in self.records:
            _check(record, store)
        scores = sum(len(record.acknowledged) for record in self.records)
        return scores, sum(record.signed for record in self.records)


async def _after(late: float, person: Any, over: asyncio.Event) -> None:
    await asyncio.sleep(late)
    await person.work(over)


def _check(record: Record, store: Store) -> None:
    if not record.acknowledged:
        return
    draft = store.draft(record.assessment)
    if draft is not None:
        if record.signed:
            raise Broken(f"{record.assessment}: a signature was acknowledged and is lost.")
        found: Mapping[Any, Any] = draft.cells
        expected: Mapping[Any, Any] = record.acknowledged
    else:
        level_of = instrument.profile(PROFILE).level_of
        found = {
            f"{cell[0]}.{cell[1]}": level for cell, level in store.levels(record.assessment).items()
        }
        expected = {key: level_of(text) for key, text in record.acknowledged.items()}
    lost = [key for key, value in expected.items() if found.get(key) != value]
    if lost:
        raise Broken(f"{record.assessment}: acknowledged and lost or changed: {lost}")
