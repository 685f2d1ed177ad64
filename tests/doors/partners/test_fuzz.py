"""Whatever an insurer signs, never a 5xx: bodies made from the document and broken on purpose."""

from __future__ import annotations

import random
from typing import Any

import pytest

from api.partners.urls import urlpatterns
from tests.doors.partners.world import a_claim

ROUNDS = 10
ODD: tuple[Any, ...] = (
    None,
    "",
    " ",
    "\u0000",
    "\ud83d\ude00" * 40,
    "a" * 5_000,
    0,
    -1,
    2**63,
    10**30,
    1.5,
    True,
    [],
    {},
    [None],
    [[[]]],
    {"": ""},
    "2026-02-30T00:00:00Z",
    "9999-12-31T23:59:59.999999Z",
    "00000000-0000-0000-0000-000000000000",
)


@pytest.mark.parametrize("seed", range(2))
def test_nothing_signed_breaks_the_door(machine, seed):
    dice = random.Random(seed)
    known = str(a_claim(machine.county, machine.insurer))
    for pattern in urlpatterns:
        if str(pattern.pattern) == "keys/rotate":
            continue  # a second rotation would end the key that everything here is signed with
        for method, act in pattern.callback.cls.acts.items():
            for _ in range(ROUNDS):
                ids = {
                    name: dice.choice([known, *map(str, ODD[-1:]), "x", "%00"]) for name in _names(pattern)
                }
                path = str(pattern.pattern)
                for name, value in ids.items():
                    path = path.replace(f"<str:{name}>", value)
                if method == "GET":
                    query = {
                        name: str(dice.choice(ODD)).encode("utf-8", "replace").decode()[:200]
                        for name in dice.sample(["after", "limit", "cursor", "state", "endpoint_id"], 2)
                    }
                    answer = machine.get(path, **query)
                else:
                    answer = machine.signed(path, _body(act, ids, dice), method=method)
                assert answer.status < 500, (method, path, answer.body)


def _names(pattern: Any) -> list[str]:
    return list(pattern.pattern.converters)


def _body(act: Any, ids: dict[str, str], dice: random.Random) -> Any:
    """The declared members with right or odd values; some left out, some too many."""
    body: dict[str, Any] = {}
    for name, field in act.takes().fields.items():
        if dice.random() < 0.1:
            continue
        if name in ids and dice.random() < 0.9:
            body[name] = ids[name]
        elif hasattr(field, "choices") and dice.random() < 0.9:
            body[name] = dice.choice(list(field.choices))
        elif name == "data":
            body[name] = {dice.choice(["reference", "amount_fen", "papers", "accepted"]): dice.choice(ODD)}
        else:
            body[name] = dice.choice(ODD)
    if dice.random() < 0.05:
        body["more"] = dice.choice(ODD)
    return body if dice.random() < 0.97 else dice.choice(ODD)
