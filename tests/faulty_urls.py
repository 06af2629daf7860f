"""An address that fails."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.urls import path

from mmt.urls import *  # noqa: F403  (its pages of errors, and what these lead to)


@login_not_required
def fault(request: HttpRequest) -> HttpResponse:
    raise ValueError("Zebrawoman")


urlpatterns = [path("fault", fault), *urlpatterns]  # noqa: F405
