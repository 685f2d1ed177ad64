"""A policy's life against real insurers over HTTP: asked, answered, worked under, ended, cancelled."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import IntegrityError

from compliance.insurance import answers, asking, handlers, selectors, tasks, use_cases
from compliance.insurance.cover_at import insurers_of, policies_at
from compliance.insurance.models import Policy
from compliance.insurance.port import BindAnswer, Decision, Link, insurer_port
from compliance.insurance.states import PolicyState
from compliance.rates.contracts import Starts
from kernel.actor import SYSTEM
from kernel.clock import day_bounds
from kernel.events import Event
from kernel.ids import uuid7
from kernel.models import TransitionLog
from tenants.clock import market_now, set_market_clock
from tenants.county import run_in_county
from tests.compliance.insurance.world import World, today, tomorrow
from tests.compliance.people import id_number, refused

P = PolicyState


def said(world: World, insurer, policy_id: UUID) -> BindAnswer:
    """What the insurer itself answers now, certificate and all."""
    link = Link(
        insurer.code,
        world.county.slug,
        insurer.program.base_url(world.county.slug),
        tuple(world.keys["linggong"]),
    )
    return insurer_port("linggong", link).poll(policy_id)


def record(world: World, insurer, policy_id: UUID, answer: BindAnswer) -> P:
    """The insurer's own word, as its door hands it on."""
    with run_in_county(world.county) as work:
        return answers.record_answer(
            insurer=insurer.code, policy_id=policy_id, answer=answer, actor=SYSTEM, now=work.now
        ).state


def test_from_the_request_to_check_out(world, dialect):
    insurer = world.join(dialect)
    policy_id = world.request(insurer)
    asked = world.view(policy_id)
    assert (asked.state, asked.status, asked.in_force, asked.premium_fen) == (
        P.REQUESTED,
        "waiting",
        False,
        500,
    )
    assert asked.covers_from is None

    event = Event(uuid7(), "cn.linggong.cover.requested.v1", policy_id, {}, market_now())
    handlers.on_cover_requested(world.county, event)
    handlers.on_cover_requested(world.county, event)  # delivered twice

    policy = world.view(policy_id)
    assert (policy.state, policy.status, policy.in_force) == (P.ISSUED, "in_force", True)
    assert policy.covers_from == policy.issued_at
    assert policy.covers_until == day_bounds(today())[1]
    with run_in_county(world.county):
        number, pdf = selectors.certificate(policy_id)
    assert pdf.startswith(b"%PDF-")
    assert hashlib.sha256(pdf).hexdigest() == policy.certificate_sha256
    (line,) = world.sold(policy_id)
    assert (line["number"], line["state"], line["asked"], line["premium_fen"]) == (number, "issued", 1, 500)

    world.do(use_cases.start_cover, policy_id)
    with refused("stale_state"), run_in_county(world.county) as work:
        use_cases.start_cover(policy_id=policy_id, actor=SYSTEM, now=work.now)
    with refused("stale_state"), run_in_county(world.county) as work:
        use_cases.cancel_cover(policy_id=policy_id, actor=SYSTEM, now=work.now, reason="undone")
    world.do(use_cases.end_cover, policy_id)
    ended = world.view(policy_id)
    assert (ended.state, ended.status, ended.refund_fen) == (P.ENDED, "over", 0)
    assert ended.started_at is not None
    assert ended.ended_at is not None
    assert world.news(policy_id) == ["requested", "issued"]
    assert world.told(policy_id) == ["requested", "issued", "started", "ended"]
    with run_in_county(world.county):
        steps = TransitionLog.objects.filter(subject=policy_id).order_by("id").values_list("to", flat=True)
        assert list(steps) == ["requested", "issued", "active", "ended"]


def test_a_place_is_bought_cover_once_a_layer_and_day(world):
    insurer = world.join()
    with run_in_county(world.county) as work:
        place, worker = uuid7(), world.worker_in(work)
        first = world.request_in(work, insurer, worker_id=worker, assignment_id=place)
        assert world.request_in(work, insurer, worker_id=worker, assignment_id=place) == first
        copy = Policy.objects.get(id=first)
    copy.id, copy.slip, copy._state.adding = uuid7(), "2222222222", True
    with pytest.raises(IntegrityError, match="policy_one_live"), run_in_county(world.county):
        copy.save(force_insert=True)
    world.do(use_cases.cancel_cover, first, reason="undone")
    with run_in_county(world.county) as work:
        assert world.request_in(work, insurer, worker_id=worker, assignment_id=place) != first


def test_the_premium_is_the_workers_own_age_band_and_within_what_was_set_aside(world):
    insurer = world.join()
    with run_in_county(world.county) as work:
        old = world.worker_in(work, id_number=born(today().year - 60))
        older = world.worker_in(work, id_number=born(today().year - 66))
        policy_id = world.request_in(work, insurer, worker_id=old)
        assert selectors.policy_view(policy_id).premium_fen == 667  # 500 × 1.333, half up
        with refused("premium_mismatch", "premium_fen"):
            world.request_in(work, insurer, worker_id=old, most_fen=666)
        with refused("age_not_insurable"):
            world.request_in(work, insurer, worker_id=older)


def born(year: int) -> str:
    return id_number(today().replace(year=year, day=1, month=1))


def test_pending_is_polled_until_it_is_decided(world):
    insurer = world.join()
    insurer.program.fault(pending=True, hold=True)
    policy_id = world.request(insurer)
    assert asking.ask_policy(world.county, policy_id)
    assert world.state(policy_id) is P.PENDING
    for _ in range(2):
        assert world.ask(policy_id)
        assert world.state(policy_id) is P.PENDING
    insurer.program.settle()
    assert asking.ask_policy(world.county, policy_id), "not due: it is left alone"
    assert world.state(policy_id) is P.PENDING
    assert world.ask(policy_id)
    assert world.state(policy_id) is P.ISSUED
    (line,) = world.sold(policy_id)
    assert line["asked"] == 1, "polled, not bound again"


def test_an_insurer_that_forgot_what_it_accepted_is_asked_anew(world):
    insurer = world.join()
    policy_id = world.request(insurer)
    with run_in_county(world.county) as work:
        use_cases.record_answer(policy_id=policy_id, answer=BindAnswer(Decision.PENDING), now=work.now)
    assert world.ask(policy_id)
    assert world.state(policy_id) is P.ISSUED
    assert len(world.sold(policy_id)) == 1


def test_a_refusal_ends_it_and_gives_the_reason(world, dialect):
    insurer = world.join(dialect)
    insurer.program.fault(refuse="sum_exceeded")
    policy_id = world.request(insurer)
    assert asking.ask_policy(world.county, policy_id)
    policy = world.view(policy_id)
    assert (policy.state, policy.refusal_reason, policy.refund_fen) == (P.REFUSED, "sum_exceeded", 500)
    assert policy.status == "refused"
    assert world.news(policy_id)[-1] == "refused"
    with refused("stale_state"), run_in_county(world.county) as work:
        use_cases.cancel_cover(policy_id=policy_id, actor=SYSTEM, now=work.now, reason="undone")
    with refused("certificate_not_issued"), run_in_county(world.county):
        selectors.certificate(policy_id)


def test_late_repeated_and_out_of_order_answers_change_nothing_wrong(world):
    insurer = world.join()
    policy_id = world.issued(insurer)
    before, good = world.view(policy_id), said(world, insurer, policy_id)
    assert record(world, insurer, policy_id, good) is P.ISSUED
    assert record(world, insurer, policy_id, BindAnswer(Decision.PENDING)) is P.ISSUED
    assert record(world, insurer, policy_id, BindAnswer(Decision.REFUSED, reason="too_late")) is P.ISSUED
    assert record(world, insurer, policy_id, replace(good, certificate_number="OTHER-1")) is P.ISSUED
    assert record(world, insurer, policy_id, replace(good, premium_fen=1)) is P.ISSUED
    assert world.view(policy_id) == before
    assert world.row(policy_id).next_tell_at is None


def test_the_door_knows_only_the_insurers_own_policies(world):
    insurer, other = world.join(), world.join()
    policy_id = world.request(insurer)
    with refused("not_found", "policy_id"):
        record(world, other, policy_id, BindAnswer(Decision.REFUSED, reason="no"))
    with refused("not_found", "policy_id"):
        record(world, insurer, uuid7(), BindAnswer(Decision.REFUSED, reason="no"))
    assert world.state(policy_id) is P.REQUESTED


def test_issued_without_its_certificate_is_asked_for(world):
    insurer = world.join()
    insurer.program.fault(pending=True, hold=True)
    policy_id = world.request(insurer)
    asking.ask_policy(world.county, policy_id)
    insurer.program.settle()
    bare = replace(said(world, insurer, policy_id), certificate=None)
    assert record(world, insurer, policy_id, bare) is P.PENDING
    assert not world.view(policy_id).in_force
    assert asking.ask_policy(world.county, policy_id), "due at once"
    assert world.state(policy_id) is P.ISSUED


def test_what_the_insurer_takes_back_before_work_ends_the_cover(world):
    insurer = world.join()
    policy_id = world.issued(insurer)
    assert record(world, insurer, policy_id, BindAnswer(Decision.CANCELLED)) is P.CANCELLED
    policy = world.view(policy_id)
    assert (policy.refusal_reason, policy.refund_fen) == ("cancelled_by_insurer", 500)
    assert world.news(policy_id)[-1] == "refused"
    assert record(world, insurer, policy_id, BindAnswer(Decision.CANCELLED)) is P.CANCELLED
    waiting, working = world.request(insurer), world.issued(insurer)
    assert record(world, insurer, waiting, BindAnswer(Decision.CANCELLED)) is P.REFUSED
    world.do(use_cases.start_cover, working)
    assert record(world, insurer, working, BindAnswer(Decision.CANCELLED)) is P.ACTIVE


def test_a_cancellation_is_told_until_the_insurer_acknowledges(world, dialect):
    insurer = world.join(dialect)
    policy_id = world.issued(insurer)
    with run_in_county(world.county):
        preview = selectors.policy_view(policy_id), use_cases.preview_cancellation(policy_id)
    assert (preview[1].refund_fen, preview[1].employer_refund_fen) == (500, 500)
    insurer.program.fault(down=True)
    assert world.do(use_cases.cancel_cover, policy_id, reason="absent") == 500
    assert world.state(policy_id) is P.CANCELLED
    assert not asking.tell_cancelled(world.county, policy_id)
    assert not world.tell(policy_id)
    assert world.connection(insurer).untold == 1
    assert world.sold(policy_id)[0]["state"] == "issued"
    insurer.program.mend()
    assert asking.tell_cancelled(world.county, policy_id), "not due yet"
    assert world.connection(insurer).untold == 1
    world.let_pass()
    assert tasks.tell_insurers(world.county) >= 1
    assert world.connection(insurer).untold == 0
    (line,) = world.sold(policy_id)
    assert (line["state"], line["refund_fen"]) == ("cancelled", 500)


def test_an_answer_after_the_cancellation_is_cancelled_there(world):
    insurer = world.join()
    insurer.program.fault(pending=True, hold=True)
    policy_id = world.request(insurer)
    asking.ask_policy(world.county, policy_id)
    world.do(use_cases.cancel_cover, policy_id, reason="undone")
    insurer.program.settle()
    late = said(world, insurer, policy_id)
    assert late.state is Decision.ISSUED
    assert record(world, insurer, policy_id, late) is P.CANCELLED
    assert world.tell(policy_id)
    assert record(world, insurer, policy_id, late) is P.CANCELLED  # it comes once more
    assert world.row(policy_id).next_tell_at is not None, "and is cancelled once more"
    assert world.tell(policy_id)
    assert world.sold(policy_id)[0]["state"] == "cancelled"
    assert not world.view(policy_id).in_force


def test_the_insurers_own_cancellation_acknowledges_ours(world):
    insurer = world.join()
    policy_id = world.issued(insurer)
    world.do(use_cases.cancel_cover, policy_id, reason="undone")
    assert record(world, insurer, policy_id, BindAnswer(Decision.CANCELLED)) is P.CANCELLED
    assert world.connection(insurer).untold == 0


def test_a_cancellation_before_the_bind_arrives_sells_nothing(world, dialect):
    insurer = world.join(dialect)
    policy_id = world.request(insurer)
    world.do(use_cases.cancel_cover, policy_id, reason="undone")
    assert world.tell(policy_id)
    assert [line["state"] for line in world.sold(policy_id)] == ["cancelled"]
    assert asking.ask_policy(world.county, policy_id)
    assert world.state(policy_id) is P.CANCELLED


def test_a_midnight_product_covers_from_the_midnight_after_its_answer(world):
    insurer = world.join(starts=Starts.NEXT_MIDNIGHT)
    with refused("cover_starts_tomorrow"):
        world.request(insurer)
    policy_id = world.issued(insurer, on=tomorrow())
    policy = world.view(policy_id)
    assert policy.covers_from == day_bounds(tomorrow())[0]
    assert policy.covers_from < policy.covers_until
    with run_in_county(world.county) as work:
        (told,) = selectors.coverage_by_slip(policy.slip, now=work.now)
        assert not told.covered
        (told,) = selectors.coverage_by_slip(policy.slip, now=policy.covers_from)
        assert told.covered


def test_cover_that_would_begin_when_its_day_is_over_is_not_taken(world):
    insurer = world.join(starts=Starts.NEXT_MIDNIGHT)
    insurer.program.fault(down=True)
    policy_id = world.request(insurer, on=tomorrow())
    world.ask(policy_id)
    set_market_clock(moment=day_bounds(tomorrow())[0] + timedelta(hours=2))
    insurer.program.mend()
    world.ask(policy_id)
    policy = world.view(policy_id)
    assert (policy.state, policy.refusal_reason, policy.in_force) == (P.REFUSED, "covers_too_late", False)
    assert world.tell(policy_id)
    assert world.sold(policy_id)[0]["state"] == "cancelled"


def close(world: World) -> None:
    """The timer until it finds nothing: other tests have left rows in the county."""
    while tasks.close_covers(world.county):
        pass


def test_timers_end_what_the_days_left_behind(world):
    insurer = world.join()
    waiting, issued, working = world.request(insurer), world.issued(insurer), world.issued(insurer)
    world.do(use_cases.start_cover, working)
    assert world.do(use_cases.expire_cover, issued) is False
    tasks.close_covers(world.county)
    assert [world.state(one) for one in (waiting, issued, working)] == [P.REQUESTED, P.ISSUED, P.ACTIVE]
    end = day_bounds(today())[1]
    set_market_clock(moment=end + timedelta(minutes=1))
    close(world)
    assert [world.state(one) for one in (waiting, issued, working)] == [P.TIMED_OUT, P.EXPIRED, P.ACTIVE]
    assert (world.view(waiting).refund_fen, world.view(issued).refund_fen) == (500, 0)
    assert world.news(waiting)[-1] == "refused"
    assert world.tell(waiting), "it might have been bought"
    assert world.told(issued)[-1] == "expired"
    set_market_clock(moment=end + timedelta(days=1, minutes=1))
    close(world)
    assert world.state(working) is P.ENDED
    assert world.do(use_cases.time_out_cover, working) is False


def test_work_begins_on_its_day(world):
    insurer = world.join()
    policy_id = world.issued(insurer, on=tomorrow() + timedelta(days=1))
    with refused("cover_not_in_force"):
        world.do(use_cases.start_cover, policy_id)
    with refused("not_found"):
        world.do(use_cases.start_cover, uuid7())
    unanswered = world.request(insurer)
    with refused("stale_state"):
        world.do(use_cases.start_cover, unanswered)


def test_an_accident_finds_the_cover_of_its_moment(world):
    insurer = world.join()
    place = uuid7()
    policy_id = world.issued(insurer, assignment_id=place, on=tomorrow())
    policy = world.view(policy_id)
    with run_in_county(world.county):
        for found in (policies_at, selectors.policies_at):
            assert [one.id for one in found(place, policy.covers_from)] == [policy_id]
            assert list(found(place, policy.covers_from - timedelta(seconds=1))) == []
            assert list(found(place, policy.covers_until + timedelta(seconds=1))) == []
        assert insurers_of([place, uuid7()]) == {place: (insurer.code,)}
