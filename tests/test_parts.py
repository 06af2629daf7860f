import pytest

from tests import parts


def test_what_is_required_is_on_this_machine() -> None:
    for part in parts.parts():
        assert part.here or part.name not in parts.required(), (
            f"{part.title} cannot run here. Try: {part.how}"
        )


def test_a_misspelt_requirement_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUIRE", "postgres,browsers")
    with pytest.raises(ValueError, match="not browsers"):
        parts.required()
