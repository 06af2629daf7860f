"""What is done once a day: by one worker of many, and again where it failed."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone
from django.utils.module_loading import import_string

from mmt.jobs import duties
from mmt.jobs.duties import Rota
from mmt.jobs.models import DutyRun
from mmt.jobs.worker import Worker

from .conftest import Asking

done: list[str] = []


def sweep_the_floor() -> Iterator[None]:
    for step in ("floor", "stairs"):
        done.append(step)
        yield


def fall_down() -> Iterator[None]:
    done.append("fell")
    raise ValueError("The moon is full.")
    yield


@pytest.fixture(autouse=True)
def two_duties(settings: Any, db: None) -> None:
    done.clear()
    settings.DUTIES = [f"{__name__}.sweep_the_floor", f"{__name__}.fall_down"]


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        yield clock


def all_steps() -> list[str]:
    """Return what a worker that just came does."""
    done.clear()
    rota = Rota()
    while rota.step():
        pass
    return list(done)


def test_each_duty_is_done_once_a_day_and_one_that_failed_an_hour_later(
    clock: time_machine.Traveller,
) -> None:
    assert all_steps() == ["floor", "stairs", "fell"]
    assert DutyRun.objects.get(name__endswith="down").error == "ValueError: The moon is full."
    assert all_steps() == []
    clock.shift(timedelta(hours=1, seconds=1))
    assert all_steps() == ["fell"]
    clock.shift(timedelta(hours=23))
    assert all_steps() == ["floor", "stairs", "fell"]


def test_of_two_workers_one_does_it_and_the_other_when_the_first_fell_silent(
    clock: time_machine.Traveller, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(duties, "ALIVE_SECONDS", 0)
    settings.DUTIES = settings.DUTIES[:1]
    first = Rota()
    assert first.step()
    assert all_steps() == []
    clock.shift(timedelta(hours=1, seconds=1))
    assert all_steps() == ["floor", "stairs"]
    # The first wakes up again and finds that it is no longer its duty.
    assert first.step()
    assert not first.step()
    assert DutyRun.objects.get().ended_at == timezone.now()


def test_jobs_come_before_duties(ask: Asking) -> None:
    ask()
    job_first: list[bool] = []
    worker = Worker(stopping=lambda: "stairs" in done or bool(job_first.append(not done)))
    worker.run()
    assert job_first[:2] == [True, True]
    assert done == ["floor", "stairs"]


def test_a_worker_that_ends_when_nothing_waits_has_no_duties(ask: Asking) -> None:
    Worker(stopping=lambda: False).run(until_idle=True)
    assert done == []


def test_every_duty_of_the_product_can_be_found(settings: Any) -> None:
    from mmt import settings as product

    assert all(callable(import_string(path)) for path in product.DUTIES)
