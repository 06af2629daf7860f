"""How far testers agree: the clinic's blind pairs, movement by movement. No person is ranked."""

from .kappa import in_words, weighted_kappa
from .movements import Agreement, agreement_of
from .pairs import agreements, counted, load_gradings, side_by_side

__all__ = [
    "Agreement",
    "agreement_of",
    "agreements",
    "counted",
    "in_words",
    "load_gradings",
    "side_by_side",
    "weighted_kappa",
]
