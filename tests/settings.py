"""The product's own settings, with what a test run must not touch or wait for."""

import os
import tempfile
from pathlib import Path

# Before the product's settings are read: nothing of a test lands in the installation's own data.
if "DATA_DIR" not in os.environ:
    os.environ["DATA_DIR"] = tempfile.mkdtemp(prefix="strength-tests-")
os.environ.setdefault("DEIDENTIFICATION_KEY", "only-for-tests-" + "y" * 50)
os.environ.setdefault("FACTOR_KEY", "only-for-tests-" + "z" * 50)
os.environ.setdefault("SECRET_KEY", "only-for-tests-" + "x" * 50)

from mmt.settings import *  # noqa: F403

STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_AUTOREFRESH = True
# One quick round of the real hasher: sign-in runs hundreds of times.
PASSWORD_HASHERS = ["tests.hasher.QuickArgon2", *PASSWORD_HASHERS]  # noqa: F405
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
ACCOUNT_RATE_LIMITS = False
TEST_FOLDER = Path(os.environ["DATA_DIR"])
if DATABASES["default"]["ENGINE"] == "mmt.sqlite":  # noqa: F405
    # As for Django's own: pytest-django would name a file for each of its processes.
    DATABASES["default"]["TEST"] = {"NAME": ":memory:"}  # noqa: F405
