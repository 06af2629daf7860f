"""Enums whose members know the words a person reads."""

from enum import StrEnum
from typing import TYPE_CHECKING, Self, TypeAlias

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

Text: TypeAlias = "str | _StrPromise"


class LabelledEnum(StrEnum):
    """A string enum; each member is written `NAME = "stored value", _("Label")`.

    Looking one up takes the stored value alone, hence the default.
    """

    _value_: str
    label: Text

    def __new__(cls, value: str, label: Text = "") -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member
