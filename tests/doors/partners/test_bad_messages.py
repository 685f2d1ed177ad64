"""A thousand messages that must not count, through the real door with real signatures: none does.

Ten ways to be wrong, each with every kind of message that an insurer may send, as a message and as REST.
Every bad message is made from one that would be taken; the last test step sends those, and they are.
"""

from __future__ import annotations

import base64
import json
import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from kernel.clock import real_now
from kernel.models import IdempotencyRecord, TransitionLog
from tenants.county import run_in_county
from tests.doors.partners.machine import Machine, a_machine, new_id
from tests.doors.partners.world import a_certificate, a_claim, a_policy, about
from tests.doors.rest import Answer
from webhooks.models import InboundMessage
from webhooks.signing import sign
from webhooks.vault import new_secret

TOTAL = 1_000


@dataclass(frozen=True)
class Good:
    """A message that would be taken: an address and a body, not yet signed."""

    path: str
    body: dict[str, Any]

    @property
    def raw(self) -> bytes:
        return json.dumps(self.body).encode()


@dataclass(frozen=True)
class World:
    machine: Machine
    stranger: Machine  # another insurer in the same county
    elsewhere: Machine  # the same insurer in another county
    goods: list[Good]
    others: list[Good]  # the same verbs on other subjects of the same insurer
    dice: random.Random


def _goods(machine: Machine) -> list[Good]:
    one, two, three = (a_claim(machine.county, machine.insurer) for _ in range(3))
    policies = [a_policy(machine.county, machine.insurer) for _ in range(5)]
    papers = [{"code": "invoice", "note": "发票"}]
    return [
        Good("webhooks", about("claim.acknowledged", one, {"reference": "CL-1"})),
        Good("webhooks", about("claim.papers_wanted", one, {"papers": papers})),
        Good("webhooks", about("claim.decided", one, {"accepted": True, "amount_fen": 5_000})),
        Good("webhooks", about("claim.paid", one, {"amount_fen": 5_000, "reference": "P-1"})),
        _rest("claims", "claim", two, "acknowledge", reference="CL-2"),
        _rest("claims", "claim", two, "papers", papers=papers),
        _rest("claims", "claim", two, "decide", accepted=True, amount_fen=7_000),
        _rest("claims", "claim", two, "pay", amount_fen=7_000, reference="P-2"),
        _rest("claims", "claim", three, "decide", accepted=False, reason="not_covered"),
        Good("webhooks", about("policy.issued", policies[0], a_certificate().said())),
        Good("webhooks", about("policy.refused", policies[1], {"reason": "sum_exceeded"})),
        Good("webhooks", about("policy.cancelled", policies[2], {"refund_fen": 700})),
        _rest("policies", "policy", policies[3], "issue", **a_certificate().said()),
        _rest("policies", "policy", policies[4], "refuse", reason="sum_exceeded"),
    ]


def _rest(noun: str, name: str, subject: Any, verb: str, **data: Any) -> Good:
    body = {"type": f"{name}.{verb}", f"{name}_id": str(subject), **data}
    return Good(f"{noun}/{subject}/{verb}", body)


@pytest.fixture
def world(machine, counties, insurer, other_insurer) -> World:
    return World(
        machine,
        a_machine(counties["jiangle"], other_insurer),
        a_machine(counties["youxi"], insurer),
        _goods(machine),
        _goods(machine),
        random.Random(20261123),
    )


Wrong = Callable[[World, Good, Good], Answer]


def _send(machine: Machine, good: Good, headers: dict[str, str], *, raw: bytes | None = None) -> Answer:
    return machine.send("POST", good.path, raw=good.raw if raw is None else raw, headers=headers)


def _signed(machine: Machine, raw: bytes, **changes: Any) -> dict[str, str]:
    given = {"secrets": machine.secrets, "message_id": new_id(), "timestamp": real_now(), **changes}
    return sign(**given, body=raw)


def forged(world: World, good: Good, other: Good) -> Answer:
    return _send(world.machine, good, _signed(world.machine, good.raw, secrets=[new_secret()]))


def forged_signature(world: World, good: Good, other: Good) -> Answer:
    headers = _signed(world.machine, good.raw)
    mac = bytearray(base64.b64decode(headers["webhook-signature"].removeprefix("v1,")))
    mac[world.dice.randrange(len(mac))] ^= 1 << world.dice.randrange(8)
    headers["webhook-signature"] = f"v1,{base64.b64encode(mac).decode()}"
    return _send(world.machine, good, headers)


def unsigned(world: World, good: Good, other: Good) -> Answer:
    headers = _signed(world.machine, good.raw)
    del headers[world.dice.choice(sorted(headers))]
    return _send(world.machine, good, headers)


def expired(world: World, good: Good, other: Good) -> Answer:
    off = timedelta(seconds=world.dice.randint(302, 10_000_000)) * world.dice.choice([-1, 1])
    return _send(world.machine, good, _signed(world.machine, good.raw, timestamp=real_now() + off))


def replayed_later(world: World, good: Good, other: Good) -> Answer:
    """An old message in a new envelope: the timestamp is fresh, the signature is the old one."""
    old = _signed(world.machine, good.raw, timestamp=real_now() - timedelta(minutes=7))
    return _send(world.machine, good, {**old, "webhook-timestamp": str(int(real_now().timestamp()))})


def replayed_as_another(world: World, good: Good, other: Good) -> Answer:
    headers = _signed(world.machine, good.raw)
    return _send(world.machine, good, {**headers, "webhook-id": new_id()})


def altered(world: World, good: Good, other: Good) -> Answer:
    """One character of the body is another one."""
    raw = bytearray(good.raw)
    place = world.dice.randrange(len(raw))
    raw[place] = world.dice.choice([c for c in b'0123456789abcdef "{}' if c != raw[place]])
    return _send(world.machine, good, _signed(world.machine, good.raw), raw=bytes(raw))


def altered_address(world: World, good: Good, other: Good) -> Answer:
    """A message that was really signed, brought to another address."""
    if good.path == "webhooks":
        return _send(world.machine, replace(other, body=good.body), _signed(world.machine, good.raw))
    return _send(world.machine, replace(good, path=other.path), _signed(world.machine, good.raw))


def of_another_insurer(world: World, good: Good, other: Good) -> Answer:
    """Its own good token and key, about what is not its own; or its key with this insurer's token."""
    raw_by_stranger = _signed(world.stranger, good.raw)
    caller = world.stranger if world.dice.random() < 0.5 else world.machine
    return _send(caller, good, raw_by_stranger)


def of_another_county(world: World, good: Good, other: Good) -> Answer:
    """The same insurer's token or key of another county, here; or all of them there, about what is here."""
    way = world.dice.randrange(3)
    if way == 0:
        return _send(world.machine, good, _signed(world.elsewhere, good.raw))
    if way == 1:
        return _send(world.elsewhere.elsewhere(world.machine.county), good, _signed(world.machine, good.raw))
    return _send(world.elsewhere, good, _signed(world.elsewhere, good.raw))


WRONGS: tuple[Wrong, ...] = (
    forged,
    forged_signature,
    unsigned,
    expired,
    replayed_later,
    replayed_as_another,
    altered,
    altered_address,
    of_another_insurer,
    of_another_county,
)


def _pairs(world: World) -> Iterator[tuple[Wrong, Good, Good]]:
    for number in range(TOTAL):
        place = number // len(WRONGS) % len(world.goods)
        other = world.others[place]
        if world.goods[place].path == "webhooks":  # a message has one address; a verb of REST is another
            other = next(good for good in world.goods[place:] if good.path != "webhooks")
        yield WRONGS[number % len(WRONGS)], world.goods[place], other


def _all_rows(world: World) -> dict[str, int]:
    found = Counter[str]()
    for machine in (world.machine, world.elsewhere):
        with run_in_county(machine.county):
            for model in (InboundMessage, TransitionLog, IdempotencyRecord):
                found[f"{machine.county.slug} {model.__name__}"] = model.objects.count()
    return dict(found)


def test_of_a_thousand_bad_messages_none_counts(world):
    before, answers = _all_rows(world), Counter[str]()
    for wrong, good, other in _pairs(world):
        answer = wrong(world, good, other)
        assert 400 <= answer.status < 500, (wrong.__name__, good, answer.status, answer.body)
        answers[answer.code] += 1
    assert answers.total() == TOTAL
    assert _all_rows(world) == before, "a refused message left something behind"
    assert set(answers) == {
        "signature_invalid",
        "signature_missing",
        "message_expired",
        "message_other",
        "claim_not_found",
        "not_found",
        "token_other_county",
    } | (set(answers) & {"choice_unknown", "field_missing", "unknown_field"})
    for good in world.goods:  # what all of them were made from is good
        assert _send(world.machine, good, _signed(world.machine, good.raw)).status == 200, good
    assert _all_rows(world) != before


def test_a_captured_message_sent_again_has_no_second_effect(world):
    for good in world.goods:
        headers = _signed(world.machine, good.raw)
        first = _send(world.machine, good, headers)
        assert first.status == 200
        rows = _all_rows(world)
        for _ in range(3):
            again = _send(world.machine, good, headers)
            assert (again.status, again.body) == (200, first.body)
            assert again.headers["Idempotency-Replayed"] == "true"
        assert _all_rows(world) == rows
