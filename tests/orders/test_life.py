"""The straight path of an order, to the fen, and what it leaves behind."""

from __future__ import annotations

from datetime import timedelta

import pytest

from compliance.people.use_cases.add_employer_user import add_employer_user
from kernel.actor import Actor, Channel
from kernel.errors import DomainError
from kernel.ids import uuid7
from kernel.models import Fact, OutboxMessage, TransitionLog
from ledger.contracts import AccountKind
from ledger.verify import verify_county
from orders import selectors
from orders.contracts import (
    ConfirmOrder,
    Direction,
    GrabOrder,
    Party,
    Pay,
    PayBasis,
    PublishOrder,
    QuoteOrder,
    ShowContact,
    WriteReview,
)
from orders.use_cases.confirm_by_silence import confirm_by_silence
from orders.use_cases.confirm_order import confirm_order
from orders.use_cases.grab_order import grab_order
from orders.use_cases.publish_order import publish_order
from orders.use_cases.quote_order import quote_order
from orders.use_cases.show_contact import show_contact
from orders.use_cases.write_review import write_review
from tenants.county import run_in_county
from tests.orders import play


def facts(subject, kind):
    return [row.values for row in Fact.objects.filter(subject=subject, kind=kind)]


def test_a_lump_of_300_yuan_with_cover_to_the_fen(counties):
    with run_in_county(counties["jiangle"]) as _:
        boss, who = play.employer(fen=400_00), play.worker()
        before = {kind: play.fen(kind) for kind in (AccountKind.FEE_INCOME, AccountKind.PREMIUM_PAYABLE)}
        made = play.publish(boss, insured=True)
        assert made.quote.wage_max_fen == 300_00
        assert made.quote.premium_fen == 400  # sorting is class 2 of the sample table
        assert made.quote.fee_fen == 300  # 1 %
        assert made.escrow_fen == 307_00
        assert play.wallet(boss) == 93_00
        assert play.escrow(made.order_id) == (307_00, 0)

        won = play.grab(who, made.order_id, now=play.NOW + timedelta(seconds=90))
        assert won.filled
        assert play.escrow(made.order_id) == (307_00, 300_00)
        [filled] = facts(won.assignment_id, "place.filled")
        assert (filled["places"], filled["fill_seconds"], filled["orders_filled"]) == (1, 90, 1)
        assert filled["ends_s"] - filled["starts_s"] == 8 * 3600
        play.bind(won)
        assert play.escrow(made.order_id) == (303_00, 300_00)
        play.start(boss, who, won)
        assert play.state(made.order_id) == "in_progress"
        assert play.cover_state(won.assignment_id) == "active"
        out = play.leave(who, won)
        assert (out.quantity, out.wage_fen) == (1, 300_00)
        [finished] = facts(won.assignment_id, "place.finished")
        assert (finished["places"], finished["wage_fen"]) == (1, 300_00)
        assert play.state(made.order_id) == "completed"
        done = play.confirm(boss, made.order_id)

        assert (done.state, done.wage_fen, done.fee_fen, done.refund_fen) == ("settled", 300_00, 300, 0)
        assert play.wallet(who) == 300_00
        assert play.escrow(made.order_id) == (0, 0)
        assert play.fen(AccountKind.FEE_INCOME) - before[AccountKind.FEE_INCOME] == 300
        assert play.fen(AccountKind.PREMIUM_PAYABLE) - before[AccountKind.PREMIUM_PAYABLE] == 400
        assert facts(made.order_id, "order.settled") == [
            {
                "orders": 1,
                "places": 1,
                "wage_fen": 300_00,
                "insured_orders": 1,
                "insured_places": 1,
                "fee_fen": 300,
                "premium_fen": 400,
                "refund_fen": 0,
            }
        ]
        ended = Fact.objects.get(subject=made.order_id, kind="order.settled")
        assert (len(ended.person_key), ended.role) == (32, "employer")
        paid = Fact.objects.get(subject=won.assignment_id, kind="place.paid")
        assert (paid.values["wage_fen"], paid.values["insured"], paid.role) == (300_00, 1, "worker")
        assert len(paid.person_key) == 32
        types = list(
            OutboxMessage.objects.filter(subject=made.order_id).order_by("id").values_list("type", flat=True)
        )
        assert [one.split(".", 2)[2] for one in types] == [
            "order.published.v1",
            "place.filled.v1",
            "order.filled.v1",
            "assignment.checked_in.v1",
            "order.started.v1",
            "assignment.finished.v1",
            "order.completed.v1",
            "order.settled.v1",
        ]
        log = TransitionLog.objects.filter(subject=made.order_id).order_by("at", "id")
        assert [row.to for row in log] == ["draft", "open", "in_progress", "completed", "settled"]
        assert verify_county(selectors.settled_order_ids()).problems == []


def test_hours_pay_for_attendance_and_the_rest_comes_back(counties):
    with run_in_county(counties["jiangle"]) as _:
        boss, who = play.employer(), play.worker()
        made = play.publish(boss, pay=Pay(PayBasis.HOUR, 25_00), break_minutes=60)
        assert made.quote.wage_max_fen == 25_00 * 7
        won = play.grab(who, made.order_id)
        play.start(boss, who, won, now=play.START + timedelta(minutes=30))
        out = play.leave(who, won, now=play.START + timedelta(hours=5, seconds=1))
        assert out.quantity == 4 * 60 + 31 - 60  # a minute begun counts, the break does not
        assert out.wage_fen == (25_00 * 211 + 30) // 60
        done = play.confirm(boss, made.order_id)
        assert play.wallet(who) == out.wage_fen
        assert done.refund_fen == made.escrow_fen - done.wage_fen - done.fee_fen
        assert play.wallet(boss) == 100_000_00 - done.wage_fen - done.fee_fen
        assert play.escrow(made.order_id) == (0, 0)


def test_pieces_with_corrections_within_the_maximum(counties):
    with run_in_county(counties["jiangle"]) as _:
        boss, one, two = play.employer(), play.worker(), play.worker()
        pay = Pay(PayBasis.PIECE, 80, quantity_expected=250, quantity_max=400, unit="篮")
        made = play.publish(boss, pay=pay, headcount=2)
        wons = [play.grab(one, made.order_id), play.grab(two, made.order_id)]
        for who, won in zip((one, two), wons, strict=True):
            play.start(boss, who, won)
        assert play.leave(one, wons[0], pieces=300).wage_fen == 240_00
        assert play.leave(two, wons[1]).wage_fen == 200_00  # none counted: those expected
        for bad in (0, 401, True):
            with pytest.raises(DomainError) as refused:
                play.confirm(boss, made.order_id, corrections=[(wons[0].assignment_id, bad)])
            assert (refused.value.code, refused.value.field) == (
                "correction_invalid",
                "corrections.0.quantity",
            )
        done = play.confirm(boss, made.order_id, corrections=[(wons[1].assignment_id, 400)])
        assert (play.wallet(one), play.wallet(two)) == (240_00, 320_00)
        assert done.state == "settled"
        assert play.escrow(made.order_id) == (0, 0)


def test_ten_heads_start_with_eight_while_two_places_stay_open(counties):
    with run_in_county(counties["jiangle"]) as _:
        boss = play.employer()
        made = play.publish(boss, headcount=10, expires_at=play.START + 4 * play.HOURS, insured=True)
        crew = [play.worker() for _ in range(9)]
        wons = [play.grab(who, made.order_id) for who in crew[:8]]
        for who, won in zip(crew, wons, strict=False):
            play.bind(won)
            play.start(boss, who, won)
        view = selectors.order_detail(order_id=made.order_id, actor=boss.actor).order
        assert (view.state, view.free_places, view.filled_at) == ("in_progress", 2, None)
        late = play.grab(crew[8], made.order_id, now=play.START + 2 * play.HOURS)
        play.bind(late)
        play.start(boss, crew[8], late, now=play.START + 2 * play.HOURS)
        for who, won in zip(crew, [*wons, late], strict=True):
            play.leave(who, won)
        done = play.confirm(boss, made.order_id)
        assert (len(done.paid), done.state) == (9, "settled")
        assert done.refund_fen == made.escrow_fen // 10  # the place that nobody took
        settled = facts(made.order_id, "order.settled")[0]
        assert (settled["places"], settled["insured_places"], settled["premium_fen"]) == (9, 9, 9 * 400)
        assert all(play.wallet(who) == 300_00 for who in crew)


def test_silence_confirms_after_the_countys_days_and_once(counties):
    with run_in_county(counties["jiangle"]) as _:
        boss, who = play.employer(), play.worker()
        made = play.publish(boss)
        won = play.grab(who, made.order_id)
        play.start(boss, who, won)
        out = play.leave(who, won)
        assert out.silence_at == play.START + timedelta(hours=8, days=3)
        assert confirm_by_silence(order_id=made.order_id, now=out.silence_at - timedelta(seconds=1)) is None
        done = confirm_by_silence(order_id=made.order_id, now=out.silence_at)
        assert done is not None
        assert done.state == "settled"
        assert confirm_by_silence(order_id=made.order_id, now=out.silence_at) is None
        assert play.wallet(who) == 300_00
        view = selectors.assignment_detail(assignment_id=won.assignment_id, actor=who.actor).assignment
        assert view.confirmed_by == "silence"


def test_a_foreman_confirms_and_may_not_publish(counties):
    with run_in_county(counties["jiangle"]) as _:
        boss, who = play.employer(), play.worker()
        foreman = Actor(uuid7(), play.FOREMAN | {"orders:publish", "orders:quote"}, frozenset(), Channel.APP)
        assert foreman.user_id is not None
        add_employer_user(
            actor=boss.actor, employer_id=boss.id, identity_id=foreman.user_id, duty="foreman", now=play.NOW
        )
        with pytest.raises(DomainError) as refused:
            quote_order(command=QuoteOrder(play.TERMS), actor=foreman, now=play.NOW)
        assert refused.value.code == "employer_duty"
        made = play.publish(boss)
        won = play.grab(who, made.order_id)
        play.start(boss, who, won)
        play.leave(who, won)
        done = confirm_order(
            command=ConfirmOrder(made.order_id), actor=foreman, now=play.START + 9 * play.HOURS
        )
        assert done.state == "settled"


def test_the_hall_does_every_verb_for_somebody_present(counties):
    with run_in_county(counties["jiangle"]) as _:
        boss, who = play.employer(), play.worker()
        hall = play.HALL
        made = publish_order(command=PublishOrder(play.TERMS, boss.id), actor=hall, now=play.NOW)
        won = grab_order(command=GrabOrder(made.order_id, who.id), actor=hall, now=play.NOW)
        at_hall = play.Person(who.id, hall)
        play.start(play.Person(boss.id, hall), at_hall, won)
        play.leave(at_hall, won)
        assert play.confirm(play.Person(boss.id, hall), made.order_id).state == "settled"
        entries = selectors.timeline(order_id=made.order_id, actor=hall)
        assert {entry.channel for entry in entries} == {"hall"}


def test_reviews_go_both_ways_once_and_after_pay(counties):
    with run_in_county(counties["jiangle"]) as _:
        boss, who = play.employer(), play.worker()
        made = play.publish(boss)
        won = play.grab(who, made.order_id)
        at = play.START + 10 * play.HOURS
        up = WriteReview(won.assignment_id, Direction.OF_EMPLOYER, 5, "准时付款")
        down = WriteReview(won.assignment_id, Direction.OF_WORKER, 4)
        refusals = []

        def refused(command, actor):
            with pytest.raises(DomainError) as caught:
                write_review(command=command, actor=actor, now=at)
            refusals.append(caught.value.code)

        refused(up, who.actor)
        play.start(boss, who, won)
        play.leave(who, won)
        play.confirm(boss, made.order_id)
        write_review(command=up, actor=who.actor, now=at)
        write_review(command=down, actor=boss.actor, now=at)
        refused(up, who.actor)
        refused(WriteReview(won.assignment_id, Direction.OF_EMPLOYER, 6), who.actor)
        refused(up, boss.actor)  # the employer cannot review himself
        assert refusals == ["review_not_yet", "review_twice", "rating_invalid", "worker_not_found"]
        assert {r.direction for r in selectors.reviews_of_order(order_id=made.order_id)} == set(Direction)


def test_numbers_are_shown_after_the_grab_and_until_some_days_after_the_end(counties):
    with run_in_county(counties["jiangle"]) as _:
        boss, who, other = play.employer(), play.worker(), play.worker()
        made = play.publish(boss)
        won = play.grab(who, made.order_id)
        asks = ShowContact(won.assignment_id, Party.EMPLOYER)
        assert show_contact(command=asks, actor=who.actor, now=play.NOW).phone.startswith("+86139")
        back = ShowContact(won.assignment_id, Party.WORKER)
        assert show_contact(command=back, actor=boss.actor, now=play.NOW).name == "赖小明"
        with pytest.raises(DomainError) as refused:
            show_contact(command=asks, actor=other.actor, now=play.NOW)
        assert refused.value.code == "worker_not_found"
        play.start(boss, who, won)
        play.leave(who, won)
        play.confirm(boss, made.order_id)
        end = play.START + 9 * play.HOURS
        show_contact(command=asks, actor=who.actor, now=end + timedelta(days=7))
        with pytest.raises(DomainError) as refused:
            show_contact(command=asks, actor=who.actor, now=end + timedelta(days=7, seconds=1))
        assert refused.value.code == "contact_closed"
