"""Teams as the team page shows them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from django.utils import timezone

from .models import Clinic, Invitation, Membership, User


@dataclass(slots=True)
class Person:
    """A person of a clinic: roles in force, and those taken away."""

    user: User
    memberships: list[Membership] = field(default_factory=list)

    @property
    def roles(self) -> list[Membership]:
        return [row for row in self.memberships if row.active]

    @property
    def link(self) -> UUID:
        return self.memberships[0].pk

    @property
    def is_active(self) -> bool:
        return self.user.is_active and bool(self.roles)


@dataclass(slots=True)
class Team:
    clinic: Clinic
    people: list[Person] = field(default_factory=list)
    invitations: list[Invitation] = field(default_factory=list)


def load_teams(clinics: Iterable[Clinic]) -> list[Team]:
    """Return each clinic's people, those in force first, and open invitations: two queries."""
    teams = {clinic.pk: Team(clinic) for clinic in clinics}
    people: dict[tuple[UUID, UUID], Person] = {}
    rows = Membership.objects.filter(clinic__in=teams).select_related("user")
    for row in rows.order_by("user__name", "user__email", "-active", "role"):
        person = people.get((row.clinic_id, row.user_id))
        if person is None:
            person = people[row.clinic_id, row.user_id] = Person(row.user)
            teams[row.clinic_id].people.append(person)
        person.memberships.append(row)
    waiting = Invitation.objects.filter(
        clinic__in=teams,
        accepted_at__isnull=True,
        withdrawn_at__isnull=True,
        expires_at__gt=timezone.now(),
    ).select_related("invited_by")
    for invitation in waiting.order_by("-created_at"):
        teams[invitation.clinic_id].invitations.append(invitation)
    for team in teams.values():
        team.people.sort(key=lambda person: not person.is_active)
    return list(teams.values())
