"""Facts in, one page out: a tagged PDF (PDF/UA-1) set by typst from the template beside this file.

The facts go in as JSON, which typst reads as data: nothing that was typed is ever markup.
"""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from django.utils.translation import gettext as _

if TYPE_CHECKING:
    import typst

TEMPLATE = Path(__file__).with_name("page.typ")
# Fine print stays sharp where a telephone shows the page wider than itself.
PREVIEW_PPI = 144
_CANNOT_SHOW = "could not be displayed"


class NotPrintable(ValueError):
    """A letter of a name or a line for which this machine has no font; says which, in words."""


def pdf_of(facts: Mapping[str, Any], template: Path = TEMPLATE) -> bytes:
    """Return the page: the same facts give the same bytes. Raises NotPrintable."""
    return _compiled(facts, "pdf", template)


def image_of(facts: Mapping[str, Any]) -> bytes:
    """Return the same page as a PNG, to look at. Raises NotPrintable."""
    return _compiled(facts, "png", TEMPLATE)


def _compiled(facts: Mapping[str, Any], form: Literal["pdf", "png"], template: Path) -> bytes:
    """Use typst's own fonts, and the machine's only for letters that those lack."""
    import typst  # seven megabytes, which who writes no letter need not have

    try:
        return _compile(facts, form, template, ignore_system_fonts=True)
    except typst.TypstError as problem:
        if _CANNOT_SHOW not in problem.message:
            raise
    try:
        return _compile(facts, form, template, ignore_system_fonts=False)
    except typst.TypstError as problem:
        if _CANNOT_SHOW not in problem.message:
            raise
        raise NotPrintable(
            _("This server has no font for a letter that is in it: %s") % _quoted(problem.message)
        ) from problem


def _compile(
    facts: Mapping[str, Any],
    form: Literal["pdf", "png"],
    template: Path,
    *,
    ignore_system_fonts: bool,
) -> bytes:
    import typst

    compiler = typst.Compiler(
        input=str(template),
        font_paths=_fonts(with_system=not ignore_system_fonts),
        sys_inputs={"facts": json.dumps(facts)},
    )
    if form == "png":
        return _whole(compiler.compile(format="png", ppi=PREVIEW_PPI))
    return _whole(compiler.compile(format="pdf", pdf_standards=["ua-1"], timestamp=0))


@cache
def _fonts(*, with_system: bool) -> "typst.Fonts":
    """Return the fonts, looked for once: it takes as long as to set half a page."""
    import typst

    return typst.Fonts(include_system_fonts=with_system)


def _whole(pages: bytes | list[bytes] | None) -> bytes:
    if not isinstance(pages, bytes):
        raise ValueError("A letter is one page.")
    return pages


def _quoted(message: str) -> str:
    """Return what stands between the first two back-ticks of a message of typst."""
    parts = message.split("`")
    return parts[1] if len(parts) > 1 else message
