"""The settings of the next version of the product, whose migration is still to be applied."""

from mmt.settings import *  # noqa: F403

INSTALLED_APPS = [*INSTALLED_APPS, "tests.cluster.next_version"]  # noqa: F405
