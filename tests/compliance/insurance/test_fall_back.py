"""Turning to the next insurer, who pays what it costs more, and basic cover's public money."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest

from compliance.fund import selectors as fund
from compliance.fund import use_cases as funds
from compliance.fund.contracts import Target
from compliance.insurance import asking, tasks, use_cases
from compliance.insurance.contracts import Payer
from compliance.insurance.models import Policy
from compliance.insurance.port import BindAnswer, Decision
from compliance.insurance.rules import BREAKER_AFTER
from compliance.insurance.states import PolicyState
from compliance.rates.contracts import Layer
from kernel.actor import SYSTEM
from kernel.clock import business_day
from kernel.ids import uuid7
from ledger import selectors as ledger
from ledger.contracts import AccountKind, partner_account_id
from tenants.clock import market_now, set_market_clock
from tenants.county import run_in_county
from tests.compliance.insurance.world import OFFICER, TRADE, Joined, World
from tests.compliance.people import actor_with

P = PolicyState
TREASURER = actor_with("treasurer")


def reserve_fen() -> int:
    view = fund.reserve()
    assert view is not None
    return view.balance_fen


def difference_fen(policy_id: UUID) -> int:
    view = fund.difference_of(policy_id)
    assert view is not None
    return view.amount_fen


@pytest.fixture
def reserve(world: World) -> Iterator[None]:
    """A declared reserve with 10 yuan, gone afterwards."""
    with run_in_county(world.county) as work:
        funds.declare_reserve(document="测试文件", actor=TREASURER, now=work.now)
        funds.deposit(
            target=Target.RESERVE, amount_fen=1_000, reference=str(uuid7()), actor=TREASURER, now=work.now
        )
    yield
    with run_in_county(world.county) as work:
        rest = reserve_fen()
        if rest:
            funds.pay_back(
                target=Target.RESERVE, amount_fen=rest, reference=str(uuid7()), actor=TREASURER, now=work.now
            )
        funds.withdraw_reserve(reason="test over", actor=TREASURER, now=work.now)


def later(minutes: int) -> None:
    set_market_clock(moment=market_now() + timedelta(minutes=minutes))


def successor(world: World, policy_id: UUID) -> UUID | None:
    with run_in_county(world.county):
        found: UUID | None = Policy.objects.filter(replaces=policy_id).values_list("id", flat=True).first()
    return found


def payable(world: World, insurer: Joined) -> int:
    with run_in_county(world.county):
        account = ledger.account(AccountKind.PREMIUM_PAYABLE, partner_account_id(insurer.code))
    return account.balance_fen if account else 0


def failed(world: World, insurer: Joined, **changes: object) -> UUID:
    """A policy that the insurer does not answer about."""
    insurer.at.fault(down=True)
    policy_id = world.request(insurer, **changes)
    assert not asking.ask_policy(world.county, policy_id)
    return policy_id


def test_a_cheaper_one_is_asked_after_the_limit_and_a_late_answer_is_cancelled(world):
    first, second = world.join("linggong", premium_fen=500), world.join("jinxi", premium_fen=400)
    world.rank(first, second)
    first.program.fault(pending=True, hold=True)
    policy_id = world.request(first)
    assert asking.ask_policy(world.county, policy_id)
    assert world.state(policy_id) is P.PENDING
    later(14)
    tasks.fall_back_covers(world.county)
    assert successor(world, policy_id) is None, "too early"
    later(2)
    assert tasks.fall_back_covers(world.county) >= 1
    fresh_id = successor(world, policy_id)
    fresh, gone = world.view(fresh_id), world.view(policy_id)
    assert (fresh.insurer, fresh.premium_fen, fresh.employer_premium_fen) == (second.code, 400, 400)
    assert (gone.state, gone.refusal_reason) == (P.TIMED_OUT, "replaced_by_other_insurer")
    assert (fresh.assignment_id, fresh.worker_id, fresh.on) == (gone.assignment_id, gone.worker_id, gone.on)
    assert world.news(fresh_id) == ["requested", "replaced"]
    assert "refused" not in world.news(policy_id), "the place goes on"

    assert asking.ask_policy(world.county, fresh_id)
    assert world.view(fresh_id).in_force
    first.program.mend()  # the first one wakes up and has issued
    first.program.settle()
    answer = BindAnswer(
        Decision.ISSUED, certificate_number="LATE-1", certificate_sha256="0" * 64, premium_fen=500
    )
    with run_in_county(world.county) as work:
        use_cases.record_answer(policy_id=policy_id, answer=answer, now=work.now)
    assert world.state(policy_id) is P.TIMED_OUT
    assert world.tell(policy_id)
    assert [line["state"] for line in world.sold(policy_id)] == ["cancelled"]
    assert [line["state"] for line in world.sold(fresh_id)] == ["issued"]


def test_a_dearer_one_is_paid_by_the_reserve_and_the_employer_pays_what_was_quoted(world, reserve):
    first, second = world.join("linggong", premium_fen=500), world.join("jinxi", premium_fen=600)
    world.rank(first, second)
    policy_id = failed(world, first)
    later(16)
    tasks.fall_back_covers(world.county)
    fresh_id = successor(world, policy_id)
    fresh = world.view(fresh_id)
    assert (fresh.premium_fen, fresh.employer_premium_fen, fresh.payer) == (600, 500, Payer.EMPLOYER)
    assert payable(world, second) == 100
    with run_in_county(world.county):
        assert reserve_fen() == 900
        assert difference_fen(fresh_id) == 100
    assert world.do(use_cases.cancel_cover, fresh_id, reason="undone") == 500
    assert payable(world, second) == 0
    with run_in_county(world.county):
        assert reserve_fen() == 1_000


def test_without_a_reserve_the_place_waits_with_the_first(world):
    first, second = world.join("linggong", premium_fen=500), world.join("jinxi", premium_fen=501)
    world.rank(first, second)
    policy_id = failed(world, first)
    later(60)
    tasks.fall_back_covers(world.county)
    assert successor(world, policy_id) is None
    assert world.state(policy_id) is P.REQUESTED
    first.program.mend()
    assert world.ask(policy_id)
    assert world.state(policy_id) is P.ISSUED


def test_a_reserve_that_does_not_reach_is_as_none(world, reserve):
    first, second = (
        world.join("linggong", premium_fen=300),
        world.join("jinxi", premium_fen=900, layer=Layer.TOP_UP),
    )
    world.rank(first, second)
    with run_in_county(world.county) as work:
        funds.pay_back(
            target=Target.RESERVE, amount_fen=401, reference=str(uuid7()), actor=TREASURER, now=work.now
        )
    policy_id = failed(world, first)
    later(16)
    tasks.fall_back_covers(world.county)
    assert successor(world, policy_id) is None
    assert payable(world, second) == 0


def test_nobody_is_asked_twice_and_after_the_last_the_place_waits(world):
    first, second = world.join("linggong"), world.join("jinxi")
    world.rank(first, second)
    policy_id = failed(world, first)
    later(16)
    tasks.fall_back_covers(world.county)
    fresh_id = successor(world, policy_id)
    second.program.fault(down=True)
    assert not world.ask(fresh_id)
    later(60)
    tasks.fall_back_covers(world.county)
    assert successor(world, fresh_id) is None, "no third insurer, and the first is not asked again"
    assert world.state(fresh_id) is P.REQUESTED


def test_an_answering_insurer_is_given_its_time_and_a_county_may_wait_for_ever(world):
    first, second = world.join("linggong"), world.join("jinxi")
    patient = world.join("linggong", minutes=None)
    world.rank(first, patient, second)
    unasked = world.request(first)
    waits = failed(world, patient)
    later(60)
    tasks.fall_back_covers(world.county)
    assert successor(world, unasked) is None, "no question of it has failed"
    assert successor(world, waits) is None


def test_whoever_is_behind_an_open_breaker_or_a_suspension_falls_back_unasked(world):
    first, second = world.join("linggong"), world.join("jinxi")
    world.rank(first, second)
    first.program.fault(down=True)
    crowd = [world.request(first) for _ in range(BREAKER_AFTER + 5)]
    for policy_id in crowd[:BREAKER_AFTER]:
        world.ask(policy_id)
    assert [world.row(one).asks for one in crowd[BREAKER_AFTER:]] == [0] * 5
    later(16)
    assert tasks.fall_back_covers(world.county) >= len(crowd)
    assert all(successor(world, one) for one in crowd)

    third, fourth = world.join("linggong"), world.join("jinxi")
    world.rank(third, fourth)
    policy_id = world.request(third)
    with run_in_county(world.county) as work:
        use_cases.suspend_connection(insurer=third.code, reason="审计", actor=OFFICER, now=work.now)
    tasks.fall_back_covers(world.county)
    assert successor(world, policy_id) is None
    later(16)
    tasks.fall_back_covers(world.county)
    assert world.view(successor(world, policy_id)).insurer == fourth.code


def test_a_bad_row_stops_no_fallback(world):
    first, second = world.join("linggong"), world.join("jinxi")
    world.rank(first, second)
    bad, good = failed(world, first), failed(world, first)
    with run_in_county(world.county):
        Policy.objects.filter(id=bad).update(worker_id=uuid7(), days=400)
    later(16)
    tasks.fall_back_covers(world.county)
    assert successor(world, bad) is None
    assert successor(world, good) is not None


# -- basic cover ---------------------------------------------------------------------------------------


@pytest.fixture
def program(world: World) -> Iterator[UUID]:
    """A program with a budget of 10 yuan, its money paid back afterwards."""
    with run_in_county(world.county) as work:
        day = business_day(work.now)
        made = funds.start_program(
            name="永安市零工基本保障",
            from_day=day,
            to_day=day + timedelta(days=30),
            budget_fen=1_000,
            slice_fen=500,
            actor=TREASURER,
            now=work.now,
        )
        funds.deposit(
            target=Target.FUND, amount_fen=1_000, reference=str(uuid7()), actor=TREASURER, now=work.now
        )
    yield made.id
    with run_in_county(world.county) as work:
        funds.close_program(program_id=made.id, reason="test over", actor=TREASURER, now=work.now)
        rest = ledger.collected()[AccountKind.COVER_FUND]
        if rest:
            funds.pay_back(
                target=Target.FUND, amount_fen=rest, reference=str(uuid7()), actor=TREASURER, now=work.now
            )


def basic(world: World) -> UUID | None:
    with run_in_county(world.county) as work:
        return use_cases.request_basic_cover(
            assignment_id=uuid7(),
            order_id=uuid7(),
            worker_id=world.worker_in(work),
            trade=TRADE,
            on=business_day(work.now),
            heads=1,
            actor=SYSTEM,
            now=work.now,
        )


def spent(world: World, program_id: UUID) -> int:
    with run_in_county(world.county):
        return fund.program_view(program_id).spent_fen


def test_basic_cover_is_paid_by_the_fund_before_it_is_asked_and_given_back(world, program):
    insurer = world.join("jinxi", premium_fen=400, layer=Layer.BASIC)
    world.rank(insurer, layer=Layer.BASIC)
    policy_id = basic(world)
    policy = world.view(policy_id)
    assert (policy.layer, policy.payer, policy.employer_premium_fen) == (Layer.BASIC, Payer.FUND, 0)
    assert (spent(world, program), payable(world, insurer)) == (400, 400)
    assert asking.ask_policy(world.county, policy_id)
    assert world.view(policy_id).in_force
    assert world.do(use_cases.cancel_cover, policy_id, reason="undone") == 0, "nothing is the employer's"
    assert (spent(world, program), payable(world, insurer)) == (0, 0)
    assert world.view(policy_id).refund_fen == 400


@pytest.mark.parametrize("ending", ["refused", "timed_out"])
def test_basic_cover_that_never_came_costs_the_fund_nothing(world, program, ending):
    insurer = world.join("jinxi", premium_fen=400, layer=Layer.BASIC)
    world.rank(insurer, layer=Layer.BASIC)
    policy_id = basic(world)
    if ending == "refused":
        insurer.at.fault(refuse="sum_exceeded")
        world.ask(policy_id)
    else:
        world.do(use_cases.time_out_cover, policy_id)
    assert world.state(policy_id) == ending
    assert (spent(world, program), payable(world, insurer)) == (0, 0)


def test_an_empty_budget_means_no_basic_cover(world, program):
    insurer = world.join("jinxi", premium_fen=400, layer=Layer.BASIC)
    world.rank(insurer, layer=Layer.BASIC)
    assert [basic(world) is not None for _ in range(3)] == [True, True, False]
    assert (spent(world, program), payable(world, insurer)) == (800, 800)
    world.rank(layer=Layer.BASIC)
    assert basic(world) is None, "no product"


def test_basic_cover_falls_back_with_the_funds_money(world, program):
    first = world.join("linggong", premium_fen=400, layer=Layer.BASIC)
    second = world.join("jinxi", premium_fen=500, layer=Layer.BASIC)
    world.rank(first, second, layer=Layer.BASIC)
    policy_id = basic(world)
    first.program.fault(down=True)
    assert not world.ask(policy_id)
    later(16)
    tasks.fall_back_covers(world.county)
    fresh = world.view(successor(world, policy_id))
    assert (fresh.payer, fresh.premium_fen, fresh.employer_premium_fen) == (Payer.FUND, 500, 0)
    assert spent(world, program) == 500
    assert (payable(world, first), payable(world, second)) == (0, 500)
