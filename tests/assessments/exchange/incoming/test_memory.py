"""A large import looks rarely through its objects, and whatever comes after it as before."""

import gc

import pytest

from assessments.exchange.incoming.memory import YOUNG, rarely_looked_through


def test_what_comes_after_is_looked_through_as_before_whatever_happened() -> None:
    @rarely_looked_through()
    def fail() -> None:
        raise ValueError(gc.get_threshold()[0])

    before = gc.get_threshold()
    with pytest.raises(ValueError, match=f"^{YOUNG}$"):
        fail()
    assert gc.get_threshold() == before
