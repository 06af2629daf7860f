"""Hostile input for every form and every operation of the API. See `__main__.py`."""
