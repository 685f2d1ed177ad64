"""Made-up people with valid numbers, and the actors that stand for them."""

from __future__ import annotations

import itertools
import random
import re
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from stdnum.cn import ric, uscc

from compliance.people.contracts import EmployerView, WorkerView
from compliance.people.use_cases.register_employer import register_employer
from compliance.people.use_cases.register_worker import register_worker
from kernel.actor import Actor, Channel
from kernel.errors import DomainError
from kernel.ids import uuid7
from tenants.county import CountyWork
from tenants.identity.roles import role_table

_serial = itertools.count(random.randrange(1000, 100_000))
NOTICE = "2026-01"


def id_number(birth: date = date(1985, 3, 15), *, division: str = "350428") -> str:
    """A valid ID number nobody else in this run has: the serial also moves the division's last digits."""
    serial = next(_serial)
    body = f"{int(division) // 100 * 100 + serial // 1000 % 100:06d}{birth:%Y%m%d}{serial % 1000:03d}"
    return body + str(ric.calc_check_digit(body + "0"))


def credit_code() -> str:
    body = f"91350428MA{next(_serial):07d}"
    return body + str(uscc.calc_check_digit(body + "0"))


def phone() -> str:
    return f"+86139{next(_serial):08d}"


def actor_with(*roles: str, user_id: UUID | None = None, channel: Channel = Channel.APP) -> Actor:
    scopes = [role_table()[role].scopes for role in roles]
    return Actor(
        user_id=user_id or uuid7(),
        scopes=frozenset().union(*scopes),
        roles=frozenset(roles),
        channel=channel,
    )


def refused(code: str, field: str | None = None) -> Any:
    """The next block is refused with this code, and this field where one is named."""
    where = re.escape(f" ({field})") if field else ""
    return pytest.raises(DomainError, match=f"^{code}{where}")


def login_of(actor: Actor) -> UUID:
    assert actor.user_id is not None
    return actor.user_id


def hall() -> Actor:
    return actor_with("hall_operator", channel=Channel.HALL)


def a_worker(work: CountyWork, actor: Actor | None = None, **changes: Any) -> tuple[Actor, WorkerView]:
    """A worker registered by the own login, unless told otherwise."""
    actor = actor or actor_with("worker")
    values: dict[str, Any] = {
        "actor": actor,
        "name": "张三丰",
        "id_number": id_number(),
        "phone": phone(),
        "consent_version": NOTICE,
        "can_do": ["housekeeping"],
        "want_to_do": ["housekeeping", "babysitting"],
        "identity_id": actor.user_id,
        "now": work.now,
    }
    return actor, register_worker(**{**values, **changes})


def an_employer(work: CountyWork, actor: Actor | None = None, **changes: Any) -> tuple[Actor, EmployerView]:
    """A company registered by its owner's login, unless told otherwise."""
    actor = actor or actor_with("employer_owner")
    values: dict[str, Any] = {
        "actor": actor,
        "kind": "company",
        "credit_code": credit_code(),
        "display_name": "将乐县金溪家政有限公司",
        "contact_name": "李四",
        "phone": phone(),
        "consent_version": NOTICE,
        "identity_id": actor.user_id,
        "now": work.now,
    }
    return actor, register_employer(**{**values, **changes})
