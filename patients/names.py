"""Names as people search for them: without accents, case or punctuation."""

import re
import unicodedata

# Letters that stand for themselves in Unicode's tables but that people type without their stroke.
_PLAIN = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"}
)
_BREAK = re.compile(r"[\W_]+")


def fold(text: str) -> str:
    """Return `text` in lower case without accents; words parted by single spaces."""
    plain = unicodedata.normalize("NFKD", text.casefold()).translate(_PLAIN)
    bare = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return _BREAK.sub(" ", bare.replace("'", "").replace("’", "")).strip()


def search_terms(*texts: str) -> set[str]:
    """Return the folded words under which a person is found, each cut at 60 characters.

    A name with an apostrophe is one word ("O'Neil" is "oneil"); a hyphen parts two.
    """
    return {word[:60] for text in texts for word in fold(text).split()}
