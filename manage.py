#!/usr/bin/env python3
"""Run a management command of the product."""

import os
import sys

from mmt.mistakes import run

if __name__ == "__main__":
    os.umask(0o077)  # records are for this user's eyes
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mmt.settings")
    sys.exit(run(sys.argv))
