"""A question across patients, kept under a name."""

import uuid
from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mmt.accounts.models import User


class SavedQuestion(models.Model):
    """`query` is the query string of the cohort page. Nobody but its owner sees it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="questions")
    name = models.CharField(_("name"), max_length=80)
    query = models.CharField(max_length=2000)  # every movement by name, and more
    saved_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["owner", "name"],
                name="saved_question_one_a_name_and_owner",
                violation_error_message=_("You have a question of this name."),
            ),
        ]

    def __str__(self) -> str:
        return self.name
