"""Where a page's notices wait for the next page: a signed cookie, else the session."""

from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.messages.storage.session import SessionStorage


class NoticeCookie(CookieStorage):
    cookie_name = settings.NOTICE_COOKIE_NAME


class NoticeStorage(FallbackStorage):
    storage_classes = (NoticeCookie, SessionStorage)
