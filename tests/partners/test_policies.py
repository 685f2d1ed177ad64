"""Policies between a county and the reference insurer, both real: asked, answered late, lost, cancelled."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest

from compliance.insurance.asking import ask_policy, ping, tell_cancelled
from compliance.insurance.contracts import PolicyView
from compliance.insurance.models import Policy
from compliance.insurance.selectors import policy_view
from compliance.insurance.use_cases import cancel_cover
from compliance.insurance.use_cases.connect_insurer import connect_insurer
from files.selectors import read_file
from kernel.actor import SYSTEM
from kernel.clock import real_now
from tenants.county import run_in_county
from tests.chaos.site import until
from tests.doors.partners.world import PREMIUM_FEN, a_policy
from tests.partners.setting import COUNTY, Partner
from webhooks.keys import issue_key, rotate_key
from webhooks.states import Direction


@pytest.fixture(scope="module")
def joined(lasting_partner: Partner) -> Partner:
    """The county calls the program, with a call key that the program knows."""
    partner = lasting_partner
    with run_in_county(partner.county) as work:
        key = issue_key(partner=partner.code, direction=Direction.OUT, actor=SYSTEM, now=work.now)
        connect_insurer(
            insurer=partner.code,
            adapter="linggong",
            base_url=partner.program.base_url(COUNTY),
            public_key=partner.program.public_key,
            actor=SYSTEM,
            now=work.now,
        )
    partner.program.connect(COUNTY, call_keys=[key])
    return partner


@pytest.fixture
def connected(joined: Partner) -> Iterator[Partner]:
    """The same, mended afterwards and with a closed breaker."""
    yield joined
    joined.program.mend()
    ping(joined.county, joined.code)


def wanted(partner: Partner) -> UUID:
    return a_policy(partner.county, partner.code)


def ask(partner: Partner, policy_id: UUID) -> bool:
    """Asks now, whenever the next question would be due."""
    with run_in_county(partner.county):
        Policy.objects.filter(id=policy_id).update(next_ask_at=real_now())
    return ask_policy(partner.county, policy_id)


def seen(partner: Partner, policy_id: UUID) -> PolicyView:
    with run_in_county(partner.county):
        return policy_view(policy_id)


def state(partner: Partner, policy_id: UUID) -> str:
    return str(seen(partner, policy_id).state)


def sold(partner: Partner, policy_id: UUID) -> dict[str, Any]:
    (found,) = (row for row in partner.program.ledger(COUNTY) if row["policy_id"] == str(policy_id))
    return found


def in_both_books(partner: Partner, policy_id: UUID) -> None:
    """The county and the insurer speak of one and the same certificate."""
    ours, theirs = seen(partner, policy_id), sold(partner, policy_id)
    assert (str(ours.state), theirs["state"]) == ("issued", "issued")
    assert ours.certificate_number == theirs["number"]
    assert ours.premium_fen == theirs["premium_fen"] == PREMIUM_FEN
    assert ours.certificate_file_id is not None
    with run_in_county(partner.county):
        pdf = read_file(ours.certificate_file_id)
    assert hashlib.sha256(pdf).hexdigest() == theirs["sha256"]


def test_answered_at_once(connected: Partner) -> None:
    policy_id = wanted(connected)
    assert ask(connected, policy_id)
    in_both_books(connected, policy_id)
    assert sold(connected, policy_id)["asked"] == 1


def test_answered_late_by_webhook(connected: Partner) -> None:
    connected.program.fault(pending=True, hold=True)
    policy_id = wanted(connected)
    assert ask(connected, policy_id)
    assert state(connected, policy_id) == "pending"
    connected.program.settle()
    until(lambda: state(connected, policy_id) == "issued", "the late answer came")
    in_both_books(connected, policy_id)


def test_refused_late_by_webhook(connected: Partner) -> None:
    connected.program.fault(pending=True, hold=True, refuse="sum_exceeded")
    policy_id = wanted(connected)
    ask(connected, policy_id)
    connected.program.settle()
    until(lambda: state(connected, policy_id) == "refused", "the late answer came")
    assert seen(connected, policy_id).refusal_reason == "sum_exceeded"


def test_a_late_answer_that_never_comes_is_asked_for(connected: Partner) -> None:
    connected.program.fault(pending=True, hold=True, late_lost=True)
    policy_id = wanted(connected)
    ask(connected, policy_id)
    connected.program.settle()
    assert ask(connected, policy_id)
    in_both_books(connected, policy_id)


def test_a_lost_answer_is_not_bought_twice(connected: Partner) -> None:
    connected.program.fault(answer_lost=True)
    policy_id = wanted(connected)
    for _ in range(3):
        assert not ask(connected, policy_id)
    assert state(connected, policy_id) == "requested"
    connected.program.mend()
    assert ask(connected, policy_id)
    in_both_books(connected, policy_id)
    assert sold(connected, policy_id)["asked"] == 4


@pytest.mark.parametrize("fault", [{"wrong_hash": True}, {"not_pdf": True}])
def test_a_certificate_that_is_none_is_no_cover(connected: Partner, fault: dict[str, bool]) -> None:
    connected.program.fault(**fault)
    policy_id = wanted(connected)
    assert not ask(connected, policy_id)
    assert state(connected, policy_id) == "requested"


def test_another_premium_is_refused_and_cancelled_there(connected: Partner) -> None:
    connected.program.fault(change_premium=100)
    policy_id = wanted(connected)
    ask(connected, policy_id)
    assert state(connected, policy_id) == "refused"
    assert seen(connected, policy_id).refusal_reason == "premium_changed"
    assert tell_cancelled(connected.county, policy_id)
    assert sold(connected, policy_id)["state"] == "cancelled"


def test_cancelled_while_pending(connected: Partner) -> None:
    connected.program.fault(pending=True, hold=True)
    policy_id = wanted(connected)
    ask(connected, policy_id)
    with run_in_county(connected.county) as work:
        cancel_cover(policy_id=policy_id, actor=SYSTEM, now=work.now, reason="order_cancelled")
    connected.program.settle()  # its late answer crosses our cancellation
    until(lambda: all(news["next_at"] is None for news in connected.program.news()), "the answer is told")
    assert state(connected, policy_id) == "cancelled"
    tell_cancelled(connected.county, policy_id)
    assert sold(connected, policy_id)["state"] == "cancelled"


def test_disorder_and_doubles_on_the_way_change_nothing(connected: Partner) -> None:
    connected.program.fault(pending=True, hold=True, duplicate=True, reorder=True, drop_every=4)
    policies = [wanted(connected) for _ in range(8)]
    for policy_id in policies:
        ask(connected, policy_id)
    assert connected.program.settle() == 8
    until(lambda: all(news["next_at"] is None for news in connected.program.news()), "all is told or lost")
    lost = [policy_id for policy_id in policies if state(connected, policy_id) == "pending"]
    assert len(lost) == 2  # each fourth of eight in a row, wherever the count began
    for policy_id in lost:
        ask(connected, policy_id)
    for policy_id in policies:
        in_both_books(connected, policy_id)
    numbers = [policy["number"] for policy in connected.program.ledger(COUNTY) if policy["number"]]
    assert len(set(numbers)) == len(numbers)


def test_the_call_key_is_rotated_without_a_refusal(connected: Partner) -> None:
    """The county signs with both keys while the program knows only the old one, then only the new one."""
    first = wanted(connected)
    with run_in_county(connected.county) as work:
        new = rotate_key(
            partner=connected.code, direction=Direction.OUT, keep_hours=24, actor=SYSTEM, now=work.now
        )
    assert ask(connected, first)
    connected.program.connect(COUNTY, call_keys=[new])
    second = wanted(connected)
    assert ask(connected, second)
    in_both_books(connected, first)
    in_both_books(connected, second)
