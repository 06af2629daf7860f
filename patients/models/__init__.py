"""Who is measured, what happened to them between visits, and what they could do."""

from .functional_test import FunctionalKind, FunctionalTest, NotAble, WalkingAid
from .happenings import Event, EventKind, Intervention, InterventionKind
from .patient import BodySide, Course, Patient, SearchTerm, Sex

__all__ = [
    "BodySide",
    "Course",
    "Event",
    "EventKind",
    "FunctionalKind",
    "FunctionalTest",
    "Intervention",
    "InterventionKind",
    "NotAble",
    "Patient",
    "SearchTerm",
    "Sex",
    "WalkingAid",
]
