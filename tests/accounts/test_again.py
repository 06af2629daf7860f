"""What a person who signed in a while ago is asked to prove once more, and what is done then."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from mmt.accounts.models import Invitation, User
from patients.models import Patient
from tests.factors import give_app
from tests.people import PASSWORD, grade, make_signed

AsUser = Callable[[User], Client]
AGAIN = reverse("account_reauthenticate")


@pytest.fixture
def later(as_user: AsUser, admin: User) -> Iterator[Client]:
    """An administrator's browser, six minutes after signing in."""
    client = as_user(admin)
    with time_machine.travel(timezone.now() + timedelta(minutes=6), tick=False):
        yield client


def address(name: str, user: User) -> str:
    return reverse(f"team:{name}", args=[user.memberships.get().pk])


def asks(client: Client, url: str, form: dict[str, str] | None = None) -> bool:
    return client.post(url, form or {}).headers.get("Location", "").startswith(AGAIN)


@pytest.mark.parametrize(
    "name", ["change_role", "add_role", "deactivate", "reactivate", "reset_factors"]
)
def test_who_changes_what_a_colleague_may_is_asked(later: Client, physio: User, name: str) -> None:
    give_app(physio)
    assert asks(later, address(name, physio), {"role": "lead"})
    assert [row.role for row in physio.memberships.filter(active=True)] == ["physiotherapist"]


def test_so_is_who_invites_or_changes_the_rule(later: Client, admin: User) -> None:
    assert asks(later, reverse("team:invite"), {"email": "n@harbour.test", "role": "lead"})
    assert asks(later, reverse("team:second_factors", args=["harbour"]))
    assert not Invitation.objects.exists()


def test_so_is_who_takes_records_out(later: Client, patient: Patient) -> None:
    assert asks(later, reverse("assessments:held", args=[patient.pk]), {"form": "json"})
    assert asks(later, reverse("exports:index"))
    assert asks(later, reverse("assessments:cohort_export"))
    given = later.get(reverse("audit:access_file", args=[patient.pk, "csv"]))
    assert given.headers["Location"].startswith(AGAIN)


def test_so_is_who_makes_a_key_or_opens_the_way_in_an_emergency(later: Client) -> None:
    assert asks(later, reverse("tokens"), {"name": "registry"})
    assert asks(later, reverse("emergency:open"))
    assert asks(later, reverse("emergency:allow", args=["harbour"]), {"emergency_access": "on"})


def test_what_was_asked_for_is_done_after_the_answer(later: Client, physio: User) -> None:
    change = address("change_role", physio)
    asked = later.post(change, {"role": "lead"}).headers["Location"]
    assert later.post(asked, {"password": "wrong"}).context["form"].errors
    assert physio.memberships.get().role == "physiotherapist"
    later.post(asked, {"password": PASSWORD})
    assert physio.memberships.get().role == "lead"


def test_a_file_asked_for_comes_from_a_page_with_the_way_back(
    later: Client, patient: Patient, physio: User
) -> None:
    make_signed(patient, physio, {("knee_extension", "right"): grade(0)})
    page, cohort = reverse("exports:index"), reverse("assessments:cohort")
    choice = {"clinic": "harbour", "layout": "long", "status": "in_force"}
    for url, form, back, said in (
        (page, choice, page, b",knee_extension,"),
        (f"{cohort}export/?ready=overdue", {}, f"{cohort}?ready=overdue", b"retest_due"),
    ):
        asked = later.post(url, form).headers["Location"]
        assert asked.startswith(AGAIN)
        early = later.get(reverse("file"))  # before the answer the question stands in the way
        assert early.headers["Location"].startswith(AGAIN)
        answer = later.post(asked, {"password": PASSWORD}, follow=True)
        assert f'content="0; url={reverse("file")}"' in answer.content.decode()
        assert f'href="{back}"' in answer.content.decode()
        file = later.get(reverse("file"))
        assert file.headers["Content-Disposition"].startswith("attachment")
        assert said in b"".join(file.streaming_content)
        session = later.session  # the next one is asked anew
        session["account_authentication_methods"] = []
        session.save()


def test_nothing_asked_for_is_no_file(as_user: AsUser, physio: User) -> None:
    client = as_user(physio)
    for name in ("file_on_its_way", "file"):
        assert client.get(reverse(name)).headers["Location"] == reverse("start")


def test_within_five_minutes_nobody_is_asked(as_user: AsUser, admin: User, physio: User) -> None:
    assert not asks(as_user(admin), address("change_role", physio), {"role": "lead"})
