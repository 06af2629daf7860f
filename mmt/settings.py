"""Every setting of the product, in one place.

What differs between places comes from the environment (`mmt/env.py`); nothing else does.
"""

from datetime import timedelta
from pathlib import Path

from bootstrap_wrapper import get_bootstrap_dir
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from mmt import env

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(env.text("DATA_DIR") or BASE_DIR / "var")

# --- Safety -----------------------------------------------------------------------------------
DEBUG = False
SECRET_KEY = env.secret("SECRET_KEY", DATA_DIR / "secrets")
# Out of it come the codes and the days of de-identified exports: with another, they would differ.
DEIDENTIFICATION_KEY = env.secret("DEIDENTIFICATION_KEY", DATA_DIR / "secrets")
# It seals the secrets of second factors; those after it open what was sealed with them before.
FACTOR_KEYS = [env.secret("FACTOR_KEY", DATA_DIR / "secrets"), *env.words("FACTOR_KEY_OLD")]
# Where they are made here, they must stay: with another, something is lost for good.
SECRETS = ("SECRET_KEY", "DEIDENTIFICATION_KEY", "FACTOR_KEY")
# What else the movements are called in FHIR, see docs/api.md.
FHIR_CODES_FILE = env.text("FHIR_CODES_FILE")
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
# HTTPS=yes says that a proxy in front ends TLS and sets X-Forwarded-Proto.
HTTPS = env.flag("HTTPS", default=False)
SECURE_SSL_REDIRECT = HTTPS
# A probe asks the process itself; a program must not find out by being led on that it is in plain.
SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz|metrics)$", r"^(api/v1|fhir)/"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrf"
DEVICE_COOKIE_NAME = "__Host-device" if HTTPS else "device"
WRITTEN_COOKIE_NAME = "__Host-written" if HTTPS else "written"
NOTICE_COOKIE_NAME = "__Host-notices" if HTTPS else "notices"
MESSAGE_STORAGE = "mmt.notices.NoticeStorage"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
# Seconds: idle, each use moves the end on; and in all, however much it is used.
SESSION_COOKIE_AGE = env.number("SESSION_IDLE_MINUTES", 15, least=3) * 60
SESSION_LONGEST = env.number("SESSION_HOURS", 12, least=1) * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
CSRF_FAILURE_VIEW = "mmt.errors.csrf_failure"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000
DATA_UPLOAD_MAX_NUMBER_FILES = 5
REPORTS = "/csp-reports/"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "object-src": [NONE],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],  # Bootstrap's own CSS draws its icons as data: images
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "worker-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "report-uri": REPORTS,
        # Browsers use this one alone where they know it, and only over TLS.
        **({"report-to": "csp"} if HTTPS else {}),
    }
}

# --- The building -----------------------------------------------------------------------------
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "mmt.apps.StaticConfig",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_htmx",
    "mmt.apps.MmtConfig",
    "mmt.audit",
    "mmt.accounts",
    "mmt.jobs",
    "patients",
    "assessments",
]
MIDDLEWARE = [
    "mmt.middleware.request_id",
    "mmt.served.served",
    "mmt.middleware.bodiless_head",
    "mmt.middleware.isolated",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "mmt.middleware.private",
    "mmt.middleware.sealed_programs",
    "mmt.middleware.clean_input",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "mmt.accounts.session.limits",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "mmt.accounts.factors.rule.SecondFactorMiddleware",
    "mmt.accounts.refusals.told",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
ROOT_URLCONF = "mmt.urls"
WSGI_APPLICATION = "mmt.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "mmt.folding.Loader",
                    [
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "mmt.accounts.context.place",
                "mmt.jobs.notices.news",
            ],
        },
    }
]
CRISPY_ALLOWED_TEMPLATE_PACKS = CRISPY_TEMPLATE_PACK = "bootstrap5"

# --- Data -------------------------------------------------------------------------------------
DATABASES = {"default": env.database(DATA_DIR), **env.standby()}
# Who reads what may be a moment old on a standby: mmt/standby.py. Later than so many seconds, it is
# not asked.
STANDBY_ROOMS = {"patients", "assessments"}
STANDBY_LAG_SECONDS = env.number("STANDBY_LAG_SECONDS", 10, least=0)
if env.STANDBY in DATABASES:
    DATABASE_ROUTERS = ["mmt.standby.Router"]
    MIDDLEWARE.insert(
        MIDDLEWARE.index("django.contrib.sessions.middleware.SessionMiddleware"),
        "mmt.standby.remembers_writing",
    )
# How many web servers there are; a check refuses some of it.
NODES = env.number("NODES", 1, least=1)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    "default": {
        # What is counted at the door, for all web servers together: django-allauth uses this one.
        "BACKEND": "mmt.accounts.counts.CountCache",
        # A flood of invented names must not push the counts out.
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    },
    "process": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
}
SESSION_ENGINE = "mmt.accounts.store"
# Once a day, by a worker: functions that return an iterator of steps (mmt/jobs/duties.py).
DUTIES = [
    "mmt.audit.verify.verify_daily",
    "assessments.signing.verify_daily",
    "assessments.erasing.erase.erase_due",
    "mmt.jobs.upkeep.refresh_statistics",
    "mmt.jobs.retention.daily",
]
# A command that is given the path of each file that is sent and ends with 0 if it may be read.
UPLOAD_SCANNER = env.text("UPLOAD_SCANNER")
# Archived patients not seen for so long are listed to be erased or kept longer; 0: nobody is.
RECORDS_KEPT_YEARS = env.number("RECORDS_KEPT_YEARS", 0, least=0)

# --- People -----------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["mmt.accounts.backend.PersonBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "name")},
    },
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "mmt.accounts.passwords.DisguisedPasswordValidator"},
    {"NAME": "mmt.accounts.passwords.PlaceWordsValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
PASSWORD_WORDS = env.words("PASSWORD_WORDS")  # that everybody knows here: the town, the street
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "start"
LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "mmt.accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # an invitation proves the address
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300  # seconds for which a sign-in or a password holds
ACCOUNT_RATE_LIMITS = {
    "login": "300/m/ip",  # asked at all: a whole clinic may sit behind one address
    "login_failed": "100/5m/ip,8/5m/key",
    "login_failed_known": "8/5m/key",  # from a browser that the person has signed in with
}
MFA_ADAPTER = "mmt.accounts.factors.adapter.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = True  # an invitation proves the address
MFA_RATE_LIMITS = {"webauthn_login": "120/m/ip"}
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_TOLERANCE = 1  # the code before and the code after, for clocks that are off
MFA_FORMS = {
    "authenticate": "mmt.accounts.factors.forms.CodeForm",
    "reauthenticate": "mmt.accounts.factors.forms.CodeAgainForm",
    "activate_totp": "mmt.accounts.factors.forms.ActivateForm",
    "add_webauthn": "mmt.accounts.factors.forms.PasskeyForm",
    "authenticate_webauthn": "mmt.accounts.factors.forms.PasskeySecondForm",
    "reauthenticate_webauthn": "mmt.accounts.factors.forms.PasskeyAgainForm",
    "login_webauthn": "mmt.accounts.factors.forms.PasskeySignInForm",
}
INVITATION_LIFETIME = timedelta(days=7)
EMAIL_BACKEND = env.text("EMAIL_BACKEND", "django.core.mail.backends.console.EmailBackend")
EMAIL_HOST = env.text("EMAIL_HOST")
EMAIL_PORT = env.number("EMAIL_PORT", 25, least=1, most=65535)
EMAIL_HOST_USER = env.text("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = env.text("EMAIL_HOST_PASSWORD")
EMAIL_USE_TLS = env.flag("EMAIL_USE_TLS", default=False)
EMAIL_TIMEOUT = 10  # seconds; who invites waits for it
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "strength-recorder@localhost")

# --- Words and time ---------------------------------------------------------------------------
LANGUAGE_CODE = "en-gb"
LANGUAGES = [("en-gb", _("English"))]
LOCALE_PATHS = [BASE_DIR / "mmt" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
FORMAT_MODULE_PATH = ["mmt.formats"]

# --- Static files -----------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [("bootstrap", get_bootstrap_dir())]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "mmt.storage.StaticStorage"},
}

# --- Log and figures --------------------------------------------------------------------------
# Who may have the figures of /metrics: a token, or who asks from an address. Nobody by default.
METRICS_TOKEN = env.text("METRICS_TOKEN")
METRICS_ADDRESSES = env.networks("METRICS_ADDRESSES")
SLOW_QUERY_MS = env.number("SLOW_QUERY_MS", 500, least=0)  # 0: none is told
LOG_LEVEL = env.level("LOG_LEVEL", "WARNING")
LOG_JSON = env.flag("LOG_JSON", default=False)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {
            "()": "mmt.log_lines.QuietFormatter",
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
        },
        "json": {"()": "mmt.log_lines.JsonFormatter"},
    },
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": "json" if LOG_JSON else "plain",
        }
    },
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    # Who reads lines by program wants one of every request.
    "loggers": {"mmt.request": {"level": "INFO"}} if LOG_JSON else {},
}
