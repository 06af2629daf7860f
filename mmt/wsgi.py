"""The way in for a WSGI server."""

import os

from django.core.wsgi import get_wsgi_application

from mmt.checks import refuse_unsafe_start

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mmt.settings")
application = get_wsgi_application()
refuse_unsafe_start()
