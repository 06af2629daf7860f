"""Everything held about one patient, to give to that patient: as data and as pages."""

from .found import held_about
from .paper import held_pdf

__all__ = ["held_about", "held_pdf"]
