"""The running site: web, workers, beat and commands that act in counties."""

from linggong.settings.base import *  # noqa: F403  # settings are one namespace by Django's design
from linggong.settings.base import login

DATABASES = {
    "default": login("county", engine="tenants.backend"),
    "identity": login("identity", CONN_HEALTH_CHECKS=True),
    "city": login("city", CONN_HEALTH_CHECKS=True),
    "folder": login("folder", engine="tenants.backend"),
}
