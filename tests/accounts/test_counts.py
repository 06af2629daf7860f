"""What is counted at the door is shared by all web servers, and its table stays small."""

import time
from collections.abc import Callable

import pytest
import time_machine
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from mmt.accounts import counts
from mmt.accounts.counts import CountCache
from mmt.accounts.models import DoorCount, User
from tests.factors import code_of, give_app
from tests.people import PASSWORD

pytestmark = pytest.mark.django_db
LOGIN, CODE = reverse("account_login"), reverse("mfa_authenticate")


def other_server(most: int = 100) -> CountCache:
    return CountCache("", {"OPTIONS": {"MAX_ENTRIES": most}})


def test_servers_count_together_and_forget_in_time() -> None:
    with time_machine.travel(1_800_000_000, tick=False) as clock:
        assert cache.add("code", True, timeout=90)
        assert not other_server().add("code", True, timeout=90)
        other_server().set("tries", [1.5, 0.5], timeout=300)
        assert cache.get("tries") == [1.5, 0.5]
        clock.shift(91)
        assert other_server().add("code", 0, timeout=90)
        assert (cache.incr("code"), other_server().incr("code")) == (1, 2)
        clock.shift(91)
        with pytest.raises(ValueError, match="Nothing is counted"):
            cache.incr("code")
        assert (cache.get("code", "none"), cache.get("tries")) == ("none", [1.5, 0.5])
    assert cache.delete("tries") is True
    assert cache.delete("tries") is False


def test_the_table_is_bounded_and_what_ends_first_goes_first() -> None:
    small = other_server(most=3)
    for number in range(5):
        small.set(f"name {number}", number, timeout=100 + number)
    small.set("forgotten", 1, timeout=-1)
    small.tidy()
    assert [small.get(f"name {number}") for number in range(5)] == [None, None, 2, 3, 4]
    assert DoorCount.objects.count() == 3


def test_a_flood_is_tidied_by_the_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counts, "TIDY_EVERY", 1)
    for number in range(4):
        cache.add(f"name {number}", number, timeout=-1)
    assert DoorCount.objects.count() == 0


def test_no_address_and_no_code_stands_in_the_table() -> None:
    cache.set("rl:ip:10.0.0.9:" + "x" * 60, 1)
    assert len(DoorCount.objects.get().name) == 64


def wrong(client: Client, times: int) -> None:
    for number in range(times):
        client.post(CODE, {"code": f"00000{number}"})


@pytest.fixture
def half_way(physio: User) -> Callable[[], Client]:
    def enter() -> Client:
        client = Client()
        client.post(LOGIN, {"login": physio.email, "password": PASSWORD})
        return client

    return enter


@pytest.mark.django_db(transaction=True)
def test_wrong_codes_after_the_right_password_are_told_to_its_owner_once(
    committed_db: None, physio: User, half_way: Callable[[], Client]
) -> None:
    secret = give_app(physio)
    with time_machine.travel(time.time(), tick=False):
        browser = half_way()
        wrong(browser, 3)
        browser.post(CODE, {"code": code_of(secret)})  # let in: those were slips
        wrong(half_way(), 3)
        assert mail.outbox == []
        wrong(half_way(), 4)
    [message] = mail.outbox
    assert message.to == [physio.email]
    assert message.subject == "Several wrong codes after your password"
    assert "change it" in message.body
    assert physio.email not in message.body
