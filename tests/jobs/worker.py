"""A worker as a process of its own, that knows the tests' kinds:  python -m tests.jobs.worker"""

import sys

import django
from django.core.management import call_command

if __name__ == "__main__":
    django.setup()
    from tests.jobs import kinds

    kinds.register()
    call_command("work", *sys.argv[1:])
