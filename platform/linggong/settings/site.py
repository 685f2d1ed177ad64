"""The running site: web, workers, beat and commands that act in counties."""

from linggong.settings import env
from linggong.settings.base import *  # noqa: F403  # settings are one namespace by Django's design
from linggong.settings.base import login

DATABASES = {
    "default": login("county", engine="tenants.backend"),
    "identity": login("identity", CONN_HEALTH_CHECKS=True),
    "city": login("city", CONN_HEALTH_CHECKS=True),
    "folder": login("folder", engine="tenants.backend"),
    # the same login where it works on the city's own sums, in no county
    "merger": login("folder", CONN_HEALTH_CHECKS=True),
}

CELERY_BROKER_URL = env.text("LINGGONG_BROKER_URL")
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 120}
CELERY_TIMEZONE = "UTC"
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
