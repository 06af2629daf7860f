"""Triggers are put in place anew with every migrate, while people work."""

from dataclasses import replace

import pytest
from django.db import DatabaseError, connection, transaction

from mmt import triggers
from mmt.accounts.models import Clinic
from mmt.audit.log import record
from mmt.audit.models import Action, AuditEvent
from mmt.audit.triggers import TRIGGERS


@pytest.mark.django_db
def test_a_trigger_that_cannot_be_made_leaves_the_one_that_stood(
    harbour: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    record(Action.CLINIC_CHANGED, by=None, actor="test", clinic_id=harbour.pk)
    [trigger] = (
        each
        for each in TRIGGERS
        if each.table == AuditEvent._meta.db_table and "UPDATE" in each.events
    )
    monkeypatch.setattr(triggers, "_registered", {trigger.name: replace(trigger, when="(nonsense")})
    with pytest.raises(DatabaseError):
        triggers.install(connection)
    with pytest.raises(DatabaseError), transaction.atomic():
        AuditEvent.objects.update(actor="nobody")
