"""Letters in tests: written from hand-made visits, and read back from the PDF."""

import io
import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.utils import timezone
from pypdf import PdfReader
from pypdf.generic import NameObject

from assessments.letters.facts import Wording, facts_of
from assessments.letters.keeping import hash_of, keep_letter
from assessments.letters.subject import Subject, known_of, subject_of
from assessments.letters.typesetting import pdf_of
from assessments.models import Addressee, Assessment, Letter, LetterKind
from mmt.accounts.models import User

NOW = timezone.now().replace(microsecond=0)
# From q to Q, with no text, picture or tag between; the colour of what follows.
DRAWN = re.compile(rb"\sq\s[^qQBDTi()<\[]*\sQ(?=\s)|/c\d+ cs [\d. ]+ scn")
BOTH = (LetterKind.LETTER, LetterKind.REPORT)


def days_ago(days: int) -> Any:
    return NOW - timedelta(days=days)


def subject(record: Assessment, *, alone: bool = False) -> Subject:
    """Return the subject of a record, compared with the visit before it unless `alone`."""
    record = Assessment.objects.select_related("clinic", "patient", "signed_by").get(pk=record.pk)
    known = known_of(record)
    earlier = known.earlier(record)
    return subject_of(record, known, earlier[0] if earlier and not alone else None)


def written(
    record: Assessment, by: User, kind: LetterKind = LetterKind.LETTER, **wording: str
) -> PdfReader:
    """Return the page about a record, as a reader of PDF sees it."""
    decided = Wording(kind, Addressee.GP, **wording)
    return PdfReader(io.BytesIO(pdf_of(facts_of(subject(record), decided, by=by))))


def text(pdf: PdfReader) -> str:
    """Return the words of the page, spaces evened out."""
    for page in pdf.pages:
        _leave_out_drawings(page)
        _leave_out_lines(page["/Contents"])
    return " ".join(" ".join(page.extract_text() for page in pdf.pages).split())


def _leave_out_drawings(part: Any) -> bool:
    """Pass for images the parts of a page in which no letter is set; return whether one is.

    Thousands of lines would be read in vain.
    """
    resources = part.get("/Resources", {})
    parts = [each.get_object() for each in resources.get("/XObject", {}).values()]
    written = "/Font" in resources
    for each in parts:
        if each["/Subtype"] == "/Form":
            if _leave_out_drawings(each):
                written = True
                _leave_out_lines(each)
            else:
                each[NameObject("/Subtype")] = NameObject("/Image")
    return written


def _leave_out_lines(stream: Any) -> None:
    """Take out what is drawn between the letters, and their colours."""
    stream.set_data(DRAWN.sub(b"", stream.get_data()))


def make_letter(
    record: Assessment, by: User, kind: LetterKind = LetterKind.LETTER, **wording: str
) -> Letter:
    """Return a kept page about a record."""
    about, decided = subject(record), Wording(kind, Addressee.GP, **wording)
    seen = hash_of(pdf_of(facts_of(about, decided, by=by)))
    return keep_letter(about, decided, key=uuid4(), seen=seen, by=by)
