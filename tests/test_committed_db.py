import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from mmt import triggers
from mmt.audit.log import record
from mmt.audit.models import Action, AuditEvent


def _tell() -> None:
    with transaction.atomic():
        record(next(iter(Action)), by=None, actor="test")


@pytest.mark.usefixtures("committed_db")
@pytest.mark.parametrize("time", ["once", "again"])
def test_each_test_starts_with_an_empty_log(time: str) -> None:
    assert not AuditEvent.objects.exists()
    _tell()


@pytest.mark.usefixtures("committed_db")
def test_emptying_the_database_puts_its_triggers_back() -> None:
    triggers.remove(connection)
    call_command("flush", interactive=False, verbosity=0)
    _tell()
    with pytest.raises(DatabaseError, match="append-only"):
        AuditEvent.objects.all().delete()
