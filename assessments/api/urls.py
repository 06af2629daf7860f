from django.contrib.auth.decorators import login_not_required
from django.urls import URLPattern, URLResolver, include, path

from . import views
from .site import api


def _by_key() -> list[URLPattern | URLResolver]:
    """The operations, which ask for a key of their own instead of a session."""
    patterns, _name, _namespace = api.urls
    for pattern in patterns:
        if pattern.callback:
            login_not_required(pattern.callback)
    return patterns


urlpatterns = [
    path("docs", views.docs, name="api_docs"),
    path("openapi.json", views.openapi, name="api_openapi"),
    path("v1/", include((_by_key(), "ninja"), namespace="api-1")),
]
