"""Who is measured, what happened to them between visits, and what they could do."""

from .care import CareContact, Profession, Referral, ReferralStatus
from .emergency import EmergencyAccess, EmergencyReason
from .erasure import Erasure, LegalGround, Way
from .functional_test import FunctionalKind, FunctionalTest, NotAble, WalkingAid
from .happenings import Event, EventKind, Intervention, InterventionKind
from .patient import BodySide, Course, Patient, SearchTerm, Sex

__all__ = [
    "BodySide",
    "CareContact",
    "Course",
    "EmergencyAccess",
    "EmergencyReason",
    "Erasure",
    "Event",
    "EventKind",
    "FunctionalKind",
    "FunctionalTest",
    "Intervention",
    "InterventionKind",
    "LegalGround",
    "NotAble",
    "Patient",
    "Profession",
    "Referral",
    "ReferralStatus",
    "SearchTerm",
    "Sex",
    "WalkingAid",
    "Way",
]
