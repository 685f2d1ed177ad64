"""The process that owns the tables: migrations, provisioning. No alias of the running site."""

from linggong.settings.base import *  # noqa: F403  # settings are one namespace by Django's design
from linggong.settings.base import login

LINGGONG_OWNER = True
DATABASES = {"default": login("owner", engine="django_tenants.postgresql_backend", CONN_MAX_AGE=0)}
DATABASES["default"]["OPTIONS"]["options"] = "-c lock_timeout=30000"
ROOT_URLCONF = "linggong.settings.owner"  # serves nothing, so no door is loaded
urlpatterns: list[object] = []
