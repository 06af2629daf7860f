"""A pytest plugin: runs the tests once to see what each of them calls, then once for each guard in
a copy of this process without it, the likely tests alone, until one fails.
"""

import json
import os
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import pytest

from .removal import MIDDLEWARE, forget_written, names_of, remove
from .sites import ROOT, Guard

AT_ONCE = 2
PATIENCE_SECONDS = 100
FOUND, MISSED, NOT_THERE, GAVE_UP = 10, 11, 12, 13  # anything else: the copy was lost
WORDS = {MISSED: "MISSED", NOT_THERE: "not there", GAVE_UP: "no time for"}
MOST_CASES = 2
IN_TABLE = "meta/test_access"
EVERYWHERE = ("tests/meta/test_access.py", "tests/accounts/", "tests/test_")
# Tests made for one kind of guard: the code behind a guard that refuses is not among their calls.
MADE_FOR = {
    "method": ("test_no_page_takes_another_method",),
    "asked again": ("tests/accounts/test_again.py",),
    MIDDLEWARE: ("tests/test_middleware.py", "test_no_page_takes_a_form_without_its_token"),
}


@dataclass(eq=False)
class Hunt:
    """`told` says what became of each guard: found, missed, or not there."""

    guards: list[Guard]
    say: Callable[[str], None]
    told: dict[Guard, int] = field(default_factory=dict)
    calls: dict[tuple[str, str], list[pytest.Item]] = field(
        default_factory=lambda: defaultdict(list)
    )
    took: dict[pytest.Item, float] = field(default_factory=dict)
    failed: bool = False
    red: list[str] = field(default_factory=list)  # before any guard was removed
    readers: list[str] = field(default_factory=list)  # of a page for which another stands in

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Iterator[None]:
        if item in self.took:
            return (yield)
        forget_written()  # or only the first test that asks is seen to call what writes it
        seen: set[CodeType] = set()
        begun = time.monotonic()
        sys.settrace(lambda frame, *_rest: _note(frame, seen))
        try:
            return (yield)
        finally:
            sys.settrace(None)
            self.took[item] = time.monotonic() - begun
            for code in seen:
                if code.co_filename.startswith(str(ROOT)):
                    self.calls[code.co_filename, code.co_qualname].append(item)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.failed = self.failed or report.failed

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        from assessments.letters import typesetting

        typesetting._compile = page = QuickPage()  # type: ignore[assignment]
        # The world of the access table is built once, and is there in every copy.
        items = sorted(_few_of_each(session.items), key=lambda item: IN_TABLE in item.nodeid)
        for place, item in enumerate(items):
            after = items[place + 1] if place + 1 < len(items) else items[-2]
            page.was_made = False
            _run(item, after)
            if self.failed:
                (self.readers if page.was_made else self.red).append(item.nodeid)
                self.took.pop(item, None)
                self.failed = False
        self.say(f"Left out: {len(self.readers)} tests that read a typeset page.")
        if self.red:
            self.say(f"Left out, red before any guard was removed: {', '.join(self.red)}")
        self.say(
            f"{len(self.took)} tests are green; {len(self.guards)} guards are removed in turn."
        )
        self._hunt()
        return True

    def _hunt(self) -> None:
        waiting, running = list(self.guards), dict[int, Guard]()
        while waiting or running:
            while waiting and len(running) < AT_ONCE:
                guard = waiting.pop(0)
                if pid := os.fork():
                    running[pid] = guard
                else:
                    self._search(guard)
            pid, status = os.wait()
            guard = running.pop(pid)
            self.told[guard] = os.waitstatus_to_exitcode(status)
            if self.told[guard] != FOUND:
                self.say(f"{WORDS.get(self.told[guard], 'lost')}  {guard}")

    def _search(self, guard: Guard) -> None:
        """In the copy: end it with what was found."""
        try:
            quiet = os.open(os.devnull, os.O_WRONLY)
            os.dup2(quiet, 1)
            os.dup2(quiet, 2)
            likely = self._likely(guard)
            try:
                remove(guard)
            except LookupError:
                os._exit(NOT_THERE)
            limit = time.monotonic() + PATIENCE_SECONDS
            for item, after in zip(likely, [*likely[1:], *likely[-1:]], strict=True):
                _run(item, after)
                if self.failed:
                    os._exit(FOUND)
                if time.monotonic() > limit:
                    os._exit(GAVE_UP)
            os._exit(MISSED)
        except BaseException as fault:  # the copy must never go on as the original
            self.say(f"{guard}: {fault!r}")
            os._exit(FOUND if self.failed else MISSED)

    def _likely(self, guard: Guard) -> list[pytest.Item]:
        """Return the tests that may notice: quick ones first, those of its addresses before."""
        path = str(ROOT / guard.path)
        chosen = set(self.calls.get((path, guard.within), ()))
        names = names_of(guard)
        for item in self.took:
            everywhere = guard.kind == MIDDLEWARE and item.nodeid.startswith(EVERYWHERE)
            if everywhere or _name_in(item) in names or _is_made_for(guard, item):
                chosen.add(item)
        if guard.words.startswith("@"):
            for (known, _name), items in self.calls.items():
                chosen |= set(items) if known == path else set()
        chosen &= self.took.keys()
        return sorted(
            chosen,
            key=lambda item: (
                not _is_made_for(guard, item),
                *_turn(item, names, self.took[item]),
            ),
        )


class QuickPage:
    """Stands in for typst: its threads do not live on in a copy of the process."""

    was_made = False

    def __call__(self, facts: Any, form: str, template: Path, **_options: Any) -> bytes:
        self.was_made = True
        return b"%PDF-" + json.dumps([facts, form, template.name], default=str).encode()


def _few_of_each(items: list[pytest.Item]) -> Iterator[pytest.Item]:
    """Yield all cases of the tables of access, and the first cases of any other test."""
    whole = ("test_access", *chain.from_iterable(MADE_FOR.values()))
    seen: Counter[str] = Counter()
    for item in items:
        test = item.nodeid.partition("[")[0]
        seen[test] += 1
        if seen[test] <= MOST_CASES or any(name in test for name in whole):
            yield item


def _is_made_for(guard: Guard, item: pytest.Item) -> bool:
    return any(name in item.nodeid for name in MADE_FOR.get(guard.kind, ()))


def _turn(item: pytest.Item, names: set[str], seconds: float) -> tuple[bool, bool, float]:
    """Quick ones first; those of the table together, while their world stands."""
    return (_name_in(item) not in names, IN_TABLE not in item.nodeid, seconds)


def _note(frame: FrameType, seen: set[CodeType]) -> None:
    """Nothing is returned, so that no line is traced."""
    seen.add(frame.f_code)


def _run(item: pytest.Item, after: pytest.Item) -> None:
    item.config.hook.pytest_runtest_protocol(item=item, nextitem=after)


def _name_in(item: pytest.Item) -> str:
    """Return the name of the address that a case of the access table asks."""
    found: dict[str, Any] = item.callspec.params if hasattr(item, "callspec") else {}
    return str(found.get("name", "")) if IN_TABLE in item.nodeid else ""
