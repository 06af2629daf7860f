"""The invented people of the demonstration clinics: shown on the sign-in page of demo data only."""

from .roles import Role

PASSWORD = "strength-demo-2026"  # noqa: S105  (invented people over invented patients)

HARBOUR, HILLSIDE = "harbour-ms-clinic", "hillside-neuro-rehab"

# e-mail, name, clinic, roles
SIGN_INS = (
    ("physio@harbour.example", "Priya Example", HARBOUR, Role.PHYSIOTHERAPIST),
    ("lead@harbour.example", "Lena Sample", HARBOUR, Role.LEAD),
    ("clinician@harbour.example", "Carl Specimen", HARBOUR, Role.CLINICIAN),
    ("admin@harbour.example", "Ada Placeholder", HARBOUR, Role.ADMINISTRATOR),
    ("physio@hillside.example", "Piet Mockup", HILLSIDE, Role.PHYSIOTHERAPIST),
    ("admin@hillside.example", "Alma Fixture", HILLSIDE, Role.ADMINISTRATOR),
)
