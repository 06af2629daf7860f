"""python -m tests.load.whole --database postgres --clients 8 --seconds 10

How many visits of 60 scores are saved in a second by clients that never pause, each a whole save in
one request; and that every one which was acknowledged is found afterwards.
"""

import argparse
import asyncio
import sys
import time
from itertools import cycle
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

from tests.drill.store import Store
from tests.drill.writers import PROFILE

from .__main__ import NODES, serving
from .browser import Browser
from .crowd import prepare
from .figures import percentile
from .people import BATTERY, KEYS

SCORES = KEYS[:60]
GRADES = cycle("012345")


class Client:
    """`acknowledged` are the texts of the last save that was answered with yes."""

    def __init__(self, url: str, facts: Any) -> None:
        self.browser, self.patient = Browser(url, facts["cookies"]), facts["patients"][0]
        self.assessment, self.page, self.sequence = uuid4(), str(uuid4()), 0
        self.acknowledged: dict[str, str] = {}
        self.waits: list[float] = []
        self.errors: list[int] = []

    async def work(self, until: float) -> None:
        await self._open()
        while time.monotonic() < until:
            await self._save(next(GRADES))
        self.browser.close()

    async def _open(self) -> None:
        form = {"id": str(self.assessment), "battery": BATTERY, "profile": PROFILE}
        form |= {"tested_at": "2026-01-02T10:00", "second": "yes"}
        await self.browser.post(f"/patients/{self.patient}/assessments/new/", form)

    async def _save(self, text: str) -> None:
        self.sequence += len(SCORES)
        value = {"text": text, "reason": "", "limiters": [], "position": "", "note": ""}
        operations = [
            {"seq": self.sequence + place, "key": key, "base": 0, "value": value}
            for place, key in enumerate(SCORES)
        ]
        data = {"client": self.page, "patient": self.patient, "ops": operations}
        answer = await self.browser.send(f"/assessments/{self.assessment}/save/", data)
        if answer.status == 200:
            self.waits.append(answer.seconds)
            self.acknowledged = dict.fromkeys(SCORES, text)
        else:
            self.errors.append(answer.status)

    def is_lost(self, store: Store) -> bool:
        draft = store.draft(self.assessment)
        return draft is None or dict(draft.cells) != self.acknowledged


async def _together(clients: list[Client], seconds: float) -> None:
    until = time.monotonic() + seconds
    await asyncio.gather(*(client.work(until) for client in clients))
    await asyncio.sleep(0)  # in which the connections end


def main() -> int:
    parser = argparse.ArgumentParser(prog="tests.load.whole", description=__doc__)
    parser.add_argument("--database", choices=tuple(NODES), default="postgres")
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--seconds", type=int, default=10)
    given = parser.parse_args()
    nodes = NODES[given.database]
    with (
        TemporaryDirectory(prefix="strength-load-") as folder,
        serving(Path(folder), given.database, nodes) as (products, store),
    ):
        cast = prepare(products[0].env, given.clients, 0)
        urls = cycle(product.url for product in products)
        clients = [Client(next(urls), facts) for facts in cast["physiotherapists"]]
        asyncio.run(_together(clients, given.seconds))
        lost = sum(client.is_lost(store) for client in clients)
    waits = [wait for client in clients for wait in client.waits]
    errors = [status for client in clients for status in client.errors]
    middle, most = (1000 * percentile(waits, part) for part in (0.5, 0.95))
    rate = len(waits) / given.seconds
    print(
        f"{given.database}: {rate:.0f} saves of {len(SCORES)} scores a second from {len(clients)} "
        f"clients, web servers: {nodes}; p50 {middle:.0f} ms, p95 {most:.0f} ms; errors: "
        f"{errors or 'none'}; last saves that are not there: {lost}"
    )
    return 1 if errors or lost else 0


if __name__ == "__main__":
    sys.exit(main())
