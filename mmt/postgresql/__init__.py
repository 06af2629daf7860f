"""Django's PostgreSQL, with what it has no setting for."""
