"""A partner of a test's own, and what tests say to it."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

from kernel.actor import SYSTEM, Actor, Channel
from kernel.ids import uuid7
from tenants.contracts import CountyRef
from tenants.county import run_in_county
from webhooks.catalogue import EventType
from webhooks.stream import tell
from webhooks.use_cases.register_endpoint import register_endpoint

NOW = datetime(2026, 6, 1, 4, 0, tzinfo=UTC)
STARTED = EventType(
    type="cn.linggong.trial.started.v1",
    zh="测试",
    en="A trial",
    schema={
        "type": "object",
        "additionalProperties": False,
        "required": ["policy_id"],
        "properties": {
            "policy_id": {"type": "string", "format": "uuid"},
            "premium_fen": {"type": "integer", "minimum": 0},
        },
    },
    example={"policy_id": "0199f3c0-11d2-7b3c-9d5e-0a4f6f2b7c88", "premium_fen": 300},
)
ENDED = EventType(
    type="cn.linggong.trial.ended.v1", zh="测试", en="A trial", schema=STARTED.schema, example=STARTED.example
)


def new_partner() -> str:
    return f"p{uuid.uuid4().hex[:12]}"


def as_partner(code: str) -> Actor:
    return Actor(
        user_id=None,
        scopes=frozenset({"partner:read", "partner:write"}),
        roles=frozenset({"insurer"}),
        channel=Channel.API,
        client_id=f"client-{code}",
        partner=code,
    )


def endpoint(county: CountyRef, partner: str, url: str, *types: str) -> tuple[uuid.UUID, str]:
    with run_in_county(county) as work:
        view, secret = register_endpoint(partner=partner, url=url, types=types, actor=SYSTEM, now=work.now)
    return view.id, secret


def say(
    county: CountyRef, partner: str, *, subject: uuid.UUID | None = None, type: str = STARTED.type
) -> uuid.UUID:
    """One event, committed."""
    with run_in_county(county) as work:
        about = subject or uuid7()
        return tell(partner=partner, type=type, subject=about, data={"policy_id": str(about)}, now=work.now)
