"""The same request twice has one effect and one answer."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from kernel.actor import Actor
from kernel.errors import IDEMPOTENCY_KEY_INVALID, IDEMPOTENCY_REUSED
from kernel.models import IdempotencyRecord

_KEY = re.compile(r"[\x21-\x7e]{1,100}\Z")


@dataclass(frozen=True, slots=True)
class Outcome:
    """`replayed` tells that the effect happened earlier and this is its first answer again."""

    status: int
    body: dict[str, Any]
    replayed: bool


def run_once(
    *,
    actor: Actor,
    key: str,
    request: Mapping[str, Any],
    now: datetime,
    effect: Callable[[], tuple[int, dict[str, Any]]],
) -> Outcome:
    """Runs `effect` unless this actor's key was used before; then answers as the first time.

    The key is locked for the transaction, so fifty copies at once queue up and one acts. A refusal
    rolls everything back and stores no key. Raises `idempotency_key_reused` when the stored request
    differs. `effect` returns a status and a JSON body without personal data.
    """
    if not _KEY.match(key):
        raise IDEMPOTENCY_KEY_INVALID.error(field="Idempotency-Key")
    request_hash = hashlib.sha256(
        json.dumps(request, sort_keys=True, ensure_ascii=True, default=str).encode()
    ).hexdigest()
    _lock(actor.key, key)
    earlier = IdempotencyRecord.objects.filter(actor=actor.key, key=key).first()
    if earlier is not None:
        if earlier.request_hash != request_hash:
            raise IDEMPOTENCY_REUSED.error(field="Idempotency-Key")
        return Outcome(earlier.status, earlier.body, replayed=True)
    status, body = effect()
    IdempotencyRecord.objects.create(
        actor=actor.key, key=key, request_hash=request_hash, status=status, body=body, at=now
    )
    return Outcome(status, body, replayed=False)


def _lock(actor_key: str, key: str) -> None:
    """An advisory lock to the end of the transaction; the schema keeps counties apart."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || %s || %s, 0))",
            [actor_key + "\x1f", key],
        )
