"""What was measured. Rows of signed scores are the truth; a draft is one row beside them."""

from .amendment import Amendment, ScoreChange
from .assessment import Assessment, AssessmentStatus
from .draft import Draft
from .measurement import Measurement, MeasurementKind
from .progress import Progress
from .question import SavedQuestion
from .score import Entered, Score
from .weakness import Weakness, WeaknessKind

__all__ = [
    "Amendment",
    "Assessment",
    "AssessmentStatus",
    "Draft",
    "Entered",
    "Measurement",
    "MeasurementKind",
    "Progress",
    "SavedQuestion",
    "Score",
    "ScoreChange",
    "Weakness",
    "WeaknessKind",
]
