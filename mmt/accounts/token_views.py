"""A person's keys of the API: make one, see them, take one back."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from .again import asks_again
from .forms import TokenForm
from .models import ApiToken
from .requests import SignedInRequest
from .tokens import make_token, revoke_token


@asks_again
@require_http_methods(["GET", "HEAD", "POST"])
def tokens(request: SignedInRequest) -> HttpResponse:
    """One's keys, and a form for another, whose key is shown this once."""
    form = TokenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        token, secret = make_token(**form.cleaned_data, by=request.user)
        return render(request, "account/token_made.html", {"token": token, "secret": secret})
    context = {"form": form, "tokens": request.user.api_tokens.order_by("-created_at")}
    return render(request, "account/tokens.html", context)


@require_POST
def revoke(request: SignedInRequest, token_id: UUID) -> HttpResponse:
    token = get_object_or_404(ApiToken, pk=token_id, user=request.user)
    revoke_token(token, by=request.user)
    messages.success(request, _("The key no longer works."))
    return redirect("tokens")
