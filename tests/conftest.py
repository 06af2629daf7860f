"""What every test may use."""

import gc
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests import parts

# Playwright keeps an event loop in the main thread, where tests also ask the database.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

# A busy machine is no failure: nothing here passes or fails by the clock.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")

pytest_plugins = ["tests.people"]

# What is loaded and collected stays to the end: looking through it for what could go, over and
# over, took a sixth of the time of a test.
gc.disable()

OTHER_SESSIONS = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
BROWSER = Path(__file__).parent / "browser"
# One test of a minute, which comes first: begun at the end, it would be waited for alone.
CLUSTER = Path(__file__).parent / "cluster"
# The tests' own database, and the products that run over one of their own.
ON_DATABASE = {"django_db_setup", "drill", "product", "region"}
RAN_ONCE = pytest.StashKey[int]()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Leave no session on the test database, or PostgreSQL does not let it be dropped.

    While Playwright's event loop runs in the main thread, Django keeps its connections in another
    place than before and after it; nobody closes the ones of that place.
    """
    from django.db import connection

    yield
    with django_db_blocker.unblock():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(OTHER_SESSIONS)


@pytest.fixture(scope="module")
def module_db(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Rows that a file's own module-scoped fixtures make, once for all its tests; taken back after.

    Each test still asks for the database itself, and what it changes goes with it.
    Not for files with tests that commit.
    """
    from django.db import transaction

    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(fixturedef: Any) -> Any:
    """Check what waits for the end of a transaction once its rows are made, not after each test.

    PostgreSQL first hears that there are rows: as if there were none, it plans to read all of a
    table for each row of another, and takes minutes.
    """
    made = yield
    if "module_db" in fixturedef.argnames and fixturedef.scope == "module":
        from django.db import connection

        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                # Not the tables that all databases of the cluster share: another worker has them.
                names = map(connection.ops.quote_name, connection.introspection.table_names())
                cursor.execute(f"ANALYZE {', '.join(names)}")
        connection.check_constraints()
    return made


@pytest.fixture
def committed_db(transactional_db: None) -> Iterator[None]:
    """Like `transactional_db`, for a database whose triggers refuse to be emptied.

    Emptying ends in Django's post_migrate, which puts the triggers back.
    """
    from django.db import connection

    from mmt import triggers

    yield
    triggers.remove(connection)


@pytest.fixture
def on_disk(committed_db: None, tmp_path: Path) -> Iterator[str]:
    """Work on a database that other processes can open too; give its address.

    On SQLite that is a file, as for the product, where the tests' own database is in memory.
    """
    from django.db import DEFAULT_DB_ALIAS, connections

    usual, settings = connections[DEFAULT_DB_ALIAS], connections.settings[DEFAULT_DB_ALIAS]
    if usual.vendor != "sqlite":
        yield "postgresql://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**settings)
        return
    name, path = settings["NAME"], str(tmp_path / "copy.sqlite3")
    with usual.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [path])
    settings["NAME"] = path
    connections[DEFAULT_DB_ALIAS] = connections.create_connection(DEFAULT_DB_ALIAS)
    yield f"sqlite://{path}"
    connections[DEFAULT_DB_ALIAS].close()
    settings["NAME"], connections[DEFAULT_DB_ALIAS] = name, usual


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--write-access", action="store_true", help="write docs/access.md anew")
    parser.addoption("--write-settings", action="store_true", help="write docs/settings.md anew")


def pytest_configure(config: pytest.Config) -> None:
    if hasattr(config, "workerinput"):
        return
    folder = Path(os.environ.get("DATA_DIR", ""))
    # Made by tests/settings.py for this run alone.
    if folder.name.startswith("strength-tests-") and folder.parent == Path(tempfile.gettempdir()):
        config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if os.environ.get("TEST_ONLY_DATABASE"):
        others = [item for item in items if not asks_a_database(item)]
        config.stash[RAN_ONCE] = len(others)
        config.hook.pytest_deselected(items=others)
        items[:] = [item for item in items if asks_a_database(item)]
    items.sort(key=lambda item: not item.path.is_relative_to(CLUSTER))
    browser = parts.part("browser")
    skip = not browser.here and browser.name not in parts.required()
    for item in items:
        if item.path.is_relative_to(BROWSER):
            item.add_marker("browser")
            if skip:
                item.add_marker(pytest.mark.skip(reason=f"No Chromium. Try: {browser.how}"))


def pytest_collection_finish() -> None:
    gc.freeze()
    # A page makes more than the usual 700 things; of what is left behind memory has room for more.
    gc.set_threshold(20_000)
    gc.enable()


def asks_a_database(item: pytest.Item) -> bool:
    """Whether a test could pass on one database and fail on another."""
    fixtures = getattr(item, "fixturenames", ())
    return bool(ON_DATABASE.intersection(fixtures) or item.get_closest_marker("django_db"))


def pytest_sessionfinish(session: pytest.Session) -> None:
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["ran_once"] = session.config.stash.get(RAN_ONCE, 0)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    node.config.stash[RAN_ONCE] = getattr(node, "workeroutput", {}).get("ran_once", 0)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> Iterator[None]:
    """Say loudly, right above the closing line, what did not run."""
    yield
    notes = [note for note in os.environ.get("TEST_NOTES", "").splitlines() if note]
    if once := terminalreporter.config.stash.get(RAN_ONCE, 0):
        notes.append(f"{once} tests ask no database: they ran once, on SQLite, and not again here.")
    notes += [
        f"{part.title} did not run. Try:  {part.how}"
        for part in map(parts.part, ("browser", "office", "nginx"))
        if not part.here
    ]
    if not notes:
        return
    width = max(map(len, notes))
    edge = "!" * (width + 6)
    for line in (edge, *(f"!! {note:<{width}} !!" for note in notes), edge):
        terminalreporter.write_line(line, yellow=True, bold=True)
