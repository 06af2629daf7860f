"""Invented records never come among real ones."""

from mmt.accounts.models import Clinic, User

# A domain of RFC 2606 that no mail can reach: nobody real signs in with it.
INVENTED_DOMAIN = ".example"


class HoldsRealRecords(ValueError):
    """The database has clinics or people that are not the demonstration's."""


class AlreadyLoaded(ValueError):
    """The clinic is in the database."""


def check_holds_nothing_real() -> None:
    """Raise HoldsRealRecords, saying how many of what."""
    clinics = Clinic.objects.filter(is_demo=False).count()
    people = User.objects.exclude(email__endswith=INVENTED_DOMAIN).count()
    if clinics or people:
        raise HoldsRealRecords(
            f"This database holds {clinics} real clinics and {people} real people: "
            "demonstration data is never loaded beside them."
        )


def check_not_loaded(slug: str) -> None:
    if Clinic.objects.filter(slug=slug).exists():
        raise AlreadyLoaded(f"The clinic {slug} is here already.")
