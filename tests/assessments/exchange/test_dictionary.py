from pathlib import Path

import pytest
from django.conf import settings

from assessments import instrument
from assessments.exchange.columns import columns_of
from assessments.exchange.dictionary import markdown
from assessments.exchange.selection import Layout

KEPT = Path(settings.BASE_DIR, "docs", "data-dictionary.md")


def test_the_data_dictionary_is_current() -> None:
    assert KEPT.read_text(encoding="utf-8") == markdown(), (
        "manage.py export_scores --dictionary > docs/data-dictionary.md"
    )


@pytest.mark.parametrize("layout", list(Layout))
def test_it_tells_of_every_column(layout: Layout) -> None:
    told = markdown()
    for column in columns_of(layout):
        assert f"\n| `{column.name}` | " in told
        assert str(column.meaning)


def test_it_lists_every_word_a_column_can_hold() -> None:
    told = markdown()
    for word in (*instrument.MOVEMENTS, *instrument.Reason, *instrument.Limiter, "blank"):
        assert f"\n| `{word}` | " in told
