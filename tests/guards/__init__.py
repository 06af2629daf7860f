"""Guards of access, removed one at a time: does some test fail each time? See `__main__.py`."""
