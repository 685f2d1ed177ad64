"""Quotes and policies in a county, on a real database."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from django.db import ProgrammingError, connection, connections

from compliance.insurance import selectors, tasks
from compliance.insurance.contracts import RateLine
from compliance.insurance.handlers import ask_insurer, bind_cover, cancel_at_insurer
from compliance.insurance.models import Policy
from compliance.insurance.port import BindAnswer, InsurerUnavailable
from compliance.insurance.seed import PRODUCT, seed
from compliance.insurance.states import PolicyState
from compliance.insurance.use_cases import (
    cancel_cover,
    draft_rate_table,
    end_cover,
    publish_rate_table,
    quote_cover,
    record_answer,
    request_cover,
    start_cover,
)
from kernel.actor import SYSTEM
from kernel.clock import business_day
from kernel.errors import DomainError
from kernel.events import Event
from kernel.ids import uuid7
from kernel.models import OutboxMessage, TransitionLog
from tenants.county import CountyRef, CountyWork, run_in_county

COUNTY = "taining"
SANDBOX = "compliance.insurance.sandbox."


@pytest.fixture(scope="module", autouse=True)
def county(counties):
    with run_in_county(counties[COUNTY]) as work:
        seed(since=business_day(work.now) - timedelta(days=30), now=work.now, actor=SYSTEM)
    yield counties[COUNTY]
    with run_in_county(counties[COUNTY]):  # news of assignments that never were is for nobody
        OutboxMessage.objects.filter(type__startswith="cn.linggong.cover.").delete()


class _Undo(Exception):
    pass


@contextmanager
def undone(county: CountyRef) -> Iterator[CountyWork]:
    """The open county; the rates published in it are rolled back, for others quote from them too."""
    with suppress(_Undo), run_in_county(county) as work:
        yield work
        raise _Undo


def request(work, *, worker_id: UUID | None = None, assignment_id: UUID | None = None) -> UUID:
    today = business_day(work.now)
    quote = quote_cover(trade="sorting", heads=1, on=today, now=work.now)
    return request_cover(
        assignment_id=assignment_id or uuid7(),
        order_id=uuid7(),
        worker_id=worker_id or uuid7(),
        trade="sorting",
        on=today,
        table_version_id=quote.table_version_id,
        premium_fen=quote.premium_per_head_fen,
        actor=SYSTEM,
        now=work.now,
    )


def news(policy_id: UUID) -> list[str]:
    types = OutboxMessage.objects.filter(subject=policy_id).order_by("id").values_list("type", flat=True)
    return [name.removeprefix("cn.linggong.cover.").removesuffix(".v1") for name in types]


def state(county, policy_id: UUID) -> PolicyState:
    with run_in_county(county):
        return selectors.policy_view(policy_id).state


def event(kind: str, policy_id: UUID) -> Event:
    return Event(uuid7(), f"cn.linggong.cover.{kind}.v1", policy_id, {"reason": ""}, datetime.now(UTC))


def refusal_code(act) -> str:
    with pytest.raises(DomainError) as refusal:
        act()
    return refusal.value.code


# -- rates -----------------------------------------------------------------------------------------


def test_the_sample_quote_of_a_class_2_trade_for_three(county):
    with run_in_county(county) as work:
        quote = quote_cover(trade="sorting", heads=3, on=business_day(work.now), now=work.now)
    assert (quote.risk_class, quote.premium_per_head_fen, quote.total_fen) == (2, 400, 1_200)
    assert quote.death_disability_cover_fen == 100_000_000


def test_a_later_table_supersedes_and_every_old_quote_replays_to_the_fen(county):
    with undone(county) as work:
        today = business_day(work.now)
        quotes = [quote_cover(trade="sorting", heads=heads, on=today, now=work.now) for heads in (1, 7)]
        for step in range(1, 4):
            start = today + timedelta(days=30 * step)
            table_id = draft_rate_table(
                actor=SYSTEM,
                product=PRODUCT,
                effective_from=start,
                lines=[RateLine(1, 400 + 11 * step, 50_000_000, 1_000_000)],
                classes={"sorting": 1, "height_work": 0},
                source="test",
                now=work.now,
            )
            before = quote_cover(trade="sorting", heads=2, on=start, now=work.now)
            assert before.table_version_id != table_id, "a draft prices nothing"
            publish_rate_table(actor=SYSTEM, table_version_id=table_id, now=work.now)
            quotes.append(quote_cover(trade="sorting", heads=5, on=start, now=work.now))
            assert quotes[-1].total_fen == 5 * (400 + 11 * step)
            unchanged = quote_cover(trade="sorting", heads=2, on=start - timedelta(days=1), now=work.now)
            assert unchanged == before
        for quote in quotes:
            assert quote == selectors.replay_quote(
                table_version_id=quote.table_version_id, trade=quote.trade, heads=quote.heads
            )
        tables = selectors.rate_tables()
        assert all(table.intact for table in tables)
        assert len({table.version for table in tables}) == len(tables) >= 4
        act = lambda: quote_cover(trade="height_work", heads=1, on=start, now=work.now)  # noqa: E731  # short
        assert refusal_code(act) == "class_not_insurable"


@pytest.mark.parametrize(
    ("trade", "heads", "shift", "code"),
    [
        ("astronaut", 1, 0, "trade_not_rated"),
        ("sorting", 0, 0, "invalid_value"),
        ("sorting", True, 0, "invalid_value"),
        ("sorting", 10_001, 0, "invalid_value"),
        ("sorting", 1, -36_500, "rate_table_missing"),
    ],
)
def test_quotes_that_are_refused(county, trade, heads, shift, code):
    with run_in_county(county) as work:
        on = business_day(work.now) + timedelta(days=shift)
        assert refusal_code(lambda: quote_cover(trade=trade, heads=heads, on=on, now=work.now)) == code


def test_tables_are_published_once_not_in_the_past_and_by_whom_it_concerns(county):
    with undone(county) as work:
        today = business_day(work.now)

        def draft(on: date) -> UUID:
            return draft_rate_table(
                actor=SYSTEM,
                product=PRODUCT,
                effective_from=on,
                lines=[RateLine(1, 500, 1, 0)],
                classes={"sorting": 1},
                source="test",
                now=work.now,
            )

        def publish(table_id: UUID, actor=SYSTEM):
            publish_rate_table(actor=actor, table_version_id=table_id, now=work.now)

        past, coming = draft(today - timedelta(days=1)), draft(today + timedelta(days=3_650))
        assert refusal_code(lambda: publish(past)) == "rate_table_in_past"
        assert refusal_code(lambda: publish(coming, replace(SYSTEM, scopes=frozenset()))) == "forbidden"
        publish(coming)
        assert refusal_code(lambda: publish(coming)) == "stale_state"
        assert refusal_code(lambda: publish(uuid7())) == "not_found"


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE insurance_raterow SET premium_fen = 1",
        "DELETE FROM insurance_raterow",
        "UPDATE insurance_occupationclass SET risk_class = 1",
        "UPDATE insurance_ratetable SET effective_from = '2020-01-01'",
        "DELETE FROM insurance_ratetable",
        "DELETE FROM insurance_policy",
    ],
)
def test_rates_cannot_be_changed_even_by_sql(county, sql):
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        run_in_county(county),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)


def test_a_line_slipped_into_a_table_shows(county):
    with undone(county):
        table = selectors.rate_tables()[-1]
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO insurance_occupationclass (id, table_id, trade, risk_class) "
                "VALUES (%s, %s, %s, 1)",
                [uuid7(), table.id, "juggling"],
            )
        assert not selectors.rate_table(table.id).intact


# -- a policy's life -------------------------------------------------------------------------------


def test_from_request_to_the_end_of_work(county):
    with run_in_county(county) as work:
        policy_id = request(work)
        assert news(policy_id) == ["requested"]
    bind_cover(county, event("requested", policy_id))
    bind_cover(county, event("requested", policy_id))  # redelivered
    with run_in_county(county) as work:
        policy = selectors.policy_view(policy_id)
        assert policy.in_force
        assert policy.certificate_number == f"SBX-{county.code}-{policy_id.hex.upper()}"
        assert news(policy_id) == ["requested", "bound"]
        start_cover(policy_id=policy_id, actor=SYSTEM, now=work.now)
        end_cover(policy_id=policy_id, actor=SYSTEM, now=work.now)
        assert refusal_code(lambda: cancel(policy_id, work)) == "stale_state"
        moves = TransitionLog.objects.filter(subject=policy_id, machine="cover").order_by("id")
        assert [row.to for row in moves] == ["requested", "bound", "active", "ended"]


def newest(assignment_id: UUID) -> UUID | None:
    policy = selectors.policy_of(assignment_id)
    return policy.id if policy else None


def cancel(policy_id: UUID, work) -> int:
    return cancel_cover(policy_id=policy_id, actor=SYSTEM, now=work.now, reason="undone")


def test_asking_again_for_the_same_assignment_buys_once(county):
    assignment_id = uuid7()
    with run_in_county(county) as work:
        first = request(work, assignment_id=assignment_id)
        assert request(work, assignment_id=assignment_id) == first
        assert news(first) == ["requested"]
    ask_insurer(county, first)
    with run_in_county(county) as work:
        assert request(work, assignment_id=assignment_id) == first
        assert cancel(first, work) == 400
        second = request(work, assignment_id=assignment_id)
        assert second != first
        assert newest(assignment_id) == second
        assert cancel(second, work) == 400
        assert newest(assignment_id) == second
        assert selectors.policies_of([assignment_id, uuid7()]).keys() == {assignment_id}


def test_a_premium_that_was_not_quoted_is_refused(county):
    with run_in_county(county) as work:
        today = business_day(work.now)
        quote = quote_cover(trade="sorting", heads=1, on=today, now=work.now)
        code = refusal_code(
            lambda: request_cover(
                assignment_id=uuid7(),
                order_id=uuid7(),
                worker_id=uuid7(),
                trade="sorting",
                on=today,
                table_version_id=quote.table_version_id,
                premium_fen=1,
                actor=SYSTEM,
                now=work.now,
            )
        )
    assert code == "premium_mismatch"


def test_a_refusal_is_recorded_with_its_reason(county):
    declined = UUID(uuid7().hex[:24] + "0000dead")
    with run_in_county(county) as work:
        policy_id = request(work, worker_id=declined)
    bind_cover(county, event("requested", policy_id))
    with run_in_county(county):
        policy = selectors.policy_view(policy_id)
        assert (policy.state, policy.refusal_reason) == (PolicyState.REFUSED, "declined_by_sandbox")
        assert news(policy_id) == ["requested", "refused"]


def test_an_insurer_that_is_down_leaves_the_request_waiting(county, settings):
    with run_in_county(county) as work:
        policy_id = request(work)
    settings.LINGGONG_INSURER = SANDBOX + "DownInsurer"
    with pytest.raises(InsurerUnavailable):
        bind_cover(county, event("requested", policy_id))
    assert state(county, policy_id) == PolicyState.REQUESTED
    settings.LINGGONG_INSURER = SANDBOX + "SandboxInsurer"
    bind_cover(county, event("requested", policy_id))
    assert state(county, policy_id) == PolicyState.BOUND


def test_an_answer_after_cancelling_is_cancelled_at_the_insurer(county):
    with run_in_county(county) as work:
        policy_id = request(work)
    with run_in_county(county) as work:
        assert cancel(policy_id, work) == 400
    with run_in_county(county) as work:
        late = record_answer(policy_id=policy_id, answer=BindAnswer(True, "LATE-1"), now=work.now)
        assert late == PolicyState.CANCELLED
        assert news(policy_id) == ["requested", "cancelled", "cancelled"]
        assert selectors.policy_view(policy_id).certificate_number == "LATE-1"
    cancel_at_insurer(county, event("cancelled", policy_id))


def test_no_start_without_a_bound_policy(county):
    with run_in_county(county) as work:
        policy_id = request(work)
        now = work.now
        assert refusal_code(lambda: start_cover(policy_id=policy_id, actor=SYSTEM, now=now)) == "stale_state"
    ask_insurer(county, policy_id)
    with run_in_county(county) as work:
        later = work.now + timedelta(days=3)
        code = refusal_code(lambda: start_cover(policy_id=policy_id, actor=SYSTEM, now=later))
    assert code == "cover_not_in_force"


def waited(county, policy_id: UUID, **span: int) -> None:
    """Puts the asking back in real time, for tests do not wait."""
    moment = datetime.now(UTC) - timedelta(**span)
    with run_in_county(county):
        Policy.objects.filter(id=policy_id).update(asked_at=moment, first_asked_at=moment)


def sweep(county) -> None:
    while tasks.sweep_requested(county):
        pass


def test_the_sweeper_asks_again_and_in_the_end_gives_up(county, settings):
    with run_in_county(county) as work:
        fresh, stuck, lost = request(work), request(work), request(work)
    waited(county, stuck, minutes=2)
    waited(county, lost, minutes=31)
    sweep(county)
    assert state(county, fresh) == PolicyState.REQUESTED
    assert state(county, stuck) == PolicyState.BOUND
    assert state(county, lost) == PolicyState.TIMED_OUT
    with run_in_county(county):
        assert news(lost) == ["requested", "refused", "cancelled"]
        assert selectors.policy_view(lost).refund_fen == 400


def test_the_sweeper_outlives_an_insurer_that_is_down(county, settings):
    with run_in_county(county) as work:
        policy_id = request(work)
    waited(county, policy_id, minutes=2)
    settings.LINGGONG_INSURER = SANDBOX + "DownInsurer"
    sweep(county)
    assert state(county, policy_id) == PolicyState.REQUESTED


def test_cover_that_nobody_checked_out_of_ends(county):
    with run_in_county(county) as work:
        policy_id = request(work)
    ask_insurer(county, policy_id)
    with run_in_county(county) as work:
        start_cover(policy_id=policy_id, actor=SYSTEM, now=work.now)
    assert tasks.end_overdue(county) == 0
    with run_in_county(county) as work:
        Policy.objects.filter(id=policy_id).update(on=business_day(work.now) - timedelta(days=2))
    assert tasks.end_overdue(county) == 1
    assert state(county, policy_id) == PolicyState.ENDED


def test_eight_deliveries_at_once_bind_once(county):
    with run_in_county(county) as work:
        policy_id = request(work)

    def deliver() -> None:
        try:
            bind_cover(county, event("requested", policy_id))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=deliver) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with run_in_county(county):
        assert news(policy_id) == ["requested", "bound"]
