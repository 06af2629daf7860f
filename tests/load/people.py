"""Who works during a run: each with a browser of their own, at the pace of people."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count, cycle
from random import Random
from typing import Any
from uuid import UUID, uuid4

from assessments import instrument
from tests.drill.writers import PROFILE, Broken

from .browser import GONE, Answer, Browser
from .figures import Figures

# As entry/saver.js: from the first change to its sending, and between two tries.
SOON = 0.3
RETRIES = (1, 2, 5)
PATIENCE_SECONDS = 60
BATTERY = "full"
KEYS = [".".join(cell) for cell in instrument.cells(instrument.battery(BATTERY).movements)]
_ago = count(1)


@dataclass(frozen=True, slots=True)
class Pace:
    """In seconds: between two scores, two looks at another page, two pages of a reviewer; and how
    many scores a visit has.
    """

    score: float = 1.2
    scores: int = 60
    look: float = 60.0
    review: float = 10.0


@dataclass
class Record:
    """An assessment as the product said that it took it: texts by key, and whether it is signed."""

    patient: str
    assessment: UUID = field(default_factory=uuid4)
    acknowledged: dict[str, str] = field(default_factory=dict)
    signed: bool = False

    @property
    def address(self) -> str:
        return f"/assessments/{self.assessment}"


class Person:
    """Asks, waits, and tries again as the product's pages do. Once it is `over`, they go home."""

    def __init__(
        self, browser: Browser, patients: Sequence[str], figures: Figures, seed: int, pace: Pace
    ) -> None:
        self.browser, self.figures, self.pace = browser, figures, pace
        self.patients = cycle(patients)
        self.chance = Random(seed)  # noqa: S311

    async def ask(
        self, kind: str, send: Callable[[], Awaitable[Answer]], *good: int
    ) -> Answer | None:
        """Return the answer, or None where there was none or the product was not able to give one.

        Raises Broken on an answer that says that the request was wrong.
        """
        try:
            answer = await send()
        except GONE as gone:
            self.figures.errors[kind, type(gone).__name__] += 1
            return None
        if answer.status in good:
            self.figures.waits[kind].append(answer.seconds)
            return answer
        self.figures.errors[kind, str(answer.status)] += 1
        if answer.status >= 500:
            return None
        raise Broken(f"{kind}: {answer.status} {answer.place} {answer.body[:500]!r}")

    async def insist(self, kind: str, send: Callable[[], Awaitable[Answer]], *good: int) -> Answer:
        """Ask until it is answered, as often and as late as the product's own page would."""
        began = time.monotonic()
        for tried in count():
            if answer := await self.ask(kind, send, *good):
                self._note(tried, time.monotonic() - began)
                return answer
            if time.monotonic() - began > PATIENCE_SECONDS:
                break
            await asyncio.sleep(RETRIES[min(tried, len(RETRIES) - 1)])
        raise Broken(f"{kind}: no answer within {PATIENCE_SECONDS} s.")

    def _note(self, tried: int, seconds: float) -> None:
        if tried:
            self.figures.repeats[f"answered at try {tried + 1}"] += 1
            self.figures.longest_gap = max(self.figures.longest_gap, seconds)


class Physiotherapist(Person):
    """Opens an assessment, enters a score each 1.2 s, signs it, takes the next patient."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.records: list[Record] = []
        self.page, self.sequence = "", 0
        self.other_window = self.browser.another()

    async def work(self, over: asyncio.Event) -> None:
        looking = asyncio.create_task(self._look_about())
        try:
            while not over.is_set():
                await self.visit(next(self.patients), over)
        finally:
            looking.cancel()
            self.other_window.close()

    async def _look_about(self) -> None:
        await asyncio.sleep(self.chance.uniform(0, self.pace.look))
        while True:
            path = f"/patients/{next(self.patients)}/"
            await self.ask("page of a patient", lambda path=path: self.other_window.get(path), 200)
            await asyncio.sleep(self.pace.look)

    async def visit(self, patient: str, over: asyncio.Event) -> None:
        """Record one assessment, and sign it unless it is over before."""
        record = Record(patient)
        self.records.append(record)
        await self._open(record, patient)
        keys = KEYS[: self.pace.scores]
        due = time.monotonic()
        while keys and not over.is_set():
            await asyncio.sleep(max(0.0, due - time.monotonic()) + SOON)
            typed = []
            while keys and (due <= time.monotonic() or not typed):
                typed.append((keys.pop(0), str(self.chance.randint(0, 5))))
                due += self.pace.score
            await self._save(record, patient, typed)
        if not keys:
            await self._sign(record, patient)

    async def _open(self, record: Record, patient: str) -> None:
        tested = datetime.now(UTC) - timedelta(hours=26 * next(_ago) % 8000 + 1)
        form = {"id": str(record.assessment), "battery": BATTERY, "profile": PROFILE}
        # There may be a visit of that day.
        form |= {"tested_at": f"{tested:%Y-%m-%dT%H:%M}", "second": "yes"}
        place = f"/patients/{patient}/assessments/new/"
        answer = await self.insist("opening", lambda: self.browser.post(place, form), 302)
        if answer.place != f"{record.address}/score/":
            raise Broken(f"Opening led to {answer.place}")
        await self.insist("grid", lambda: self.browser.get(answer.place), 200)
        self.page, self.sequence = str(uuid4()), 0

    async def _save(self, record: Record, patient: str, typed: Sequence[tuple[str, str]]) -> None:
        operations = []
        for key, text in typed:
            self.sequence += 1
            value = {"text": text, "reason": "", "limiters": [], "position": "", "note": ""}
            operations.append({"seq": self.sequence, "key": key, "base": 0, "value": value})
        data = {"client": self.page, "patient": patient, "ops": operations}
        place = f"{record.address}/save/"
        answer = await self.insist("save", lambda: self.browser.send(place, data), 200)
        record.acknowledged |= dict(typed)
        self.revision = answer.json()["revision"]

    async def _sign(self, record: Record, patient: str) -> None:
        place = f"{record.address}/sign/"
        await self.insist("review", lambda: self.browser.get(place), 200)
        form = {"patient": patient, "revision": str(self.revision), "filled_confirmed": "yes"}
        answer = await self.insist("signing", lambda: self.browser.post(place, form), 302)
        record.signed = answer.place == f"{record.address}/"
        if not record.signed:
            raise Broken(f"Signing led to {answer.place}")


READ = (
    ("trends", "/patients/{}/trends/"),
    ("compare", "/patients/{}/compare/"),
    ("cohort", "/cohort/?direction=fell"),
)


class Reviewer(Person):
    """Reads in turn: a patient's trends, two visits side by side, a question across patients."""

    async def work(self, over: asyncio.Event) -> None:
        await asyncio.sleep(self.chance.uniform(0, self.pace.review))
        for kind, address in cycle(READ):
            if over.is_set():
                return
            path = address.format(next(self.patients))
            await self.insist(kind, lambda path=path: self.browser.get(path), 200)
            await asyncio.sleep(self.chance.uniform(0.8, 1.2) * self.pace.review)


class Exporter(Person):
    """Takes out every score of the clinic, once, `late` seconds after the others began."""

    def __init__(self, *given: Any, clinic: str, late: float) -> None:
        super().__init__(*given)
        self.clinic, self.late = clinic, late

    async def work(self, _over: asyncio.Event) -> None:
        await asyncio.sleep(self.late)
        form = {"clinic": self.clinic, "status": "in_force", "people": "named"}
        form |= {"format": "csv", "layout": "long"}
        answer = await self.insist("export", lambda: self.browser.post("/exports/", form), 200)
        if answer.body.count(b"\n") < 2:
            raise Broken("The export is empty.")


Cast = Mapping[str, Any]
"""{"physiotherapists": […], "reviewers": […], "exporter": …}, each with the cookies of an open
session, the ids of patients and the clinic."""
