"""People, the clinics they work in, and in which role."""

from .clinic import FURTHEST, Clinic, known_time_zone
from .doors import ApiToken, DoorCount, Scope, Session
from .people import Invitation, Membership, User

__all__ = [
    "FURTHEST",
    "ApiToken",
    "Clinic",
    "DoorCount",
    "Invitation",
    "Membership",
    "Scope",
    "Session",
    "User",
    "known_time_zone",
]
