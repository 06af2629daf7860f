from tests.meta.test_access import things, world

__all__ = ["things", "world"]  # one of everything, for whoever walks the addresses
