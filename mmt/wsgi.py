"""The way in for a WSGI server."""

import os

from django.core.wsgi import get_wsgi_application

from mmt.checks import refuse_unsafe_start

os.umask(0o077)  # records are for this user's eyes
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mmt.settings")
application = get_wsgi_application()
refuse_unsafe_start()

from django.db import connections  # noqa: E402

from mmt.accounts.factors.sealing import refuse_lost_key  # noqa: E402  (needs the models)
from mmt.middleware import Utf8Request  # noqa: E402

application.request_class = Utf8Request

refuse_lost_key()
connections.close_all()  # a server may fork after this
