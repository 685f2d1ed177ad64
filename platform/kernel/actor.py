"""Who acts: the identity, what it may do in this county, and through which channel it came."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from kernel.errors import FORBIDDEN


class Channel(StrEnum):
    """Where an act came from; stored on every act."""

    APP = "app"
    HALL = "hall"
    STATION = "station"
    PHONE = "phone"
    API = "api"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Actor:
    """An authenticated caller as one county sees it. `scopes` are the union of what its roles allow;
    `partner` is the code of the insurer whose machine this is."""

    user_id: UUID | None
    scopes: frozenset[str]
    roles: frozenset[str]
    channel: Channel
    client_id: str | None = None
    request_id: str = ""
    partner: str | None = None

    @property
    def key(self) -> str:
        """A stable name for logs, audit rows and idempotency keys; holds no personal data."""
        if self.user_id is not None:
            return f"user:{self.user_id}"
        if self.client_id is not None:
            return f"client:{self.client_id}"
        return "system"

    def has(self, scope: str) -> bool:
        return scope in self.scopes or "*" in self.scopes

    def require(self, scope: str) -> None:
        """Raises `forbidden` unless the actor holds the scope."""
        if not self.has(scope):
            raise FORBIDDEN.error(scope=scope)

    def require_any(self, *scopes: str) -> None:
        """Raises `forbidden`, naming the first, unless the actor holds one of the scopes."""
        if not any(self.has(scope) for scope in scopes):
            self.require(scopes[0])


SYSTEM = Actor(user_id=None, scopes=frozenset({"*"}), roles=frozenset({"system"}), channel=Channel.SYSTEM)
