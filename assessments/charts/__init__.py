"""Pictures of a history: values in, markup out. Each picture is followed by its own table.

Everything a person typed is escaped where it enters. Colours are classes, so that screen, print
and style sheets have one source.
"""

from .asymmetry import asymmetry
from .distribution import distribution
from .heat_map import heat_map
from .spark import Spark, spark
from .strips import strips

__all__ = ["Spark", "asymmetry", "distribution", "heat_map", "spark", "strips"]
