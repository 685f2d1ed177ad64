"""The county's ways to its insurers."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import IntegrityError

from compliance.insurance import port, selectors, store
from compliance.insurance.contracts import ConnectionView
from compliance.insurance.errors import CONNECTION_EXISTS, CONNECTION_INVALID
from compliance.insurance.models import Connection
from compliance.insurance.person import check_public_key
from compliance.insurance.states import CONNECTION, ConnectionState
from kernel import audit, states
from kernel.actor import Actor
from kernel.identifiers import clean_text
from tenants.partners.selectors import active_insurer

SCOPE = "insurance:write"
HOUSE = "sandbox"
MOST_MINUTES = 7 * 24 * 60


def connect_insurer(
    *,
    insurer: str,
    adapter: str,
    base_url: str = "",
    public_key: dict[str, Any] | None = None,
    fallback_after_minutes: int | None = 15,
    actor: Actor,
    now: datetime,
) -> ConnectionView:
    """Connects the county with a registered insurer. `public_key` is the JWK that people's data is
    encrypted to; an adapter that calls somebody needs one, and a `base_url`.

    Raises `forbidden`, `insurer_unknown`, `insurer_suspended`, `connection_exists`, `connection_invalid`.
    """
    actor.require(SCOPE)
    code = active_insurer(insurer).code
    row = Connection(
        insurer=code,
        adapter=_adapter(adapter),
        base_url=_base_url(adapter, base_url),
        public_key=_public_key(adapter, public_key),
        fallback_after_minutes=_minutes(fallback_after_minutes),
        state=ConnectionState.ACTIVE,
        connected_at=now,
        connected_by=actor.key,
    )
    if Connection.objects.filter(insurer=code).exists():
        raise CONNECTION_EXISTS.error(field="insurer", insurer=code)
    try:
        row.save(force_insert=True)
    except IntegrityError:  # another connected it first
        raise CONNECTION_EXISTS.error(field="insurer", insurer=code) from None
    states.begin(row, machine=CONNECTION, actor=actor, now=now)
    _audit(actor, "connection.made", row, now)
    return selectors.connection(code)


def change_connection(
    *,
    insurer: str,
    actor: Actor,
    now: datetime,
    adapter: str | None = None,
    base_url: str | None = None,
    public_key: dict[str, Any] | None = None,
    fallback_after_minutes: int | None = None,
    never_fall_back: bool = False,
) -> ConnectionView:
    """Changes what is given and leaves the rest; the breaker starts afresh. `never_fall_back` makes a
    place wait for this insurer however long. Raises as `connect_insurer`, and `connection_unknown`."""
    actor.require(SCOPE)
    row = store.connection_of(insurer, for_update=True)
    row.adapter = _adapter(adapter if adapter is not None else row.adapter)
    row.base_url = _base_url(row.adapter, base_url if base_url is not None else row.base_url)
    row.public_key = _public_key(row.adapter, public_key if public_key is not None else row.public_key)
    if never_fall_back:
        row.fallback_after_minutes = None
    elif fallback_after_minutes is not None:
        row.fallback_after_minutes = _minutes(fallback_after_minutes)
    row.failures, row.open_until, row.last_error = 0, None, ""
    row.save()
    _audit(actor, "connection.changed", row, now)
    return selectors.connection(insurer)


def suspend_connection(*, insurer: str, reason: str, actor: Actor, now: datetime) -> ConnectionView:
    """Nothing new is asked of the insurer; cancellations are still told. Raises `connection_unknown`,
    `stale_state`."""
    return _move(insurer, ConnectionState.SUSPENDED, reason, actor, now)


def resume_connection(*, insurer: str, reason: str, actor: Actor, now: datetime) -> ConnectionView:
    """Takes a suspension back. Raises `connection_unknown`, `stale_state`."""
    return _move(insurer, ConnectionState.ACTIVE, reason, actor, now)


def _move(insurer: str, to: ConnectionState, reason: str, actor: Actor, now: datetime) -> ConnectionView:
    actor.require(SCOPE)
    why = clean_text(reason, "reason", 200)
    row = store.connection_of(insurer, for_update=True)
    states.transition(row, to, machine=CONNECTION, actor=actor, now=now, reason=why)
    _audit(actor, f"connection.{to}", row, now)
    return selectors.connection(insurer)


def _adapter(name: str) -> str:
    known = port.adapters()
    if name not in known:
        raise CONNECTION_INVALID.error(
            field="adapter",
            reason_zh=f"adapter 须为 {'、'.join(known)}",
            reason_en=f"one of {', '.join(known)}",
        )
    return name


def _base_url(adapter: str, url: str) -> str:
    if adapter == HOUSE:
        return ""
    try:
        parts = urlsplit(url)
        good = bool(
            parts.hostname and not parts.query and not parts.fragment and parts.username is None
        ) and (parts.scheme == "https" or (parts.scheme == "http" and settings.LINGGONG_SANDBOX))
    except ValueError:
        good = False
    if not good or len(url) > 300 or not url.isascii():
        raise CONNECTION_INVALID.error(
            field="base_url",
            reason_zh="base_url 须为 https 地址",
            reason_en="base_url must be an https address",
        )
    return url.rstrip("/")


def _public_key(adapter: str, key: dict[str, Any] | None) -> dict[str, str] | None:
    return None if adapter == HOUSE else check_public_key(key)


def _minutes(minutes: int | None) -> int | None:
    if minutes is not None and (type(minutes) is not int or not 1 <= minutes <= MOST_MINUTES):
        raise CONNECTION_INVALID.error(
            field="fallback_after_minutes",
            reason_zh=f"须为 1 至 {MOST_MINUTES} 分钟",
            reason_en=f"1 to {MOST_MINUTES} minutes",
        )
    return minutes


def _audit(actor: Actor, act: str, row: Connection, now: datetime) -> None:
    detail = {"insurer": row.insurer, "adapter": row.adapter, "base_url": row.base_url}
    audit.record(actor, act, subject=row.id, purpose="insurers", now=now, detail=detail)
