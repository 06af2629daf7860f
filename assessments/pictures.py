"""Pictures to take away: which there are, how an address asks for one, and the files of them.

A picture is asked for by the parameters of the page that shows it. A new one is a line in PICTURES.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from typing import NamedTuple

import resvg_py
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from mmt.accounts.models import User
from patients.models import Patient

from . import charts
from .charts.plots import NothingDrawn
from .charts.standalone import Banner, size_of, standalone
from .comparing import Comparison, ComparisonForm, comparison_of
from .history import History, Visit
from .measured import measured_of
from .querysets import load_history
from .rasterise import image_of
from .rules import rule_of
from .trends import Trends, TrendsFilter, trends_of

# Twice as many pixels as the page has; fewer for a heat map of a hundred visits, whose codes are 11
# pixels high so and can still be read: each pixel costs time and memory.
SCALE = 2.0
MOST_PIXELS = 7_500_000


class NoFonts(RuntimeError):
    """The machine has no font with which an image could be drawn."""


class Shown(NamedTuple):
    """A picture's markup and the visits in it, earliest first."""

    markup: SafeString
    visits: Sequence[Visit]


Draw = Callable[[Patient, History, QueryDict], Shown]


class Picture(NamedTuple):
    """`kind` stands in addresses and file names."""

    kind: str
    title: Promise
    draw: Draw


def _of_trends(draw: Callable[[Trends], SafeString]) -> Draw:
    """Asked for like the trends page, by its filter."""

    def drawn(patient: Patient, history: History, query: QueryDict) -> Shown:
        found = _trends(patient, history, query)
        return Shown(draw(found), found.shown.visits)

    return drawn


def _of_latest(draw: Callable[[Visit], SafeString]) -> Draw:
    """Asked for like the trends page, and about its latest visit alone."""

    def drawn(patient: Patient, history: History, query: QueryDict) -> Shown:
        latest = _trends(patient, history, query).latest
        if latest is None:
            raise NothingDrawn
        return Shown(draw(latest), [latest])

    return drawn


def _trends(patient: Patient, history: History, query: QueryDict) -> Trends:
    form = TrendsFilter(query, visits=history.visits)
    form.is_valid()  # what is wrong in it is left out, as on the page
    found = trends_of(history, form.cleaned_data, rule_of(patient.clinic))
    measured = measured_of(patient, found.shown.visits, form.cleaned_data)
    return replace(found, shown=replace(found.shown, measured=measured))


def _of_comparison(draw: Callable[[Comparison], SafeString]) -> Draw:
    """Asked for like the page of two visits, and only where the clinic shows what changed."""

    def drawn(patient: Patient, history: History, query: QueryDict) -> Shown:
        if len(history.visits) < 2 or not patient.clinic.change_flags:
            raise NothingDrawn
        form = ComparisonForm(query, visits=history.visits)
        if not form.is_valid():
            raise NothingDrawn
        found = comparison_of(history, form.cleaned_data.values(), rule_of(patient.clinic))
        return Shown(draw(found), [found.before, found.after])

    return drawn


def _of_visit(draw: Callable[[Visit], SafeString]) -> Draw:
    """Asked for by the visit alone."""

    def drawn(patient: Patient, history: History, query: QueryDict) -> Shown:
        wanted = query.get("visit")
        for visit in history.visits:
            if str(visit.id) == wanted:
                return Shown(draw(visit), [visit])
        raise NothingDrawn

    return drawn


PICTURES = {
    picture.kind: picture
    for picture in (
        Picture(
            "heat-map",
            _("Every visit"),
            _of_trends(lambda found: charts.heat_map(found.shown, found.cells)),
        ),
        Picture(
            "strips",
            _("Movement by movement"),
            _of_trends(lambda found: charts.strips(found.shown, found.cells)),
        ),
        Picture(
            "distribution",
            _("How many at which grade"),
            _of_trends(lambda found: charts.distribution(found.shown, found.cells)),
        ),
        Picture(
            "force",
            _("Force by dynamometer"),
            _of_trends(lambda found: charts.measured(found.shown, "force")),
        ),
        Picture(
            "function",
            _("What the patient could do"),
            _of_trends(lambda found: charts.measured(found.shown, "function")),
        ),
        Picture("asymmetry", _("Right against left"), _of_latest(charts.asymmetry)),
        Picture(
            "asymmetry-over-time",
            _("Right against left over time"),
            _of_trends(lambda found: charts.asymmetry_over_time(found.shown, found.cells)),
        ),
        Picture("body-map", _("On the body"), _of_visit(charts.body_map)),
        Picture(
            "body-map-difference",
            _("Two visits on the body"),
            _of_comparison(
                lambda found: charts.body_map_difference(found.before, found.after, found.changes)
            ),
        ),
    )
}


class Taken(NamedTuple):
    """A picture as a file. Its name says when was tested, never who."""

    name: str
    content: bytes
    content_type: str


def take(picture: Picture, form: str, patient: Patient, query: QueryDict, *, by: User) -> Taken:
    """Return the file in the form "svg" or "png". Raises NothingDrawn, NoFonts, NotDrawn."""
    shown = picture.draw(patient, load_history(patient), query)
    if not shown.visits:
        raise NothingDrawn
    drawn = standalone(shown.markup, _banner(picture, patient, shown.visits, by))
    name = f"{shown.visits[-1].day.isoformat()}-{picture.kind}.{form}"
    match form:
        case "svg":
            return Taken(name, drawn.encode(), "image/svg+xml")
        case "png":
            return Taken(name, png(drawn), "image/png")
    raise ValueError(f"No file of the form {form!r}")


def png(drawn: str) -> bytes:
    """Return the image of a file of `standalone`, as large as SCALE and MOST_PIXELS allow.

    Raises NoFonts, since without a font there would be no code in any cell, and NotDrawn.
    """
    if not _has_fonts():
        raise NoFonts
    width, height = size_of(drawn)
    scale = min(SCALE, (MOST_PIXELS / (width * height)) ** 0.5)
    return image_of(drawn, width=int(width * scale))


@cache
def _has_fonts() -> bool:
    """Say whether a letter leaves a mark on this machine."""
    sign = '<svg xmlns="http://www.w3.org/2000/svg" width="20" height="20">{}</svg>'
    letter = f'<text y="15" font-family="{charts.FAMILIES}">M</text>'
    return resvg_py.svg_to_bytes(svg_string=sign.format(letter)) != resvg_py.svg_to_bytes(
        svg_string=sign.format("")
    )


def _banner(picture: Picture, patient: Patient, visits: Sequence[Visit], by: User) -> Banner:
    testers = ", ".join(dict.fromkeys(visit.tester for visit in visits))
    days = list(dict.fromkeys(str(visit.day) for visit in visits))
    between = days[0] if len(days) == 1 else gettext("%s to %s") % (days[0], days[-1])
    return Banner(
        str(picture.title),
        (
            gettext("%(name)s, born %(birth)s, record number %(number)s, %(clinic)s")
            % {
                "name": patient,
                "birth": patient.birth_date,
                "number": patient.record_number,
                "clinic": patient.clinic,
            },
            gettext("Tested %(days)s by %(testers)s") % {"days": between, "testers": testers},
            gettext("Made %(day)s by %(name)s")
            % {"day": f"{patient.clinic.now():%Y-%m-%d %H:%M}", "name": by},
        ),
    )
