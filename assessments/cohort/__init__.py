"""Questions across patients, over the read model of change: no history is read."""

from .answer import Answer, Row, answer
from .question import Question, as_query
from .ready import Due, Ready, due, relapsed, seen_since

__all__ = [
    "Answer",
    "Due",
    "Question",
    "Ready",
    "Row",
    "answer",
    "as_query",
    "due",
    "relapsed",
    "seen_since",
]
