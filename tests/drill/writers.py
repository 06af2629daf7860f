"""Who records during a drill: a page that saves as fast as it is answered, and one that signs."""

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from random import Random
from threading import Event
from typing import Any
from uuid import uuid4

from assessments import instrument

from .client import GONE, Answer, Client
from .store import Store

BATTERY, PROFILE = "ms_clinic_screen", "mrc"
CELLS = instrument.cells(instrument.battery(BATTERY).movements)
KEYS = [f"{movement}.{side}" for movement, side in CELLS]
MOST_OPS = 6
# How long the product may need to come back by itself after the database did.
PATIENCE_SECONDS = 30
_ago = count(1)

Op = dict[str, Any]


class Broken(AssertionError):
    """A promise was not kept; the message says which."""


class Page:
    """A page on a draft of its own.

    `cells` holds the texts that were acknowledged, by key, `pending` the batch that waits for an
    answer, `batches` how many were acknowledged, `refused` the answers that said no.
    """

    def __init__(self, client: Client, patient: str, store: Store) -> None:
        self.client, self.patient, self.store = client, patient, store
        self.assessment, self.page = uuid4(), str(uuid4())
        self.cells: dict[str, str] = {}
        self.pending: list[Op] = []
        self.sequence = self.batches = 0
        self.refused: list[Answer] = []

    @property
    def address(self) -> str:
        return f"/assessments/{self.assessment}"

    def open(self) -> None:
        tested = datetime.now(UTC) - timedelta(hours=26 * next(_ago))
        answer = self.client.post(
            f"/patients/{self.patient}/assessments/new/",
            id=str(self.assessment),
            battery=BATTERY,
            profile=PROFILE,
            tested_at=f"{tested:%Y-%m-%dT%H:%M}",
            second="yes",  # the demonstration may hold a visit of that day
        )
        if answer.place != f"{self.address}/score/":
            raise Broken(f"A draft could not be opened: {answer.status} {answer.text[-2000:]}")

    def put(self, typed: Sequence[tuple[str, str]]) -> None:
        """Let these keys and texts wait, as one batch."""
        for key, text in typed:
            self.sequence += 1
            value = {"text": text, "reason": "", "limiters": [], "position": "", "note": ""}
            self.pending.append({"seq": self.sequence, "key": key, "base": 0, "value": value})

    def send(self) -> bool:
        """Send what waits; return whether it was acknowledged. Raises one of GONE."""
        data = {"client": self.page, "patient": self.patient, "ops": self.pending}
        answer = self.client.send(f"{self.address}/save/", data)
        if answer.status != 200:
            self.refused.append(answer)
            return False
        self.cells |= _texts(self.pending)
        self.pending = []
        self.batches += 1
        if answer.json()["revision"] != self.batches:
            raise Broken(f"Batch {self.batches} was answered with revision {answer.json()}.")
        return True

    def check(self) -> bool:
        """Compare with the database; return whether the batch that waits was taken already."""
        draft = self.store.draft(self.assessment)
        if draft is None:
            raise Broken("The draft is gone.")
        last = draft.taken.get(self.page, 0)
        taken = bool(self.pending) and last == self.sequence
        expected = self.cells | _texts(self.pending) if taken else self.cells
        if draft.cells != expected:
            wrong = {key for key in KEYS if draft.cells.get(key) != expected.get(key)}
            raise Broken(f"Cells lost, partial or not as typed: {sorted(wrong)}")
        if draft.revision != self.batches + taken:
            raise Broken(f"{self.batches} + {taken} batches made revision {draft.revision}.")
        if not taken and last != self.sequence - len(self.pending):
            raise Broken(f"Operation {last} is the last taken, {self.sequence} the last sent.")
        return taken

    def send_again(self) -> None:
        """Send what waits until it is acknowledged."""
        if self.pending:
            insist(self.send)


class Writer(Page):
    """Types without a pause."""

    def write(self, seed: int, stop: Event) -> None:
        """Send batches one after the other until the product goes away or `stop` is set."""
        chance = Random(seed)  # noqa: S311
        while not stop.is_set():
            keys = chance.sample(KEYS, chance.randint(1, MOST_OPS))
            self.put([(key, str(self.sequence + place)) for place, key in enumerate(keys)])
            try:
                if not self.send():
                    return
            except GONE:
                return


class Signer(Page):
    """A draft with a grade in every cell, and the one request that signs it.

    `acknowledged` tells whether the product said that it is signed.
    """

    acknowledged = False

    def prepare(self, chance: Random) -> None:
        self.open()
        self.put([(key, str(chance.randint(0, 5))) for key in KEYS])
        if not self.send():
            raise Broken(f"Not saved: {self.refused[-1].status}")
        self.client.get(f"{self.address}/sign/")

    def sign(self) -> bool:
        """Return whether the product said that it is signed. Raises one of GONE."""
        form = {"patient": self.patient, "revision": "1", "filled_confirmed": "yes"}
        answer = self.client.post(f"{self.address}/sign/", **form)
        if answer.status != 302:
            self.refused.append(answer)
        return answer.status == 302 and answer.place == f"{self.address}/"

    def sign_once(self) -> None:
        try:
            self.acknowledged = self.sign()
        except GONE:
            self.acknowledged = False

    def is_signed(self) -> bool:
        """Return whether it is; Raises Broken when it is something in between."""
        draft = self.store.draft(self.assessment)
        found = (
            self.store.status(self.assessment),
            self.store.levels(self.assessment),
            self.store.times_signed(self.assessment),
        )
        if draft is None and found == ("signed", self._levels(), 1):
            return True
        if draft is not None and draft.cells == self.cells and found == ("draft", {}, 0):
            return False
        raise Broken(f"Neither signed nor a draft: {found}, draft: {draft}")

    def _levels(self) -> dict[tuple[str, str], int]:
        level_of = instrument.profile(PROFILE).level_of
        return {cell: level_of(self.cells[key]) for cell, key in zip(CELLS, KEYS, strict=True)}


def insist(act: Callable[[], bool]) -> None:
    """Repeat until it is acknowledged. Raises Broken when that takes too long."""
    limit = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < limit:
        try:
            if act():
                return
        except GONE:
            pass
        time.sleep(0.05)
    raise Broken(f"Not taken within {PATIENCE_SECONDS} s after the return.")


def _texts(operations: Sequence[Op]) -> dict[str, str]:
    return {op["key"]: op["value"]["text"] for op in operations}
