"""What crosses the boundary of the identity room."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from kernel.actor import Actor
from tenants.identity.errors import TOTP_REQUIRED


@dataclass(frozen=True, slots=True)
class Identified:
    """Who sent a request, before any county is looked at.

    A person has `user_id`; a machine client has `client_id`, the one county it is bound to and its
    `scopes`, and `partner` (a code) when it is an insurer's. `mfa`: this session passed TOTP. `staff`:
    holds a staff role somewhere.
    """

    user_id: UUID | None
    client_id: str | None
    county_id: UUID | None
    mfa: bool
    staff: bool = False
    scopes: frozenset[str] = frozenset()
    partner: str | None = None


@dataclass(frozen=True, slots=True)
class LockedActor(Actor):
    """A staff member whose session has not passed TOTP: `withheld` scopes do not count yet, and
    asking for one says so (`totp_required`) instead of `forbidden`."""

    withheld: frozenset[str] = frozenset()

    def require(self, scope: str) -> None:
        if scope in self.withheld and not self.has(scope):
            raise TOTP_REQUIRED.error(scope=scope)
        Actor.require(self, scope)


@dataclass(frozen=True, slots=True)
class RoleView:
    code: str
    level: str
    staff: bool
    name: str
    name_en: str
    scopes: frozenset[str]


@dataclass(frozen=True, slots=True)
class MembershipView:
    """`county_id` is None for a role of the whole city."""

    user_id: UUID
    county_id: UUID | None
    role: str
    granted_at: datetime
    granted_by: str


@dataclass(frozen=True, slots=True)
class UserView:
    """A login as others may see it; the phone is masked."""

    id: UUID
    phone_masked: str
    phone_verified: bool
    staff: bool
    totp_enrolled: bool


@dataclass(frozen=True, slots=True)
class StaffView:
    """Somebody who holds a staff role, and which: those asked about, oldest first. The phone is masked."""

    id: UUID
    phone_masked: str
    totp_enrolled: bool
    roles: tuple[MembershipView, ...]


@dataclass(frozen=True, slots=True)
class StaffPage:
    """Newest logins first; `more` says whether older ones follow."""

    rows: tuple[StaffView, ...]
    more: bool


@dataclass(frozen=True, slots=True)
class StaffCreated:
    """`totp_secret` (base32) is handed over once, in person; None when TOTP was enrolled before."""

    user_id: UUID
    totp_secret: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class ApiClient:
    """`secret` is shown once; only its hash is kept."""

    client_id: str
    secret: str = field(repr=False)
    scopes: frozenset[str]


@dataclass(frozen=True, slots=True)
class PartnerClientView:
    """A machine client of an insurer in one county."""

    client_id: str
    name: str
    partner: str
    scopes: frozenset[str]
    created_at: datetime
    created_by: str


@dataclass(frozen=True, slots=True)
class SandboxSms:
    """A message as the sandbox shows it; `code` is empty when it carries none."""

    text: str = field(repr=False)
    code: str = field(repr=False)
    at: datetime
