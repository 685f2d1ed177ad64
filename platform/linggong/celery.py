"""The celery application; what it runs is in `linggong.tasks`."""

from __future__ import annotations

import os
from typing import Any

from celery import Celery
from celery.signals import setup_logging

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "linggong.settings.site")

app = Celery("linggong", include=["linggong.tasks"])
app.config_from_object("django.conf:settings", namespace="CELERY")


@setup_logging.connect
def _keep_our_logging(**kwargs: Any) -> None:
    """Celery would replace the JSON logs with its own format."""
