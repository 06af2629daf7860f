"""Writing a letter or a report about a signed record, looking at it, keeping it, taking it."""

from base64 import b64encode
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from mmt.audit.models import Action

from ..letters.facts import facts_of
from ..letters.forms import KeepForm, LetterForm
from ..letters.keeping import NotAsSeen, hash_of, keep_letter, read_letter
from ..letters.subject import Subject, known_of, subject_of
from ..letters.typesetting import NotPrintable, image_of, pdf_of
from ..models import Assessment, LetterKind
from ..permissions import check_user_can_write_letter
from ..signing import broken_among
from .access import SignedInRequest, get_assessment, get_letter


@require_http_methods(["GET", "HEAD", "POST"])
def write(request: SignedInRequest, assessment_id: UUID, kind: LetterKind) -> HttpResponse:
    """Decide to whom, look at the page, open it as it would be kept, or keep it."""
    record = get_assessment(request, assessment_id, check_user_can_write_letter, Action.LETTER_MADE)
    known = known_of(record)
    form = LetterForm(request.POST or None, record=record, earlier=known.earlier(record))
    step = request.POST.get("step", "")
    if step == "edit" or not form.is_valid():
        return _form(request, record, kind, form)
    subject = subject_of(record, known, form.before)
    try:
        match step:
            case "open":
                return _opened(request, subject, kind, form)
            case "keep":
                return _kept(request, subject, kind, form)
        return _looked_at(request, subject, kind, form)
    except NotPrintable as problem:
        form.add_error(None, str(problem))
        return _form(request, record, kind, form)


@require_safe
def letter(request: SignedInRequest, letter_id: UUID) -> HttpResponse:
    """A kept page, as it was kept."""
    found = get_letter(request, letter_id)
    headers = {"Content-Disposition": f'attachment; filename="{found.file_name}"'}
    pdf = read_letter(found, by=request.user)
    return HttpResponse(pdf, content_type="application/pdf", headers=headers)


def _form(
    request: SignedInRequest, record: Assessment, kind: LetterKind, form: LetterForm
) -> HttpResponse:
    context = {
        "patient": record.patient,
        "assessment": record,
        "kind": kind,
        "form": form,
        "signature_broken": broken_among([record.pk]),
    }
    return render(request, "assessments/letter.html", context)


def _looked_at(
    request: SignedInRequest, subject: Subject, kind: LetterKind, form: LetterForm
) -> HttpResponse:
    facts = facts_of(subject, form.wording(kind), by=request.user)
    told = [subject.record.pk, *([subject.before.id] if subject.before else [])]
    context = {
        "patient": subject.record.patient,
        "assessment": subject.record,
        "kind": kind,
        "form": form,
        "facts": facts,
        "image": b64encode(image_of(facts)).decode(),
        "seen": hash_of(pdf_of(facts)),
        "key": uuid4(),
        "signature_broken": broken_among(told),
    }
    return render(request, "assessments/letter_preview.html", context)


def _opened(
    request: SignedInRequest, subject: Subject, kind: LetterKind, form: LetterForm
) -> HttpResponse:
    pdf = pdf_of(facts_of(subject, form.wording(kind), by=request.user))
    headers = {"Content-Disposition": 'inline; filename="preview.pdf"'}
    return HttpResponse(pdf, content_type="application/pdf", headers=headers)


def _kept(
    request: SignedInRequest, subject: Subject, kind: LetterKind, form: LetterForm
) -> HttpResponse:
    looked = KeepForm(request.POST)
    if not looked.is_valid():
        messages.warning(request, _("Look at the page first, then keep it."))
        return _looked_at(request, subject, kind, form)
    try:
        keep_letter(subject, form.wording(kind), by=request.user, **looked.cleaned_data)
    except NotAsSeen:
        messages.warning(
            request, _("The page has changed since you looked at it. Look again, then keep it.")
        )
        return _looked_at(request, subject, kind, form)
    messages.success(request, _("%s kept with the record.") % capfirst(str(kind.label)))
    return redirect("assessments:read", subject.record.pk)
