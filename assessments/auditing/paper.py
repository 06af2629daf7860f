"""The access log of one patient as a PDF to hand over."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from mmt.accounts.models import User
from patients.models import Patient

from ..letters.sentences import in_words
from ..letters.typesetting import pdf_of
from .found import Events, newest_first
from .told import Line, Roles

TEMPLATE = Path(__file__).with_name("access.typ")
MOST_LINES = 5_000


def access_pdf(found: Events, patient: Patient, *, by: User) -> bytes:
    """Return the pages, newest access first; of more than `MOST_LINES` the newest, and they say so.

    Raises NotPrintable.
    """
    events = list(newest_first(found)[: MOST_LINES + 1])
    lines = Roles(patient.clinic).lines_of(events[:MOST_LINES])
    return pdf_of(_facts(lines, patient, by, more=len(events) > MOST_LINES), TEMPLATE)


def _facts(lines: Sequence[Line], patient: Patient, by: User, *, more: bool) -> dict[str, Any]:
    now = patient.clinic.now()
    words = [
        _(
            "Everybody who opened, changed, exported, printed or downloaded anything of this "
            "record, or was refused it, newest first. Opening is noted once an hour."
        ),
        ngettext("%(count)d entry.", "%(count)d entries.", len(lines)) % {"count": len(lines)},
    ]
    if more:
        words.append(_("Only the newest are printed; the list as CSV has all."))
    return {
        "language": (get_language() or "en-gb").partition("-")[0],
        "title": _("Who had access to this record"),
        "day": [now.year, now.month, now.day],
        "clinic": patient.clinic.name,
        "patient": str(patient),
        "patient_facts": _("born %(birth)s · record number %(number)s")
        % {"birth": in_words(patient.birth_date), "number": patient.record_number},
        "words": words,
        "columns": [_("When (%s)") % patient.clinic.time_zone, _("Who"), _("What")],
        "lines": [_line(line) for line in lines],
        "foot": _("Made on %(day)s by %(name)s, %(clinic)s")
        % {"day": now.strftime("%Y-%m-%d %H:%M"), "name": by.name, "clinic": patient.clinic.name},
    }


def _line(line: Line) -> dict[str, str]:
    refused = _("%s (refused)") % line.did if line.refused else line.did
    return {
        "at": line.at.strftime("%Y-%m-%d %H:%M"),
        "who": line.who,
        "what": refused,
        "details": line.details,
    }
