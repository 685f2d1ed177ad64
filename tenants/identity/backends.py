"""Django's side of a login: finding the user of a session again."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.backends import BaseBackend
from django.http import HttpRequest

from tenants.identity.models import User


class CodeBackend(BaseBackend):
    """Nobody logs in with a password: codes are checked by allauth's flows, which then log in."""

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> None:
        return None

    def get_user(self, user_id: UUID) -> User | None:
        return User.objects.filter(pk=user_id, is_active=True).first()
