"""What is done to a region while people work in it. Each raises Broken where a promise fails."""

import asyncio
import subprocess
import sys
from collections.abc import Callable, Coroutine
from random import randrange
from typing import Any, TypeVar

from tests.drill.writers import Broken
from tests.load.browser import Browser
from tests.load.crowd import Crowd, prepare
from tests.load.figures import Figures
from tests.load.people import Cast, Pace, Physiotherapist
from tests.product import ROOT

from .region import Region

T = TypeVar("T")
HURRIED = Pace(score=0.05, scores=24, look=2.0, review=1.5)
RESUMED_SECONDS = 10.0


class Drills:
    """`people` record and a few read, at their `pace`, for so many `seconds` a drill."""

    def __init__(self, region: Region, people: int, seconds: float, pace: Pace) -> None:
        self.region, self.seconds, self.pace = region, seconds, pace
        self.cast: Cast = prepare(region.nodes[0].env, people, max(2, people // 10))
        self.crowds: list[Crowd] = []

    def own_writing_is_found_at_once(self) -> None:
        """Standbys that are paused tell who reads on them, and who does not."""
        servers = self.region.servers
        writer, reader = self.cast["physiotherapists"][0], self.cast["reviewers"][0]
        patient = writer["patients"][0]
        person = self._person(writer)
        servers.pause()
        try:
            asyncio.run(_and_leave(person.browser, person.visit(patient, asyncio.Event())))
            visit = str(person.records[0].assessment)
            mine, theirs = self._trends(person.browser, patient), self._trends(reader, patient)
            if visit not in mine:
                raise Broken("A person does not find what they wrote.")
            if visit in theirs:
                raise Broken("Trends are not read on a standby.")
        finally:
            servers.resume()
        if visit not in self._trends(reader, patient):
            raise Broken("A standby that has caught up does not show what was written.")

    def a_node_and_a_worker_are_killed(self) -> Figures:
        """Nobody notices more than one repeat."""

        def kill() -> None:
            self.region.nodes[0].kill()
            self.region.workers[0].kill()

        crowd = self._meanwhile(kill)
        if set(crowd.figures.repeats) - {"answered at try 2"}:
            raise Broken(f"A killed node was noticed: {dict(crowd.figures.repeats)}")
        return crowd.figures

    def the_next_version_comes(self) -> Figures:
        """A migration and a restart of both nodes, one of them dead before: no request fails."""
        crowd = self._meanwhile(self.region.deploy)
        if crowd.figures.errors:
            raise Broken(f"A deploy was noticed: {dict(crowd.figures.errors)}")
        return crowd.figures

    def the_primary_is_killed(self) -> Figures:
        """A standby takes its place, and entry goes on by itself."""
        servers = self.region.servers

        def lose() -> None:
            servers.kill_primary()
            servers.fail_over()

        crowd = self._meanwhile(lose)
        if not crowd.figures.errors:
            raise Broken("Nobody noticed that the primary was gone: was it?")
        return crowd.figures

    def _meanwhile(self, *acts: Callable[[], None]) -> Crowd:
        """Do this while people work, with a while before, between and after."""
        if not self.region.is_as_told:
            raise Broken("A node or a worker has ended by itself.")
        proxy = self.region.proxy
        crowd = Crowd(self.cast, [proxy.url], randrange(2**32), self.pace, proxy.trust)  # noqa: S311
        pause = self.seconds / (len(acts) + 1)

        async def act() -> None:
            for each in acts:
                await asyncio.sleep(pause)
                await asyncio.get_running_loop().run_in_executor(self.region.hands, each)
            await asyncio.sleep(pause)

        crowd.run(self.seconds, act())
        self.crowds.append(crowd)
        return crowd

    def all_that_was_told_holds(self) -> None:
        """Look for every acknowledged score and signature, compare the read model with the scores,
        and check the audit log's chains.
        """
        for crowd in self.crowds:
            crowd.check(self.region.store)
        records = [record for crowd in self.crowds for record in crowd.records]
        patients = {record.patient for record in records if record.signed}
        if not patients:
            raise Broken("Nothing was signed.")
        command = [sys.executable, "-m", "tests.drill.verify", *sorted(patients)[:40]]
        node = self.region.nodes[-1]
        done = subprocess.run(
            command, cwd=ROOT, env=node.env, check=True, text=True, stdout=subprocess.PIPE
        )
        if done.stdout:
            raise Broken(done.stdout)

    def _person(self, facts: dict) -> Physiotherapist:
        browser = self._browser(facts)
        return Physiotherapist(browser, facts["patients"], Figures(), 1, HURRIED)

    def _browser(self, facts: dict) -> Browser:
        return Browser(self.region.proxy.url, facts["cookies"], self.region.proxy.trust)

    def _trends(self, who: Browser | dict, patient: str) -> str:
        browser = who.another() if isinstance(who, Browser) else self._browser(who)

        asked = browser.get(f"/patients/{patient}/trends/")
        return asyncio.run(_and_leave(browser, asked)).body.decode()


async def _and_leave(browser: Browser, doing: Coroutine[Any, Any, T]) -> T:
    try:
        return await doing
    finally:
        browser.close()
        await asyncio.sleep(0)  # in which the connection ends
