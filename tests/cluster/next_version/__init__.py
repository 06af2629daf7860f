"""Stands for the next version of the product: columns that the one before does not know."""
