"""The words of pictures are put together once for each language."""

from django.utils import translation

from assessments.charts.words import words_now


def test_words_are_those_of_the_language_that_is_active() -> None:
    with translation.override("de"):
        german = words_now()
    with translation.override("en-gb"):
        english = words_now()
        assert words_now() is english
    assert (english.months[5], german.months[5]) == ("May", "Mai")
