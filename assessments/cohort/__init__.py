"""Questions across patients, over the read model of change: no history is read."""

from .answer import Answer, answer
from .listed import Listed, Row
from .question import Question, as_query
from .ready import Due, Ready, as_due, due, new, relapsed, seen_since, waiting

__all__ = [
    "Answer",
    "Due",
    "Listed",
    "Question",
    "Ready",
    "Row",
    "answer",
    "as_due",
    "as_query",
    "due",
    "new",
    "relapsed",
    "seen_since",
    "waiting",
]
