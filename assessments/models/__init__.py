"""What was measured. Rows of signed scores are the truth; a draft is one row beside them."""

from .amendment import Amendment, ScoreChange
from .assessment import Apart, Assessment, AssessmentStatus, Source
from .blind_pair import BlindPair
from .draft import Draft
from .entry_order import EntryOrder
from .imported import (
    Import,
    ImportedPatient,
    ImportedVisit,
    ImportStatus,
    NamedTester,
    RememberedMapping,
    StagedTable,
)
from .letter import Addressee, Letter, LetterKind
from .measurement import Measurement, MeasurementKind
from .progress import Progress
from .quality import QualityMark, QualityMarkKind
from .question import SavedQuestion
from .score import Entered, Score
from .signature import Meaning, Signature
from .weakness import Weakness, WeaknessKind

__all__ = [
    "Addressee",
    "Amendment",
    "Apart",
    "Assessment",
    "AssessmentStatus",
    "BlindPair",
    "Draft",
    "Entered",
    "EntryOrder",
    "Import",
    "ImportStatus",
    "ImportedPatient",
    "ImportedVisit",
    "Letter",
    "LetterKind",
    "Meaning",
    "Measurement",
    "MeasurementKind",
    "NamedTester",
    "Progress",
    "QualityMark",
    "QualityMarkKind",
    "RememberedMapping",
    "SavedQuestion",
    "Score",
    "ScoreChange",
    "Signature",
    "Source",
    "StagedTable",
    "Weakness",
    "WeaknessKind",
]
