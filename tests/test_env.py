"""Settings from the environment, and the secrets kept beside the data."""

import re
import stat
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from mmt import env


@pytest.mark.parametrize("word", ["yes", "YES", "1", "true", " on "])
def test_yes_in_every_spelling(monkeypatch: pytest.MonkeyPatch, word: str) -> None:
    monkeypatch.setenv("HTTPS", word)
    assert env.flag("HTTPS", default=False) is True


@pytest.mark.parametrize("word", ["no", "0", "False", "off"])
def test_no_in_every_spelling(monkeypatch: pytest.MonkeyPatch, word: str) -> None:
    monkeypatch.setenv("HTTPS", word)
    assert env.flag("HTTPS", default=True) is False


def test_an_unset_flag_keeps_its_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HTTPS", raising=False)
    assert env.flag("HTTPS", default=True) is True


@pytest.mark.parametrize("word", ["maybe", "2", "y es"])
def test_another_word_for_a_flag_names_the_variable(
    monkeypatch: pytest.MonkeyPatch, word: str
) -> None:
    monkeypatch.setenv("HTTPS", word)
    with pytest.raises(ImproperlyConfigured, match="HTTPS must be yes or no"):
        env.flag("HTTPS", default=False)


def test_a_number_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", " 8001 ")
    assert env.number("PORT", 8000, least=0) == 8001


@pytest.mark.parametrize("word", ["", "80a", "8.5"])
def test_no_whole_number_names_the_variable(monkeypatch: pytest.MonkeyPatch, word: str) -> None:
    monkeypatch.setenv("PORT", word)
    with pytest.raises(ImproperlyConfigured, match="PORT must be a whole number"):
        env.number("PORT", 8000, least=0)


@pytest.mark.parametrize(("word", "said"), [("-1", "0 or more"), ("65536", "65535 or less")])
def test_a_number_out_of_its_range_names_the_variable(
    monkeypatch: pytest.MonkeyPatch, word: str, said: str
) -> None:
    monkeypatch.setenv("EMAIL_PORT", word)
    with pytest.raises(ImproperlyConfigured, match=f"EMAIL_PORT must be {said}, not {word}"):
        env.number("EMAIL_PORT", 25, least=0, most=65535)


def test_an_address_is_read_as_its_machine_spells_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TRUSTED_PROXY", raising=False)
    assert env.address("TRUSTED_PROXY") == ""
    monkeypatch.setenv("TRUSTED_PROXY", " 2001:DB8:0::1 ")
    assert env.address("TRUSTED_PROXY") == "2001:db8::1"


@pytest.mark.parametrize("word", ["proxy.example", "10.0.0.0/8", "*"])
def test_what_is_no_address_names_the_variable(monkeypatch: pytest.MonkeyPatch, word: str) -> None:
    monkeypatch.setenv("TRUSTED_PROXY", word)
    with pytest.raises(ImproperlyConfigured, match="TRUSTED_PROXY must be an address such as"):
        env.address("TRUSTED_PROXY")


def test_how_much_is_told_is_one_of_the_known_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOG_LEVEL", "INFO")
    assert env.level("LOG_LEVEL", "WARNING") == "INFO"
    monkeypatch.setenv("LOG_LEVEL", "foo")
    with pytest.raises(ImproperlyConfigured, match="LOG_LEVEL must be one of CRITICAL"):
        env.level("LOG_LEVEL", "WARNING")


def test_words_drop_blanks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALLOWED_HOSTS", "clinic.example, , 10.0.0.2 ,")
    assert env.words("ALLOWED_HOSTS") == ["clinic.example", "10.0.0.2"]


def test_a_secret_is_made_once_and_only_its_owner_reads_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("SECRET_KEY", raising=False)
    folder = tmp_path / "secrets"
    made = env.secret("SECRET_KEY", folder)
    assert len(made) >= 50
    assert env.secret("SECRET_KEY", folder) == made
    assert stat.S_IMODE((folder / "secret-key").stat().st_mode) == 0o600


@pytest.mark.parametrize("folder", ["/proc/nope", "/dev/null"])
def test_a_data_folder_that_cannot_be_is_named(
    monkeypatch: pytest.MonkeyPatch, folder: str
) -> None:
    for name in ("SECRET_KEY", "DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(ImproperlyConfigured, match=f"SECRET_KEY cannot .* DATA_DIR: {folder}"):
        env.secret("SECRET_KEY", Path(folder) / "secrets")
    with pytest.raises(ImproperlyConfigured, match=f"DATA_DIR: {folder}"):
        env.database(Path(folder) / "data")


def test_two_installations_have_two_secrets(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("SECRET_KEY", raising=False)
    assert env.secret("SECRET_KEY", tmp_path / "a") != env.secret("SECRET_KEY", tmp_path / "b")


def test_a_secret_in_the_environment_leaves_no_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SECRET_KEY", "given")
    assert env.secret("SECRET_KEY", tmp_path) == "given"
    assert list(tmp_path.iterdir()) == []


def test_a_setting_may_stand_in_a_file_that_the_environment_names(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "address").write_text("postgresql://mmt@db/clinic\n")
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("DATABASE_URL_FILE", str(tmp_path / "address"))
    assert env.text("DATABASE_URL") == "postgresql://mmt@db/clinic"
    monkeypatch.setenv("DATABASE_URL_FILE", str(tmp_path / "no-such-file"))
    with pytest.raises(ImproperlyConfigured, match="DATABASE_URL_FILE names a file"):
        env.text("DATABASE_URL")


def test_sqlite_in_the_data_folder_is_the_default(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    found = env.database(tmp_path / "var")
    assert found["ENGINE"] == "mmt.sqlite"
    assert Path(str(found["NAME"])).parent == tmp_path / "var"


def test_a_sqlite_file_of_ones_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite://{tmp_path}/a%20clinic.sqlite3")
    assert env.database(tmp_path)["NAME"] == tmp_path / "a clinic.sqlite3"


@pytest.mark.parametrize("scheme", ["postgres", "postgresql"])
def test_a_postgresql_address(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, scheme: str) -> None:
    monkeypatch.setenv("DATABASE_URL", f"{scheme}://mmt:p%40ss@db.example:5433/clinic")
    found = env.database(tmp_path)
    assert found["ENGINE"] == "mmt.postgresql"
    assert [found[key] for key in ("USER", "PASSWORD", "HOST", "PORT", "NAME")] == [
        "mmt",
        "p@ss",
        "db.example",
        "5433",
        "clinic",
    ]


def test_several_hosts_and_options_of_the_driver(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(
        "DATABASE_URL",
        "postgresql://mmt@/clinic?host=a,b&port=5432,5433&target_session_attrs=read-write",
    )
    found = env.database(tmp_path)
    assert (found["HOST"], found["PORT"]) == ("a,b", "5432,5433")
    options: Any = found["OPTIONS"]
    assert options["target_session_attrs"] == "read-write"
    # One that went silent holds nobody for longer than the next takes to become the primary.
    idle, again = int(options["keepalives_idle"]), int(options["keepalives_interval"])
    assert max(idle + again, int(options["tcp_user_timeout"]) / 1000) < 10


def test_another_database_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DATABASE_URL", "mysql://localhost/clinic")
    with pytest.raises(ImproperlyConfigured, match=r"DATABASE_URL must start with postgresql://"):
        env.database(tmp_path)


@pytest.mark.parametrize(
    ("rest", "said"),
    [
        ("db:notaport/clinic", "notaport"),
        ("db:99999/clinic", "out of range"),
        ("/clinic?host=a,b&port=5432,x", "the port must be a number"),
        ("db/clinic?foo=bar", 'invalid connection option "foo"'),
        ("[db/clinic", "Invalid IPv6"),
    ],
)
def test_a_wrong_port_or_option_names_the_variable(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, rest: str, said: str
) -> None:
    for name, read in (
        ("DATABASE_URL", lambda: env.database(tmp_path)),
        ("STANDBY_URL", env.standby),
    ):
        monkeypatch.setenv(name, f"postgresql://mmt:secret@{rest}")
        with pytest.raises(ImproperlyConfigured, match=f"^{name}: .*{re.escape(said)}") as told:
            read()
        assert "secret" not in str(told.value)


def test_threads_share_connections_where_a_pool_is_asked_for(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://u:p@a/mmt")
    assert "pool" not in env.database(tmp_path)["OPTIONS"]
    monkeypatch.setenv("DATABASE_POOL", "4")
    found = env.database(tmp_path)
    assert found["OPTIONS"]["pool"]["max_size"] == 4
    assert found["CONN_MAX_AGE"] == 0
    assert found["CONN_HEALTH_CHECKS"] is True


def test_fewer_connections_than_none_name_the_variable(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://u:p@a/mmt")
    monkeypatch.setenv("DATABASE_POOL", "-1")
    with pytest.raises(ImproperlyConfigured, match="DATABASE_POOL must be 0 or more"):
        env.database(tmp_path)


def test_behind_a_pooler_nothing_is_kept_in_a_session(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://u:p@a/mmt")
    assert env.database(tmp_path)["OPTIONS"]["prepare_threshold"] == env.PLANNED_AFTER
    monkeypatch.setenv("DATABASE_POOLER", "yes")
    found = env.database(tmp_path)
    assert found["OPTIONS"]["prepare_threshold"] is None
    assert found["DISABLE_SERVER_SIDE_CURSORS"] is True
    assert "options" not in found["OPTIONS"]  # a pooler refuses them
