"""What somebody may take out: of which clinics, with or without the people."""

from dataclasses import dataclass

from mmt.accounts.models import Clinic, User
from mmt.accounts.roles import Permission

from ..models import SavedQuestion
from ..permissions import check_user_can_export, check_user_can_export_deidentified, user_can


@dataclass(frozen=True, slots=True)
class Rights:
    """`named` are the clinics whose records may leave with the people in them, `hidden` those
    whose may leave without. `questions` are the saved questions that may be asked.
    """

    named: list[Clinic]
    hidden: list[Clinic]
    questions: list[SavedQuestion]

    @classmethod
    def of(cls, user: User) -> "Rights":
        return cls(
            named=user.clinics_with(Permission.EXPORT),
            hidden=user.clinics_with(Permission.EXPORT_DEIDENTIFIED),
            questions=list(SavedQuestion.objects.filter(owner=user).order_by("name")),
        )

    @classmethod
    def of_a_program(cls) -> "Rights":
        """Everything, for who can read the database anyway."""
        clinics = list(Clinic.objects.order_by("slug"))
        questions = list(SavedQuestion.objects.order_by("name", "id"))
        return cls(named=clinics, hidden=clinics, questions=questions)

    @property
    def clinics(self) -> dict[str, Clinic]:
        return {clinic.slug: clinic for clinic in (*self.named, *self.hidden)}


def may_export(user: User, clinic: Clinic, *, deidentified: bool) -> bool:
    """Whether the person may now, asked anew: a user of a request keeps what it began with."""
    current = User.objects.filter(pk=user.pk, is_active=True).first()
    check = check_user_can_export_deidentified if deidentified else check_user_can_export
    return current is not None and user_can(check, current, clinic)
