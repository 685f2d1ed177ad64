"""Scopes of OAuth tokens: those the machine client was bound to, no others."""

from __future__ import annotations

from typing import Any

from oauth2_provider.models import Application
from oauth2_provider.scopes import BaseScopes

from tenants.identity.models import ApiClientBinding
from tenants.identity.roles import role_table


class BoundScopes(BaseScopes):
    def get_all_scopes(self) -> dict[str, str]:
        return {scope: scope for role in role_table().values() for scope in role.scopes}

    def get_available_scopes(
        self, application: Application | None = None, request: Any = None, *args: Any, **kwargs: Any
    ) -> list[str]:
        """Scopes a token may ask for."""
        if application is None:
            return []
        binding = ApiClientBinding.objects.filter(application_id=application.pk).first()
        return binding.scopes.split() if binding else []

    def get_default_scopes(
        self, application: Application | None = None, request: Any = None, *args: Any, **kwargs: Any
    ) -> list[str]:
        """Scopes of a token that asked for none: all of them."""
        return self.get_available_scopes(application, request)
