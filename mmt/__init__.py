"""The product: its wiring and house rules, no clinical word."""

__version__ = "1.0"
