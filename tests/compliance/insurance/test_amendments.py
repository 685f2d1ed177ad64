"""Another worker in the place, one more day; and "am I covered today?"."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from compliance.insurance import answers, asking, handlers, selectors, tasks, use_cases
from compliance.insurance.amendments import take_unsettled
from compliance.insurance.contracts import AmendmentView, Change, Payer
from compliance.insurance.models import Policy
from compliance.insurance.port import BindAnswer, Decision
from compliance.insurance.states import AmendmentState, PolicyState
from compliance.rates.contracts import Starts
from kernel.actor import SYSTEM
from kernel.clock import day_bounds
from kernel.events import Event
from kernel.ids import uuid7
from tenants.clock import market_now, set_market_clock
from tenants.county import run_in_county
from tests.compliance import people
from tests.compliance.insurance.world import World, today, tomorrow
from tests.compliance.people import actor_with, refused

P, A = PolicyState, AmendmentState


def replace_worker(world: World, policy_id: UUID, **changes: object) -> AmendmentView:
    with run_in_county(world.county) as work:
        return use_cases.replace_insured(
            policy_id=policy_id,
            assignment_id=uuid7(),
            worker_id=world.worker_in(work, **changes),
            actor=SYSTEM,
            now=work.now,
        )


def add_day(world: World, policy_id: UUID) -> AmendmentView:
    return world.do(use_cases.add_day, policy_id)


def changes(world: World, policy_id: UUID) -> list[AmendmentView]:
    with run_in_county(world.county):
        return selectors.amendments_of(policy_id)


def unsettled(world: World, policy_id: UUID) -> list[AmendmentView]:
    with run_in_county(world.county):
        return take_unsettled(policy_id)


def heard(world: World, policy_id: UUID) -> None:
    handlers.on_cover_amending(
        world.county, Event(uuid7(), "cn.linggong.cover.amending.v1", policy_id, {}, market_now())
    )


def test_a_replaced_worker_is_covered_once_the_insurer_agrees(world, dialect):
    insurer = world.join(dialect)
    policy_id = world.issued(insurer)
    before = world.view(policy_id)
    asked = replace_worker(
        world, policy_id, id_number=people.id_number(today().replace(year=today().year - 60, day=1))
    )
    assert (asked.change, asked.premium_fen, asked.extra_fen) == (Change.WORKER_REPLACED, 667, 167)
    waiting = world.view(policy_id)
    assert (waiting.in_force, waiting.status, waiting.amending) == (False, "waiting", True)
    assert waiting.worker_id != before.worker_id
    with refused("policy_not_amendable"):
        add_day(world, policy_id)
    with run_in_county(world.county):
        assert selectors.policies_at(waiting.assignment_id, market_now()) == (), (
            "an accident now is not covered"
        )

    heard(world, policy_id)
    heard(world, policy_id)
    after = world.view(policy_id)
    assert (after.in_force, after.premium_fen, after.employer_premium_fen) == (True, 667, 667)
    assert after.certificate_number != before.certificate_number
    assert after.covers_from > before.covers_from, "his cover begins now"
    assert [one.state for one in changes(world, policy_id)] == [A.ISSUED]
    (line,) = world.sold(policy_id)
    assert (line["premium_fen"], line["number"]) == (667, after.certificate_number)
    assert world.told(policy_id)[-1] == "amended"
    assert world.news(policy_id)[-2:] == ["amending", "amended"]
    assert [one.extra_fen for one in unsettled(world, policy_id)] == [167]
    assert unsettled(world, policy_id) == []


def test_a_worker_who_is_not_taken_is_never_covered(world, dialect):
    insurer = world.join(dialect, age_bands=[{"from_age": 16, "to_age": 90, "factor_permille": 1000}])
    policy_id = world.issued(insurer)
    number = world.view(policy_id).certificate_number
    replace_worker(
        world, policy_id, id_number=people.id_number(today().replace(year=today().year - 70, day=1))
    )
    heard(world, policy_id)
    policy = world.view(policy_id)
    assert (policy.state, policy.amending, policy.in_force) == (P.ISSUED, False, False)
    assert (policy.status, policy.certificate_number) == ("waiting", number)
    (change,) = unsettled(world, policy_id)
    assert (change.state, change.reason) == (A.REFUSED, "age_not_insurable")
    with run_in_county(world.county) as work:
        (told,) = selectors.coverage_by_slip(policy.slip, now=work.now)
    assert not told.covered
    assert world.do(use_cases.cancel_cover, policy_id, reason="undone") == 500
    assert world.view(policy_id).status == "refused"


def test_a_further_day_leaves_today_covered_while_it_waits(world, dialect):
    insurer = world.join(dialect)
    policy_id = world.issued(insurer)
    insurer.program.fault(down=True)
    asked = add_day(world, policy_id)
    assert (asked.days, asked.premium_fen, asked.extra_fen) == (2, 1_000, 500)
    heard(world, policy_id)
    policy = world.view(policy_id)
    assert (policy.amending, policy.in_force, policy.days) == (True, True, 1)
    assert world.do(use_cases.start_cover, policy_id) is None
    insurer.program.mend()
    world.let_pass()
    tasks.ask_insurers(world.county)
    policy = world.view(policy_id)
    assert (policy.amending, policy.days, policy.premium_fen, policy.employer_premium_fen) == (
        False,
        2,
        1_000,
        1_000,
    )
    assert policy.covers_until == day_bounds(tomorrow())[1]
    assert policy.state is P.ACTIVE
    (line,) = world.sold(policy_id)
    assert (line["days"], line["premium_fen"]) == (2, 1_000)


def test_a_further_day_at_another_premium_is_not_taken(world, dialect):
    insurer = world.join(dialect)
    policy_id = world.issued(insurer)
    before = world.view(policy_id)
    insurer.program.fault(change_premium=5)
    add_day(world, policy_id)
    heard(world, policy_id)
    assert world.view(policy_id) == before
    (change,) = unsettled(world, policy_id)
    assert (change.state, change.reason, change.extra_fen) == (A.REFUSED, "premium_changed", 500)
    assert world.news(policy_id)[-1] == "not_amended"


@pytest.mark.parametrize("ending", ["cancelled", "taken_back", "ended", "expired"])
def test_a_further_day_of_a_policy_that_ends_is_dropped_and_its_money_follows(world, ending):
    insurer = world.join()
    policy_id = world.issued(insurer)
    if ending == "ended":
        world.do(use_cases.start_cover, policy_id)
    add_day(world, policy_id)
    if ending == "cancelled":
        world.do(use_cases.cancel_cover, policy_id, reason="undone")
    elif ending == "ended":
        world.do(use_cases.end_cover, policy_id)
    elif ending == "expired":
        set_market_clock(moment=day_bounds(today())[1] + timedelta(minutes=1))
        world.do(use_cases.expire_cover, policy_id)
    else:
        with run_in_county(world.county) as work:
            answers.record_answer(
                insurer=insurer.code,
                policy_id=policy_id,
                answer=BindAnswer(Decision.CANCELLED),
                actor=SYSTEM,
                now=work.now,
            )
    assert [one.state for one in changes(world, policy_id)] == [A.DROPPED]
    assert "not_amended" in world.news(policy_id)
    assert [one.extra_fen for one in unsettled(world, policy_id)] == [500]
    world.let_pass()
    tasks.ask_insurers(world.county)
    assert [line["days"] for line in world.sold(policy_id)] == [1], "nobody asks for it any more"
    assert not world.view(policy_id).amending


def test_what_cannot_be_amended(world):
    insurer, midnight = world.join(), world.join(starts=Starts.NEXT_MIDNIGHT)
    waiting, long = world.request(insurer), world.issued(insurer, days=31)
    with refused("policy_not_amendable"):
        add_day(world, waiting)
    with refused("policy_not_amendable"):
        replace_worker(world, waiting)
    with refused("invalid_value", "days"):
        add_day(world, long)
    with refused("not_found"):
        add_day(world, uuid7())
    with refused("age_not_insurable"):
        replace_worker(
            world, long, id_number=people.id_number(today().replace(year=today().year - 80, day=1))
        )
    booked = world.issued(midnight, on=tomorrow())
    set_market_clock(moment=day_bounds(tomorrow())[0] + timedelta(hours=1))
    with refused("cover_starts_tomorrow"):
        replace_worker(world, booked)
    with run_in_county(world.county):
        Policy.objects.filter(id=long).update(payer=Payer.FUND)
    with refused("policy_not_amendable"):
        add_day(world, long)


# -- "am I covered today?" -----------------------------------------------------------------------------


def test_am_i_covered_by_slip_by_phone_and_for_oneself(world):
    insurer = world.join()
    with run_in_county(world.county) as work:
        phone = people.phone()
        actor, worker = people.a_worker(work, name="赖小明", phone=phone, insurance_consent=True)
    covered = world.issued(insurer, worker_id=worker.id)
    waiting = world.request(insurer, worker_id=worker.id, on=tomorrow())
    policy = world.view(covered)
    station = actor_with("station_clerk")
    with run_in_county(world.county) as work:
        (told,) = selectors.coverage_by_slip(f" {policy.slip.lower()} ", now=work.now)
        assert told.covered
        assert told.worker_name == worker.name_masked
        assert "小明" not in told.worker_name
        assert (told.certificate_number, told.covers_until) == (
            policy.certificate_number,
            policy.covers_until,
        )
        assert told.insurer_name.startswith("测试财险")
        assert selectors.coverage_by_slip("2222222222", now=work.now) == []
        assert selectors.coverage_by_slip("' OR 1=1", now=work.now) == []
        for found in (
            selectors.coverage_by_phone(station, phone, now=work.now),
            selectors.own_coverage(actor, now=work.now),
        ):
            assert [(one.covered, one.state) for one in found] == [(True, P.ISSUED), (False, P.REQUESTED)]
        with refused("forbidden"):
            selectors.coverage_by_phone(actor, phone, now=work.now)
        (after,) = selectors.coverage_by_slip(policy.slip, now=policy.covers_until)
        assert not after.covered
    world.do(use_cases.cancel_cover, covered, reason="undone")
    world.do(use_cases.cancel_cover, waiting, reason="undone")
    with run_in_county(world.county) as work:
        assert selectors.own_coverage(actor, now=work.now) == []
        (told,) = selectors.coverage_by_slip(policy.slip, now=work.now)
        assert not told.covered
    assert asking.ask_policy(world.county, waiting)
