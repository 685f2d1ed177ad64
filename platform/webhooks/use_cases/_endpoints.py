"""Shared by the verbs about endpoints."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from egress.errors import EgressRefused
from egress.rules import configured_rules
from kernel.actor import Actor
from kernel.errors import INVALID_VALUE
from webhooks.catalogue import event_types
from webhooks.errors import ENDPOINT_NOT_FOUND, ENDPOINT_URL, EVENT_TYPE_UNKNOWN
from webhooks.models import Endpoint
from webhooks.rights import check_may_change

MOST_TYPES = 100


def locked_endpoint(actor: Actor, partner: str, endpoint_id: UUID) -> Endpoint:
    """The partner's endpoint, locked. Raises `forbidden`, `endpoint_not_found`, also for another's."""
    check_may_change(actor, partner)
    row: Endpoint | None = (
        Endpoint.objects.select_for_update().filter(partner=partner, id=endpoint_id).first()
    )
    if row is None:
        raise ENDPOINT_NOT_FOUND.error(field="endpoint_id")
    return row


def checked_url(url: object) -> str:
    """The address in its one spelling; or `endpoint_url` for one that is never sent to. What its name
    resolves to is looked at when sending."""
    if not isinstance(url, str):
        raise ENDPOINT_URL.error(field="url", reason="not a text")
    try:
        configured_rules().check_url(url)
    except EgressRefused as refused:
        raise ENDPOINT_URL.error(field="url", reason=refused.reason) from None
    return url


def checked_types(types: Iterable[str]) -> list[str]:
    """Names of known types, each once, in order; or `event_type_unknown`. Empty stays empty: all types."""
    given = list(types) if not isinstance(types, str) else [types]
    if len(given) > MOST_TYPES:
        raise INVALID_VALUE.error(field="types", reason=f"≤ {MOST_TYPES}")
    known = event_types()
    for name in given:
        if name not in known:
            raise EVENT_TYPE_UNKNOWN.error(field="types", type=str(name)[:80])
    return sorted(set(given))
