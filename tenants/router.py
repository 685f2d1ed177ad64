"""Which login an app's tables are reached through. Tables themselves split by TENANT_APPS."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django_tenants.routers import TenantSyncRouter

IDENTITY_APPS = frozenset(
    {"identity", "sessions", "account", "mfa", "oauth2_provider", "auth", "contenttypes", "usersessions"}
)
CITY_APPS = frozenset({"tenants", "partners", "operations", "reporting", "signoff", "watch", "exports"})


class LoginRouter(TenantSyncRouter):
    """County rows go through `default`, identities through `identity`, shared figures through `city`."""

    def _alias(self, model: Any) -> str | None:
        if settings.LINGGONG_OWNER:
            return None  # the owner's process has one login for all
        label = model._meta.app_label
        if label in IDENTITY_APPS:
            return "identity"
        return "city" if label in CITY_APPS else "default"

    def db_for_read(self, model: Any, **hints: Any) -> str | None:
        return self._alias(model)

    def db_for_write(self, model: Any, **hints: Any) -> str | None:
        return self._alias(model)

    def allow_relation(self, one: Any, other: Any, **hints: Any) -> bool | None:
        # the rows, not their types: a request's user is a lazy stand-in
        return self._alias(one) == self._alias(other) or None
