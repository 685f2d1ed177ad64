"""Loading the roles, by the process that owns the tables."""

from __future__ import annotations

from tenants.identity.models import Role, RoleScope
from tenants.identity.roles import load_roles


def seed_roles() -> None:
    """Brings roles and scopes up to the data file. For the owner's process; safe to run again."""
    load_roles(role_model=Role, scope_model=RoleScope)
