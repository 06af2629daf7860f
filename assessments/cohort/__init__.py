"""Questions across patients, over the read model of change: no history is read."""

from .answer import Answer, Row, answer
from .question import Question, as_query
from .ready import Due, Ready, as_due, due, new, relapsed, seen_since, waiting

__all__ = [
    "Answer",
    "Due",
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
