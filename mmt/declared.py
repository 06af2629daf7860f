"""Every setting that is read from the environment, and what it is for.

`docs/settings.md` is written from here. A test holds the names and defaults against the places
that read them.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Setting:
    """`default` as it would be written in the environment; "" where it has none.

    `instead` says in words what holds while it is not set.
    """

    name: str
    default: str
    meaning: str
    instead: str = ""


MADE_ONCE = "made once, in `DATA_DIR/secrets`"

SETTINGS: dict[str, tuple[Setting, ...]] = {
    "Where it is": (
        Setting("DATA_DIR", "", "database file, secrets, results, static files", "`var/`"),
        Setting(
            "DATABASE_URL",
            "",
            "`postgresql://user:password@host:5432/name`; several hosts as "
            "`?host=a,b&port=5432,5432`",
            "SQLite in `DATA_DIR`",
        ),
        Setting(
            "STANDBY_URL",
            "",
            "a standby of that PostgreSQL for trends, comparisons, cohort questions and exports, "
            "see [growing](cluster.md)",
            "none",
        ),
        Setting("STANDBY_LAG_SECONDS", "10", "a standby later than this is not asked"),
        Setting(
            "DATABASE_POOL",
            "0",
            "how many connections the threads of a process share; 0: each keeps its own",
        ),
        Setting(
            "DATABASE_POOLER",
            "no",
            "yes behind PgBouncer in transaction mode, see [growing](cluster.md#behind-pgbouncer): "
            "nothing is kept in a session",
        ),
        Setting("HOST", "", "where `manage.py serve` listens", "127.0.0.1"),
        Setting("PORT", "8000", "the port"),
        Setting(
            "ALLOWED_HOSTS",
            "localhost,127.0.0.1,[::1]",
            "the names under which it is asked, with commas between",
        ),
        Setting(
            "HTTPS",
            "no",
            "yes behind a proxy that ends TLS and sets `X-Forwarded-Proto`: secure cookies, HSTS",
        ),
        Setting(
            "TRUSTED_PROXY",
            "",
            "the address from which that proxy connects; needed with `HTTPS=yes`. Only its "
            "`X-Forwarded-For`, `X-Forwarded-Proto` and `X-Request-ID` are believed",
            "nobody",
        ),
        Setting("NODES", "1", "how many web servers share the work; more need PostgreSQL"),
        Setting(
            "WORKERS", "1", "how many workers run beside this server; 0: none, they run elsewhere"
        ),
        Setting("DEMO", "yes", "no: an empty database stays empty, and an unsafe start is refused"),
    ),
    "Keys": (
        Setting("SECRET_KEY", "", "signs sessions and links", MADE_ONCE),
        Setting(
            "DEIDENTIFICATION_KEY",
            "",
            "codes and moved dates of de-identified exports; with another, later exports no longer "
            "fit earlier ones",
            MADE_ONCE,
        ),
        Setting("FACTOR_KEY", "", "seals the secrets of second factors", MADE_ONCE),
        Setting(
            "FACTOR_KEY_OLD", "", "keys it replaced, with commas between: they only open", "none"
        ),
        Setting("BACKUP_KEY_FILE", "", "the file with the key that seals backups", "none"),
        Setting("BACKUP_KEY", "", "that key itself; never on a command line", "none"),
    ),
    "Work": (
        Setting(
            "SESSION_IDLE_MINUTES",
            "15",
            "how long a sign-in lasts with nothing done, 3 or more; a warning comes two minutes "
            "before",
        ),
        Setting("SESSION_HOURS", "12", "how long a sign-in lasts at most"),
        Setting(
            "RECORDS_KEPT_YEARS",
            "0",
            "archived patients not seen for so many years are listed, for an administrator to "
            "[decide](privacy.md#erasure); 0: none",
        ),
        Setting(
            "PASSWORD_WORDS",
            "",
            "words that everybody knows where you are (the town, the street, what people call the "
            "place), with commas between: no password is made of them, the names of your clinics "
            "and of this product alone",
            "none",
        ),
        Setting(
            "UPLOAD_SCANNER",
            "",
            "a command that is given each file to be imported before it is read, and refuses it "
            "by not ending with 0: `clamdscan --fdpass --no-summary`",
            "none",
        ),
        Setting("FHIR_CODES_FILE", "", "codes of the site, see [the API](api.md)", "none"),
        Setting("BACKUP_DIR", "", "where [backups](backup.md) go", "`backups` in `DATA_DIR`"),
    ),
    "Mail": (
        Setting(
            "EMAIL_BACKEND",
            "django.core.mail.backends.console.EmailBackend",
            "`django.core.mail.backends.smtp.EmailBackend` sends; this one prints on the console",
        ),
        Setting("EMAIL_HOST", "", "the mail server", "none"),
        Setting("EMAIL_PORT", "25", "its port"),
        Setting("EMAIL_HOST_USER", "", "who signs in there", "nobody"),
        Setting("EMAIL_HOST_PASSWORD", "", "with this password", "none"),
        Setting("EMAIL_USE_TLS", "no", "yes: STARTTLS, as on port 587"),
        Setting("DEFAULT_FROM_EMAIL", "strength-recorder@localhost", "the sender"),
    ),
    "Log and figures": (
        Setting("LOG_LEVEL", "WARNING", "how much the process says"),
        Setting("LOG_JSON", "no", "yes: one JSON object a line, and one line for every request"),
        Setting("SLOW_QUERY_MS", "500", "statements that take as long are told; 0: none"),
        Setting("METRICS_TOKEN", "", "who sends it gets the figures of `/metrics`", "nobody"),
        Setting(
            "METRICS_ADDRESSES", "", "who asks from these gets them, `10.0.0.0/8,::1`", "nobody"
        ),
    ),
}
