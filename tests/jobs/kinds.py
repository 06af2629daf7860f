"""Kinds of work that only the tests have."""

import time

from mmt.jobs import kinds
from mmt.jobs.kinds import JobFailed, Kind
from mmt.jobs.models import Job
from mmt.jobs.work import Result, Work

TEXT = Result("words.txt", "text/plain")


def _write(work: Work) -> Result:
    """Leave the words of the arguments, a row each."""
    words = work.job.arguments["words"]
    with work.file() as file:
        for place, word in enumerate(words):
            file.write(word.encode() + b"\n")
            work.progress(place + 1, len(words))
    return TEXT


def _linger(work: Work) -> Result:
    """Tell how far it is for a minute, unless a file says that it may end."""
    with work.file() as file:
        file.write(b"begun")
        for moment in range(1200):
            work.progress(moment + 1, 1200)
            time.sleep(0.05)
    return TEXT


def _refuse(_work: Work) -> None:
    raise JobFailed("The moon is full.")


def _break(_work: Work) -> None:
    raise RuntimeError("a secret of the inside")


def _always(_job: Job) -> bool:
    return True


def register() -> None:
    kinds.register(
        Kind("write", _write, _always),
        Kind("linger", _linger, _always),
        Kind("linger_once", _linger, _always, repeatable=False),
        Kind("refuse", _refuse, _always),
        Kind("break", _break, _always),
        Kind("forbidden", _write, lambda _job: False),
    )
