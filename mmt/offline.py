"""What a browser needs to open the product without a network."""

import hashlib
import json

from django.contrib.auth.decorators import login_not_required
from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

# The product's own files; of others only what its pages use.
OWN = ("mmt/", "assessments/", "patients/")
OF_OTHERS = ("bootstrap/css/bootstrap.min.css", "django_htmx/htmx-2.min.js")
KINDS = (".css", ".js", ".svg", ".png", ".woff2")


@login_not_required
@require_safe
def service_worker(request: HttpRequest) -> HttpResponse:
    """The worker stands at the root, since a worker governs only addresses below its own."""
    files = sorted(_files())
    facts = {
        "version": hashlib.sha256("".join(files).encode()).hexdigest()[:12],
        "files": files,
        "offline": reverse("offline"),
    }
    script = (
        f"import {{ start }} from {json.dumps(static('mmt/device/worker.js'))};\n"
        f"start({json.dumps(facts)});\n"
    )
    return HttpResponse(script, content_type="text/javascript")


def _files() -> list[str]:
    """Return the addresses of the files that pages without a network stand on."""
    names: dict[str, str] = getattr(staticfiles_storage, "hashed_files", {})
    return [
        staticfiles_storage.url(name)
        for name in names
        if name in OF_OTHERS or (name.startswith(OWN) and name.endswith(KINDS))
    ]


@login_not_required
@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """What is shown in place of a page that is not on the device."""
    return render(request, "offline.html")


@login_not_required
@require_safe
def manifest(request: HttpRequest) -> JsonResponse:
    """How the product looks when it is installed like an app."""
    facts = {
        "name": _("Strength recorder"),
        "short_name": _("Strength"),
        "id": "/",
        "start_url": reverse("start"),
        "scope": "/",
        "display": "standalone",
        "background_color": "#ffffff",
        "theme_color": "#0b4450",
        "icons": [
            {"src": static(f"mmt/icons/icon-{size}.png"), "sizes": f"{size}x{size}", **purpose}
            for size in (192, 512)
            for purpose in ({"purpose": "any"}, {"purpose": "maskable"})
        ],
    }
    return JsonResponse(facts, content_type="application/manifest+json")
