"""Reviewing and signing a draft."""

from operator import attrgetter
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from mmt.audit.models import Action

from ..actions import StaleRevision, sign_assessment
from ..entry.drafts import NoLongerADraft
from ..entry.review import Review
from ..entry.seen import has_unseen
from ..permissions import check_user_can_edit_draft
from ..wording import measurements_in_order
from .access import SignedInRequest, ask_signer, get_assessment


@require_http_methods(["GET", "HEAD", "POST"])
def sign(request: SignedInRequest, assessment_id: UUID) -> HttpResponse:
    """Show what is missing and what changed; sign. A second click finds the record signed.

    Sent straight from the grid (`quick`), a draft with nothing to ask about is signed at once;
    otherwise the review asks first. Who signs there keeps what was asked about.
    """
    assessment = get_assessment(
        request,
        assessment_id,
        check_user_can_edit_draft,
        Action.ASSESSMENT_SIGNED,
        when=attrgetter("is_draft"),
    )
    if not assessment.is_draft:
        return redirect("assessments:read", assessment.pk)
    review = Review(assessment, assessment.draft)
    if request.method == "POST" and _may_sign(request, review):
        if asked := ask_signer(request, assessment):
            return asked
        try:
            sign_assessment(
                review.context.instance,
                review.kept,
                by=request.user,
                draft_revision=review.draft.revision,
            )
        except NoLongerADraft:
            pass  # the other click signed it
        except StaleRevision:
            messages.error(request, _("The draft changed meanwhile. Look again before signing."))
            return redirect("assessments:sign", assessment.pk)
        return redirect("assessments:read", assessment.pk)
    context = {
        "patient": assessment.patient,
        "assessment": assessment,
        "review": review,
        "measurements": measurements_in_order(assessment),
    }
    return render(request, "assessments/sign.html", context)


def _may_sign(request: SignedInRequest, review: Review) -> bool:
    """Whether this POST signs; if not, a message says what is still needed."""
    if request.POST.get("patient") != str(review.assessment.patient_id):
        messages.error(request, _("This page belongs to another patient. Nothing was signed."))
        return False
    is_stale = request.POST.get("revision") != str(review.draft.revision)
    if is_stale or has_unseen(review.assessment, review.draft, request.POST.get("seen", "")):
        messages.error(request, _("The draft changed meanwhile. Look again before signing."))
        return False
    if not review.can_sign:
        messages.error(request, _("This cannot be signed yet. See what is needed below."))
        return False
    if request.POST.get("quick"):
        return review.asks_nothing
    if review.content.filled and not request.POST.get("filled_confirmed"):
        messages.error(request, _("Confirm the scores that were filled in at once."))
        return False
    return True
