"""The API as one thing: its routes and refusals."""

from ninja import NinjaAPI

from . import assessments, exports, patients
from .problems import answer_with_problems

VERSION = "1.0"

api = NinjaAPI(
    title="Strength recorder",
    version=VERSION,
    description="Strength assessments of people with MS. Every answer is limited to the clinics "
    "of the key's person and told to the audit log as on the pages. Grades are ordinal codes.",
    urls_namespace="api-1",
    openapi_url=None,  # our own pages show it
)
answer_with_problems(api)
api.add_router("/patients", patients.router)
api.add_router("", assessments.router)
api.add_router("/exports", exports.router)
