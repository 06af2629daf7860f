"""Text that a spreadsheet shows and never runs.

A cell that begins with = + - @, a tab or a line break is a formula, or becomes one, to Excel and
LibreOffice, also after white space and in full-width signs. Such a text gets an apostrophe in
front, which spreadsheets take for "this is text". A plain number is no formula and stays.
"""

import re

# White space, and signs without width or ink that a reader may skip.
_BLANK = r"\s\x00-\x1f\x7f\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff"
_RISKY = re.compile(rf"[{_BLANK}]*[\t\r\n=+\-@＝＋－＠﹦﹢﹣﹫]")
_NUMBER = re.compile(r"[+-]?[0-9]{1,15}([.,][0-9]{1,15})?")


def harmless(text: str) -> str:
    """Return the text as a cell may hold it; `restored` takes it back, whatever the text was."""
    return "'" + text if _needs_apostrophe(text) else text


def runs(text: str) -> bool:
    """Whether a spreadsheet would run the text as a formula if it were typed."""
    return _needs_apostrophe(text)


def restored(cell: str) -> str:
    """Return the text that `harmless` made this cell from."""
    return cell[1:] if cell[:1] == "'" and _needs_apostrophe(cell[1:]) else cell


def _needs_apostrophe(text: str) -> bool:
    # Apostrophes in front do not count, so that a text that has one already gets another and
    # can be told from one that was given it here.
    bare = text.lstrip("'")
    return _RISKY.match(bare) is not None and _NUMBER.fullmatch(bare) is None
