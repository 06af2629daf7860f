"""Rows into tables as fast as the database takes them: COPY on PostgreSQL, prepared statements on
SQLite. Constraints hold as for any other write; triggers too, unless they are lifted.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC
from functools import lru_cache
from itertools import chain, islice
from operator import attrgetter
from typing import Any, TypeAlias

from django.db import connection, models

Rows = Iterable[Sequence[Any]]

Field: TypeAlias = "models.Field[Any, Any]"
Turn = Callable[[Any], Any]

# The columns of a Score in the order in which many are written.
SCORE = (
    "assessment_id",
    "movement",
    "side",
    "status",
    "level",
    "reason",
    "limiters",
    "position",
    "note",
    "entered",
    "confirmed",
)
MOST_PARAMETERS = 900  # of one statement, whatever the SQLite

# Fields whose Python value is what the driver takes.
_PLAIN = (models.CharField, models.TextField, models.IntegerField, models.BooleanField)


def insert(model: type[models.Model], names: Sequence[str], rows: Rows) -> None:
    """Insert rows of Python values in the order of `names`, the columns' attribute names.

    Columns that are not named stay null.
    """
    insert_stored(model, names, _stored(_fields(model, names), rows))


def insert_all(objects: Sequence[models.Model]) -> None:
    """Insert whole objects of one model, as they are: nothing is set on the way."""
    if objects:
        names = [
            field.attname for field in objects[0]._meta.concrete_fields if field.column is not None
        ]
        insert(type(objects[0]), names, map(attrgetter(*names), objects))


def insert_stored(model: type[models.Model], names: Sequence[str], rows: Rows) -> None:
    """Insert rows of values that are already as the database driver takes them."""
    columns = ", ".join(f'"{field.column}"' for field in _fields(model, names))
    into = f'"{model._meta.db_table}" ({columns})'
    if connection.vendor == "postgresql":
        with (
            connection.wrap_database_errors,
            connection.cursor() as cursor,
            cursor.copy(f"COPY {into} FROM STDIN") as copy,
        ):
            for row in rows:
                copy.write_row(row)
    else:
        _insert_many(into, len(names), iter(rows))


def upsert(
    model: type[models.Model], names: Sequence[str], rows: Rows, *, key: Sequence[str]
) -> None:
    """Insert rows as `insert` does; of one that is there already, by the columns of `key`, set all
    others.
    """
    columns = [field.column for field in _fields(model, names)]
    changed = ", ".join(
        f'"{column}" = EXCLUDED."{column}"' for column in columns if column not in key
    )
    listed = ", ".join(f'"{column}"' for column in columns)
    into = f'"{model._meta.db_table}" ({listed})'
    where = f"ON CONFLICT ({', '.join(key)}) DO UPDATE SET {changed}"
    _insert_many(into, len(names), _stored(_fields(model, names), rows), where)


def _insert_many(into: str, width: int, rows: Iterator[Sequence[Any]], end: str = "") -> None:
    """Insert a good many rows a statement: SQLite builds the lists that its checks compare with
    anew for each statement, so that one row a statement takes twice as long.
    """
    many = MOST_PARAMETERS // width
    mark = f"({', '.join(['%s'] * width)})"
    rest: list[Sequence[Any]] = []

    def filled() -> Iterator[list[Any]]:
        nonlocal rest
        while len(rest := list(islice(rows, many))) == many:
            yield list(chain.from_iterable(rest))

    def statement(count: int) -> str:
        return f"INSERT INTO {into} VALUES {', '.join([mark] * count)} {end}"  # noqa: S608 (our names)

    with connection.cursor() as cursor:
        cursor.executemany(statement(many), filled())  # type: ignore[arg-type]
        if rest:
            cursor.execute(statement(len(rest)), list(chain.from_iterable(rest)))


def update(model: type[models.Model], names: Sequence[str], rows: Rows) -> None:
    """Set the columns `names` of rows; each row ends with its primary key."""
    key = model._meta.pk
    fields = _fields(model, [*names, key.attname])
    settings = ", ".join(f'"{field.column}" = %s' for field in fields[:-1])
    statement = f'UPDATE "{model._meta.db_table}" SET {settings} WHERE "{key.column}" = %s'  # noqa: S608
    values = list(_stored(fields, rows))
    with connection.cursor() as cursor:
        if len(values) == 1:  # a pipeline, as psycopg makes of many, costs more than one statement
            cursor.execute(statement, values[0])
        else:
            cursor.executemany(statement, values)


def stored(model: type[models.Model], names: Sequence[str], values: Sequence[Any]) -> list[Any]:
    """Return one row's values as the database driver takes them."""
    [row] = _stored(_fields(model, names), [values])
    return list(row)


def keeper(model: type[models.Model], name: str) -> Turn:
    """Return what turns a column's Python value into what the driver takes soonest."""
    turn = _turn(_fields(model, [name])[0])
    return turn or str  # PostgreSQL reads an id from text faster than psycopg writes a UUID


def _turn(field: Field) -> Turn | None:
    """Return what turns a value of the field into what the driver takes; None for nothing."""
    target = field.target_field if isinstance(field, models.ForeignKey) else field
    if isinstance(target, _PLAIN):
        return None
    if isinstance(target, models.UUIDField):
        return None if connection.features.has_native_uuid_field else _hex
    recall = _remembering(lambda value: field.get_db_prep_save(value, connection))
    if isinstance(target, models.DateTimeField):
        # The two moments of an hour that clocks go through twice are equal until they are in UTC.
        return lambda moment: recall(moment and moment.astimezone(UTC))
    return recall


def _remembering(turn: Turn) -> Turn:
    """Return `turn` with a memory of its newest answers: most values come many times over."""
    remembered = lru_cache(maxsize=1024)(turn)

    def recall(value: Any) -> Any:
        try:
            return remembered(value)
        except TypeError:  # a dict or a list
            return turn(value)

    return recall


def _hex(value: Any) -> str | None:
    return None if value is None else value.hex


def _fields(model: type[models.Model], names: Sequence[str]) -> list[Field]:
    known = {field.attname: field for field in model._meta.concrete_fields}
    return [known[name] for name in names]


def _stored(fields: Sequence[Field], rows: Rows) -> Iterator[Sequence[Any]]:
    turned = [
        (place, turn) for place, field in enumerate(fields) if (turn := _turn(field)) is not None
    ]
    for row in rows:
        values = list(row)
        for place, turn in turned:
            values[place] = turn(values[place])
        yield values
