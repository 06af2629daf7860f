"""The kinds of work there are. Each room registers its own when it starts."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .models import Job, State

if TYPE_CHECKING:
    from .work import Result, Work


class JobFailed(Exception):
    """The work cannot be done; says why, in words for its owner."""


@dataclass(frozen=True, slots=True)
class Kind:
    """`run` does the work and may leave a file. `may` is asked before it begins and before its
    file is given out: whether the owner has the right to it now. One that is not `repeatable` is
    not begun anew after its worker died. `leads_to` gives the page with what came of it, where that
    is no file.
    """

    key: str
    run: Callable[["Work"], "Result | None"]
    may: Callable[[Job], bool]
    repeatable: bool = True
    leads_to: Callable[[Job], str] | None = None


_registered: dict[str, Kind] = {}


def register(*kinds: Kind) -> None:
    _registered.update({kind.key: kind for kind in kinds})


def kind_of(job: Job) -> Kind | None:
    """Return the job's kind; None if this version of the product does not know it."""
    return _registered.get(job.kind)


def page_of(job: Job) -> str:
    """Return the address of the page with what came of a job; "" where there is none."""
    kind = kind_of(job)
    return kind.leads_to(job) if kind and kind.leads_to and job.state == State.DONE else ""
