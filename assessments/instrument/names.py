"""Movements and sides as clinics write them: `quads`, `R knee ext`, `DF (L)`. Nothing is guessed.

The names themselves stand with each movement (`Movement.aliases`); here they are found again.
"""

import re
from functools import lru_cache

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from .labels import Text
from .movements import MOVEMENTS, Side, movement

MOST_SUGGESTED = 6


class UnknownName(ValueError):
    """The text names no movement, no side, or more than one. `message` says which."""

    def __init__(self, message: Text) -> None:
        super().__init__(message)
        self.message = message


SIDES: dict[str, Side] = {
    **dict.fromkeys(("right", "r", "rt", "rechts", "dx"), Side.RIGHT),
    **dict.fromkeys(("left", "l", "lt", "links", "sin"), Side.LEFT),
    **dict.fromkeys(("midline", "mid", "centre", "center", "median", "axial"), Side.MIDLINE),
}
BOTH = frozenset({"both", "bilateral", "bilat", "b l", "bl", "r l", "l r", "r and l", "l and r"})

# Short forms of words, said in the order in which they are looked for.
_WORDS = (
    ("ext rot", "external rotation"),
    ("int rot", "internal rotation"),
    ("lat rot", "external rotation"),
    ("med rot", "internal rotation"),
    ("lateral rotation", "external rotation"),
    ("medial rotation", "internal rotation"),
    ("plantar flexion", "plantarflexion"),
    ("dorsi flexion", "dorsiflexion"),
    ("ext", "extension"),
    ("flex", "flexion"),
    ("flx", "flexion"),
    ("abd", "abduction"),
    ("add", "adduction"),
    ("er", "external rotation"),
    ("ir", "internal rotation"),
    ("sup", "supination"),
    ("pron", "pronation"),
    ("inv", "inversion"),
    ("ev", "eversion"),
    ("ever", "eversion"),
    ("dorsi", "dorsiflexion"),
    ("plantar", "plantarflexion"),
    ("sh", "shoulder"),
    ("shld", "shoulder"),
    ("elb", "elbow"),
    ("hallux", "great toe"),
    ("big toe", "great toe"),
)
_BREAK = re.compile(r"[\W_]+")
_HUMPS = re.compile(r"(?<=[a-z])(?=[A-Z])")


def movement_named(text: str) -> str:
    """Return the key of the movement that this text names. Raises UnknownName."""
    words = _tidy(text)
    found = _known(tuple(MOVEMENTS)).get(words) or _known(tuple(MOVEMENTS)).get(_expanded(words))
    if found is None:
        raise UnknownName(_suggestion(text, words))
    return found


def side_named(text: str) -> Side:
    """Return the side that this text names. Raises UnknownName; "both" is no side."""
    words = _tidy(text)
    if words in BOTH:
        raise UnknownName(_("“Both” is no side: give right and left a result each."))
    if words not in SIDES:
        raise UnknownName(
            format_lazy(_("“{text}” is no side: write right, left or midline."), text=text[:40])
        )
    return SIDES[words]


def cell_named(text: str) -> tuple[str, Side | None]:
    """Return the movement and the side that this text names, such as `R knee ext`.

    The side is None where the text has none and the movement two. Raises UnknownName.
    """
    words = _tidy(text).split()
    sides = {SIDES[word] for word in words if word in SIDES}
    rest = " ".join(word for word in words if word not in SIDES)
    if len(sides) > 1 or set(words) & {"both", "bilateral", "bilat"}:
        raise UnknownName(format_lazy(_("“{text}” names more than one side."), text=text[:60]))
    key = movement_named(rest)
    allowed = movement(key).sides
    side = next(iter(sides), None)
    if side is None and len(allowed) == 1:
        side = allowed[0]
    if side is not None and side not in allowed:
        raise UnknownName(
            format_lazy(
                _("{movement} has no side “{side}”."),
                movement=movement(key).name,
                side=side.label,
            )
        )
    return key, side


def _tidy(text: str) -> str:
    return _BREAK.sub(" ", _HUMPS.sub(" ", text[:200])).strip().lower()


def _expanded(words: str) -> str:
    padded = f" {words} "
    for short, long in _WORDS:
        padded = padded.replace(f" {short} ", f" {long} ")
    return padded.strip()


@lru_cache(maxsize=4)
def _known(keys: tuple[str, ...]) -> dict[str, str]:
    """Return the movement of each name, as it is written and with its short forms written out.

    A name that would then belong to two movements belongs to none.
    """
    exact: dict[str, str] = {}
    longer: dict[str, set[str]] = {}
    for key in keys:
        found = movement(key)
        for name in (key, str(found.name), *found.aliases):
            exact[_tidy(name)] = key
            longer.setdefault(_expanded(_tidy(name)), set()).add(key)
    single = {name: next(iter(owners)) for name, owners in longer.items() if len(owners) == 1}
    return single | exact


@lru_cache(maxsize=4)
def _words_of_names(keys: tuple[str, ...]) -> dict[str, set[str]]:
    names = [str(movement(key).name) for key in keys]
    return {name: set(_expanded(_tidy(name)).split()) for name in names}


def _suggestion(text: str, words: str) -> Text:
    wanted = set(_expanded(words).split())
    if wanted:
        named = _words_of_names(tuple(MOVEMENTS))
        near = [name for name, of_it in named.items() if wanted <= of_it][:MOST_SUGGESTED]
        if near:
            return format_lazy(
                _("“{text}” does not say which movement; it may be: {near}."),
                text=text[:60],
                near=", ".join(near),
            )
    return format_lazy(_("“{text}” names no movement that is known here."), text=text[:60])
