"""Messages that a partner sends: accepted when signed with a live key, and counted once."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from django.db import connection

from kernel.clock import real_now
from kernel.ids import uuid7
from webhooks.contracts import Accepted
from webhooks.errors import MESSAGE_REUSED
from webhooks.keys import live_secrets
from webhooks.models import InboundMessage
from webhooks.signing import verify
from webhooks.states import Direction

_ONCE = """
INSERT INTO webhooks_inboundmessage (id, partner, message_id, body_hash, at)
VALUES (%s, %s, %s, %s, %s) ON CONFLICT (partner, message_id) DO NOTHING
"""


def accept(*, partner: str, headers: Mapping[str, str], body: bytes) -> Accepted:
    """Verifies a message of `partner` and notes it, in the open county's transaction: what the message
    does is written, or rolled back, together with the note.

    `headers` in any case; `body` the raw bytes. Two of one id at once: the second waits for the first.
    Raises `signature_missing`, `message_expired`, `signature_invalid`, and `message_reused` for a known
    id with another body.
    """
    real = real_now()
    message_id = verify(live_secrets(partner, Direction.IN), headers, body, real)
    digest = hashlib.sha256(body).hexdigest()
    with connection.cursor() as cursor:
        cursor.execute(_ONCE, [uuid7(), partner, message_id, digest, real])
        if cursor.rowcount == 1:
            return Accepted(message_id, repeated=False)
    known = InboundMessage.objects.values_list("body_hash", flat=True).get(
        partner=partner, message_id=message_id
    )
    if known != digest:
        raise MESSAGE_REUSED.error()
    return Accepted(message_id, repeated=True)
