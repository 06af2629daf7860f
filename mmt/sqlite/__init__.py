"""Django's SQLite, with what it has no setting for."""
