"""Pictures of a history: values in, markup out. Each picture is followed by its own table.

Everything a person typed is escaped where it enters. Colours are classes, so that screen, print
and style sheets have one source.
"""

from .asymmetry import asymmetry
from .asymmetry_over_time import asymmetry_over_time, compares_sides
from .body_map import body_map, body_map_difference
from .distribution import distribution
from .heat_map import heat_map
from .measured import measured
from .spark import Spark, spark
from .standalone import FAMILIES
from .strips import strips

__all__ = [
    "FAMILIES",
    "Spark",
    "asymmetry",
    "asymmetry_over_time",
    "body_map",
    "body_map_difference",
    "compares_sides",
    "distribution",
    "heat_map",
    "measured",
    "spark",
    "strips",
]
