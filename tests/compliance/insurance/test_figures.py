"""What the room promises in figures: a day without the insurer, and a thousand messages in any order."""

from __future__ import annotations

import base64
import hashlib
import random
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import httpx
import pytest

from compliance.insurance import answers, asking, selectors, tasks, use_cases
from compliance.insurance.models import Policy
from compliance.insurance.port import BindAnswer, Decision
from compliance.insurance.states import WAITING, PolicyState
from kernel.actor import SYSTEM
from kernel.clock import real_now
from kernel.ids import uuid7
from tenants.clock import market_now, set_market_clock
from tenants.county import run_in_county
from tests.compliance.insurance.world import Joined, World, tomorrow
from tests.compliance.people import refused
from webhooks.signing import sign

P = PolicyState
PLACES = 24
POLICIES = 450  # about a thousand answers and cancellations
SEED = 20261123


def test_a_day_without_the_insurer_loses_nothing_and_buys_nothing_twice(world, dialect):
    """24 hours of market time with every timer running, the insurer down, some places cancelled meanwhile.
    Then it comes back, at first losing its answers."""
    insurer = world.join(dialect, minutes=None)
    insurer.at.fault(down=True)
    with run_in_county(world.county) as work:
        worker = world.worker_in(work)
        asked = [
            world.request_in(work, insurer, worker_id=worker, on=tomorrow(), days=2) for _ in range(PLACES)
        ]
    began = market_now()
    for hour in range(1, 25):
        set_market_clock(moment=began + timedelta(hours=hour))
        _timers(world)
        if hour % 6 == 0:
            world.do(use_cases.cancel_cover, asked[hour // 6 - 1], reason="undone")
        with refused("stale_state"):
            world.do(use_cases.start_cover, asked[-1])
    assert market_now() - began >= timedelta(hours=24)
    cancelled, wanted = asked[:4], asked[4:]
    assert {world.state(one) for one in wanted} == {P.REQUESTED}
    assert _states(world, insurer) == {}, "nothing was sold"

    insurer.at.mend()
    insurer.at.fault(answer_lost=True)
    for _ in range(8):  # it sells, and its answers are lost
        _timers(world)
    insurer.at.mend()
    for _ in range(4 * PLACES):
        _timers(world)
        if world.connection(insurer).waiting == world.connection(insurer).untold == 0:
            break

    with run_in_county(world.county):
        rows = {one.id: one for one in selectors.list_policies(insurer=insurer.code, limit=1_000)}
        papers = {one: selectors.certificate(one) for one in wanted}
    assert set(rows) == set(asked), "0 lost"
    assert Counter(rows[one].state for one in wanted) == {P.ISSUED: len(wanted)}
    for one in wanted:
        number, pdf = papers[one]
        assert number == rows[one].certificate_number
        assert hashlib.sha256(pdf).hexdigest() == rows[one].certificate_sha256, "0 without certificate"
    book = [line for line in insurer.at.ledger(world.county.slug) if UUID(line["policy_id"]) in rows]
    assert Counter(line["policy_id"] for line in book).most_common(1)[0][1] == 1
    live = {UUID(line["policy_id"]): line["number"] for line in book if line["state"] == "issued"}
    assert live == {one: rows[one].certificate_number for one in wanted}, "0 bought twice"
    assert len(set(live.values())) == len(wanted)
    assert {rows[one].state for one in cancelled} == {P.CANCELLED}


def _timers(world: World) -> None:
    """Every timer of the room once, as if the pauses between questions were over."""
    world.let_pass()
    tasks.ask_insurers(world.county)
    tasks.tell_insurers(world.county)
    tasks.fall_back_covers(world.county)
    tasks.close_covers(world.county)


def _states(world: World, insurer: Joined) -> dict[str, int]:
    with run_in_county(world.county):
        mine = {str(one) for one in Policy.objects.filter(insurer=insurer.code).values_list("id", flat=True)}
    book = insurer.at.ledger(world.county.slug)
    return Counter(line["state"] for line in book if line["policy_id"] in mine)


# -- a thousand messages ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Heard:
    """One thing that happens to the policy `number`; without an answer, our own cancellation."""

    number: int
    answer: BindAnswer | None


def test_a_thousand_messages_in_any_order_end_as_in_order(world):
    """Shuffled, tripled, every tenth one dropped and then polled, against the same ones told in order."""
    insurer = world.join(minutes=None)
    chance = random.Random(SEED)
    fates = [chance.choices(("issued", "refused", "cancelled"), (6, 2, 2))[0] for _ in range(POLICIES)]
    orderly, wild = (_accepted(world, insurer, fates) for _ in range(2))
    insurer.at.settle()
    told = _decisions(world, insurer, {*orderly, *wild})

    def events(policies: list[UUID]) -> list[Heard]:
        found = []
        for number, (policy_id, fate) in enumerate(zip(policies, fates, strict=True)):
            found += [Heard(number, BindAnswer(Decision.PENDING)), Heard(number, told[policy_id])]
            found += [Heard(number, None)] if fate == "cancelled" else []
        return found

    in_order = events(orderly)
    assert len(in_order) >= 950
    _play(world, insurer, orderly, in_order)
    shuffled = events(wild)
    kept = [one for one in shuffled if one.answer is None or chance.random() >= 0.1]
    dropped = len(shuffled) - len(kept)
    assert dropped > 20
    messages = kept * 3
    chance.shuffle(messages)
    _play(world, insurer, wild, messages)
    with run_in_county(world.county):
        waiting = Policy.objects.filter(id__in=wild, state__in=WAITING).count()
    assert waiting > 5, "there is something to poll"
    for _ in range(20):
        world.let_pass()
        if tasks.ask_insurers(world.county) == 0:
            break

    assert _ended(world, insurer, wild) == _ended(world, insurer, orderly)
    assert Counter(state for state, *_ in _ended(world, insurer, wild)) == {
        "issued": fates.count("issued"),
        "refused": fates.count("refused"),
        "cancelled": fates.count("cancelled"),
    }


def _accepted(world: World, insurer: Joined, fates: list[str]) -> list[UUID]:
    """Policies that the insurer accepted over HTTP and has not decided; ours have yet to hear so."""
    with run_in_county(world.county) as work:
        worker = world.worker_in(work)
        made = [world.request_in(work, insurer, worker_id=worker) for _ in fates]
    for reason in ("", "sum_exceeded"):
        insurer.at.fault(pending=True, hold=True, refuse=reason)
        for policy_id, fate in zip(made, fates, strict=True):
            if (fate == "refused") == bool(reason):
                assert asking.ask_policy(world.county, policy_id)
    return made


def _decisions(world: World, insurer: Joined, wanted: set[UUID]) -> dict[UUID, BindAnswer]:
    """The insurer's own events (docs/partners.md, section 4), as its webhooks would tell them."""
    found: dict[UUID, BindAnswer] = {}
    base, after = insurer.at.base_url(world.county.slug), 0
    with httpx.Client(trust_env=False, timeout=30) as http:
        while True:
            path = f"/events?after={after}&limit=500"
            headers = sign(world.keys["linggong"], f"msg_{uuid7().hex}", real_now(), f"GET {path}".encode())
            page = http.get(base + path, headers=headers).raise_for_status().json()
            for event in page["items"]:
                data = event["data"]
                if UUID(event["subject"]) not in wanted:
                    continue
                found[UUID(event["subject"])] = (
                    BindAnswer(Decision.REFUSED, reason=data["reason"])
                    if event["type"] == "policy.refused"
                    else BindAnswer(
                        Decision.ISSUED,
                        certificate_number=data["certificate_number"],
                        certificate_sha256=data["certificate_sha256"],
                        certificate=base64.b64decode(data["certificate"]),
                        premium_fen=data["premium_fen"],
                    )
                )
            after = page["next"]
            if not page["more"]:
                return found


def _play(world: World, insurer: Joined, policies: list[UUID], messages: list[Heard]) -> None:
    for batch in _batches(messages):
        with run_in_county(world.county) as work:
            for one in batch:
                policy_id = policies[one.number]
                if one.answer is not None:
                    answers.record_answer(
                        insurer=insurer.code,
                        policy_id=policy_id,
                        answer=one.answer,
                        actor=SYSTEM,
                        now=work.now,
                    )
                elif selectors.policy_view(policy_id).state in {P.REQUESTED, P.PENDING, P.ISSUED}:
                    use_cases.cancel_cover(policy_id=policy_id, actor=SYSTEM, now=work.now, reason="undone")


def _batches(messages: list[Heard]) -> list[list[Heard]]:
    return [messages[start : start + 50] for start in range(0, len(messages), 50)]


def _ended(world: World, insurer: Joined, policies: list[UUID]) -> list[tuple[object, ...]]:
    """How each ended, here and in the insurer's own book."""
    world.let_pass()
    for _ in range(20):
        if tasks.tell_insurers(world.county) == 0:
            break
    book = {line["policy_id"]: line for line in insurer.at.ledger(world.county.slug)}
    with run_in_county(world.county):
        rows = Policy.objects.in_bulk(policies)
    return [
        (
            row.state,
            row.refund_fen,
            row.refusal_reason,
            row.premium_fen,
            book[str(row.id)]["state"],
            bool(row.certificate_file_id) if row.state == P.ISSUED else None,
            row.certificate_number == book[str(row.id)]["number"] if row.state == P.ISSUED else None,
            row.next_tell_at,
        )
        for row in (rows[one] for one in policies)
    ]


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_two_answers_never_matters(world, seed):
    """A cancellation of ours and an answer at the door, whichever comes first: nobody is insured."""
    insurer = world.join()
    insurer.at.fault(pending=True, hold=True)
    policy_id = world.request(insurer)
    asking.ask_policy(world.county, policy_id)
    insurer.at.settle()
    heard = [Heard(0, _decisions(world, insurer, {policy_id})[policy_id]), Heard(0, None)] * 2
    random.Random(seed).shuffle(heard)
    _play(world, insurer, [policy_id], heard)
    assert _ended(world, insurer, [policy_id])[0][0] == P.CANCELLED
    assert world.sold(policy_id)[0]["state"] == "cancelled"
