"""The site as a WSGI application, for `linggong serve` or any WSGI server."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "linggong.settings.site")

application = get_wsgi_application()
get_resolver().url_patterns  # noqa: B018  # loads every view now, not in the first request
