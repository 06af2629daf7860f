"""Questions that are asked again and again, their SQL written once.

Django writes the SQL of a question anew each time it is asked, which takes many times longer than
the database needs for the answer. A kept question is an ordinary query, so that a rule about what
may be read stands where it always stood; Django writes it once for each number of values.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, TypeAlias, TypeVar
from uuid import UUID, uuid4

from django.core.exceptions import EmptyResultSet
from django.db import (
    DEFAULT_DB_ALIAS,
    NotSupportedError,
    connection,
    connections,
    models,
    router,
)
from django.db.models.query import ValuesListIterable, get_related_populators
from django.utils import timezone

R = TypeVar("R")  # what the query gives: objects, or rows of values
Value: TypeAlias = UUID | str | datetime
Values: TypeAlias = Value | Sequence[UUID] | Sequence[str]
MOST_SHAPES = 50  # of one question: of lists as long as they come, not each is kept for ever


class Kept(Generic[R]):
    """`ask` returns the query for values, and makes nothing of them but conditions of equality or
    membership: it is called once with others in their place.

    A call returns the objects as the query would, related ones and annotations included, or the
    rows of its `values_list`.
    """

    def __init__(self, ask: "Callable[..., models.QuerySet[Any, R]]") -> None:
        self._ask = ask
        self._written: dict[tuple[int | None, ...], _Written[R] | None] = {}

    def __call__(self, *given: Values) -> list[R]:
        values = [each if isinstance(each, Value) else _padded(each) for each in given]
        shape = tuple(None if isinstance(each, Value) else len(each) for each in values)
        if shape not in self._written:
            if len(self._written) == MOST_SHAPES:
                self._written.clear()
            self._written[shape] = self._write(values)
        written = self._written[shape]
        return written.answer(_flat(values)) if written else []

    def _write(self, values: Sequence[Values]) -> "_Written[R] | None":
        others: list[Any] = [
            _another(each) if isinstance(each, Value) else list(map(_another, each))
            for each in values
        ]
        asked: Any = self._ask(*others)
        compiler = asked.query.get_compiler(DEFAULT_DB_ALIAS)
        try:
            sql, parameters = compiler.as_sql()
        except EmptyResultSet:  # nothing is a member of no values
            return None
        places = {_stored(other): place for place, other in enumerate(_flat(others))}
        if places.keys() - set(parameters):
            raise ValueError("A value does not stand in the statement as it was given.")
        given = [(places.get(each), each) for each in parameters]
        of_values = asked._iterable_class is ValuesListIterable
        return _Written(sql, given, compiler, asked._db, of_values)


@dataclass
class _Written(Generic[R]):
    """One statement; each parameter with the place among the values that it is taken from.

    `database` is the one that the query itself names, which mostly is none.
    """

    sql: str
    parameters: Sequence[tuple[int | None, Any]]
    compiler: Any
    database: str | None
    is_of_values: bool

    def __post_init__(self) -> None:
        width = self.compiler.col_count
        self.converters = self.compiler.get_converters(
            [each[0] for each in self.compiler.select[:width]]
        )
        self.made: Callable[[Sequence[Any]], Any] = (
            (lambda row: tuple(row[:width])) if self.is_of_values else _Maker(self.compiler)
        )

    def answer(self, values: Sequence[Value]) -> list[R]:
        taken = [
            fixed if place is None else _stored(values[place]) for place, fixed in self.parameters
        ]
        database = self.database or router.db_for_read(self.compiler.query.model)
        try:
            rows = _rows(database, self.sql, taken)
        except NotSupportedError:
            # A migration made a column wider after this connection had planned for it. Within a
            # transaction the next line fails as if the database were away: it may be sent again.
            connections[database].close()
            rows = _rows(database, self.sql, taken)
        if self.converters:
            rows = self.compiler.apply_converters(rows, self.converters)
        return list(map(self.made, rows))


class _Maker:
    """Makes an object of a row."""

    def __init__(self, compiler: Any) -> None:
        chosen = compiler.klass_info["select_fields"]
        self.model = compiler.klass_info["model"]
        self.own = slice(chosen[0], chosen[-1] + 1)
        self.names = [each[0].target.attname for each in compiler.select[self.own]]
        # The stubs know a later Django, in which it takes one argument more.
        populators: Callable[..., Any] = get_related_populators
        self.related = populators(compiler.klass_info, compiler.select, DEFAULT_DB_ALIAS)
        self.annotated = compiler.annotation_col_map

    def __call__(self, row: Sequence[Any]) -> Any:
        made = self.model.from_db(DEFAULT_DB_ALIAS, self.names, row[self.own])
        for each in self.related:
            each.populate(row, made)
        for name, place in self.annotated.items():
            setattr(made, name, row[place])
        return made


def _rows(database: str, sql: str, parameters: Sequence[Any]) -> list[Any]:
    with planned_cursor(database) as cursor:
        cursor.execute(sql, parameters)
        found: list[Any] = cursor.fetchall()
    return found


def planned_cursor(database: str = DEFAULT_DB_ALIAS) -> Any:
    """Return a cursor for statements without values in them. PostgreSQL plans each of them once for
    each connection: it took longer to plan the joins of a question than to answer it.
    """
    asked = connections[database]
    return getattr(asked, "planned_cursor", asked.cursor)()


def _padded(values: Sequence[UUID] | Sequence[str]) -> list[Any]:
    """Return a list with its last value repeated, up to a power of two: a member is a member."""
    found = list[Any](values)
    length = 1 << (len(found) - 1).bit_length() if found else 0
    return found + found[-1:] * (length - len(found))


def _flat(values: Sequence[Values]) -> list[Value]:
    found: list[Value] = []
    for each in values:
        found += [each] if isinstance(each, Value) else each
    return found


def _another(value: Value) -> Value:
    """Return a value of the same kind that nothing else has."""
    match value:
        case UUID():
            return uuid4()
        case str():
            return uuid4().hex
        case datetime():
            return timezone.now() - timedelta(microseconds=uuid4().int % 10**12)


def _stored(value: Value) -> Any:
    """Return a value as the database's driver takes it."""
    match value:
        case UUID():
            return value if connection.features.has_native_uuid_field else value.hex
        case datetime():
            return connection.ops.adapt_datetimefield_value(value)
        case str():
            return value
