"""Which county is open on a connection. Apart from `kernel.db` so that the engine can import it
while Django is still loading models."""

from __future__ import annotations

from django.db import connections


class ScopeError(RuntimeError):
    """A programming error about counties. Never a user's fault, never caught to carry on."""


class NoCounty(ScopeError):
    """County data was touched outside `run_in_county`."""


class WrongCounty(ScopeError):
    """A query or row of one county was used inside another."""


def current_scope(using: str = "default") -> str | None:
    """Schema name of the county whose transaction is open on this thread's connection, if any."""
    return getattr(connections[using], "scope", None)


def check_scope(made_in: str | None, using: str) -> None:
    """Raises unless what was made in `made_in` may be used on the connection `using` now."""
    now = current_scope(using)
    if now is None:
        raise NoCounty(f"county data used outside run_in_county (made in {made_in})")
    if made_in is not None and made_in != now:
        raise WrongCounty(f"made in {made_in}, used in {now}")
