"""Basic cover's money: no budget is overdrawn, no fen is lost, and everybody's choice is on record."""

from __future__ import annotations

import dataclasses
import random
import threading
import time
from contextlib import contextmanager
from datetime import date, timedelta
from uuid import UUID

import pytest
from django.db import ProgrammingError, connection

from compliance.fund import rules, selectors, slices, use_cases
from compliance.fund.contracts import Party, Target
from compliance.fund.models import Choice, Program, Slice
from compliance.fund.slices import WIDTH
from compliance.fund.verify import verify_fund
from kernel.actor import Actor, Channel
from kernel.clock import business_day
from kernel.errors import DomainError
from kernel.ids import uuid7
from kernel.models import AuditRow
from ledger import selectors as ledger
from ledger.contracts import AccountKind, partner_account_id
from ledger.verify import verify_county
from tenants.county import run_in_county
from tests.ledger.bank import race, refused
from tests.orders import play

TREASURER = Actor(uuid7(), frozenset({"fund:write"}), frozenset({"treasurer"}), Channel.API)
INSURER = "minjiang"


class Undone(Exception):
    """What a test did must not outlive it where it would be in the way of others."""


@contextmanager
def undone(county):
    try:
        with run_in_county(county) as work:
            yield work
            raise Undone
    except Undone:
        pass


@pytest.fixture
def county(counties):
    """A county whose programs are all closed, before and after: programs of one county may not overlap,
    and an open one would insure other tests' workers."""
    ref = counties["ninghua"]
    all_closed(ref)
    with run_in_county(ref) as work:
        rest = ledger.collected()[AccountKind.COVER_FUND]
        if rest:  # no money of an earlier test: how much there is decides what can be drawn
            use_cases.pay_back(
                target=Target.FUND, amount_fen=rest, reference=str(uuid7()), actor=TREASURER, now=work.now
            )
    yield ref
    all_closed(ref)


def all_closed(ref):
    with run_in_county(ref) as work:
        for program in selectors.programs():
            if program.state == "open":
                use_cases.close_program(
                    program_id=program.id, reason="test over", actor=TREASURER, now=work.now
                )


def started(work, *, budget=10_000, slice_fen=1_000, paid_in=None):
    today = business_day(work.now)
    program = use_cases.start_program(
        name="将乐县零工基本保障",
        from_day=today,
        to_day=today + timedelta(days=30),
        budget_fen=budget,
        slice_fen=slice_fen,
        actor=TREASURER,
        now=work.now,
    )
    paid(work, budget if paid_in is None else paid_in)
    return program


def paid(work, fen, target=Target.FUND):
    if fen:
        use_cases.deposit(
            target=target, amount_fen=fen, reference=str(uuid7()), actor=TREASURER, now=work.now
        )


def drawn(work, fen, policy_id=None, **more):
    return use_cases.draw(
        policy_id=policy_id or uuid7(), insurer=INSURER, amount_fen=fen, now=work.now, **more
    )


def payable():
    account = ledger.account(AccountKind.PREMIUM_PAYABLE, partner_account_id(INSURER))
    return account.balance_fen if account else 0


# --------------------------------------------------------------------------------------------- drawing


def test_a_premium_is_drawn_once_and_given_back_once(county):
    with run_in_county(county) as work:
        program, before, policy = started(work), payable(), uuid7()
        first = drawn(work, 120, policy)
        assert first is not None
        assert (first.program_id, first.insurer, first.amount_fen) == (program.id, INSURER, 120)
        assert drawn(work, 120, policy) == first  # asked again
        assert payable() - before == 120
        further = drawn(work, 100, policy, occasion="day 2")
        assert further is not None
        assert payable() - before == 220
        view = selectors.program_on(business_day(work.now))
        assert view is not None
        assert (view.spent_fen, view.remaining_fen) == (220, 9_780)
        assert use_cases.give_back(policy_id=policy, amount_fen=150, now=work.now) == 150
        assert use_cases.give_back(policy_id=policy, amount_fen=150, now=work.now) == 70  # no more was drawn
        assert use_cases.give_back(policy_id=policy, amount_fen=150, now=work.now) == 0
        assert use_cases.give_back(policy_id=uuid7(), amount_fen=1, now=work.now) == 0
        assert payable() == before
        assert selectors.program_view(program.id).remaining_fen == 10_000
        assert [one.returned_fen for one in selectors.draws_of([policy])[policy]] == [120, 100]
        assert (verify_fund(), verify_county().problems) == ([], [])


def test_without_a_program_a_budget_or_money_nothing_is_drawn(county):
    with run_in_county(county) as work:
        assert selectors.program_on(business_day(work.now)) is None
        assert drawn(work, 1) is None
        program = started(work, budget=1_000, slice_fen=300, paid_in=700)
        assert drawn(work, 1, on=business_day(work.now) + timedelta(days=31)) is None
        assert drawn(work, 701) is None  # the budget would allow it, the money is not there
        assert drawn(work, 700) is not None
        assert drawn(work, 1) is None
        paid(work, 5_000)
        assert drawn(work, 301) is None
        assert drawn(work, 300) is not None
        assert drawn(work, 1) is None
        view = selectors.program_view(program.id)
        assert (view.spent_fen, view.remaining_fen) == (1_000, 0)
        assert refused(lambda: drawn(work, 0)) == "amount_invalid"
        assert verify_fund() == []


def test_the_last_fen_is_put_together_from_several_slices(county):
    with run_in_county(county) as work:
        program = started(work, budget=1_000, slice_fen=250)
        for _ in range(3):
            assert drawn(work, 100) is not None
        assert sorted(row.left_fen for row in Slice.objects.filter(program=program.id)) == [
            150,
            150,
            150,
            250,
        ]
        assert drawn(work, 701) is None
        assert drawn(work, 700) is not None
        assert selectors.program_view(program.id).remaining_fen == 0
        assert drawn(work, 1) is None
        assert (verify_fund(), verify_county().problems) == ([], [])


def test_the_budget_is_found_also_when_all_slices_were_taken_and_emptied(county):
    """Whoever waited for slices that others empty must go on with the budget, not say it is empty."""
    with run_in_county(county) as work:
        program = started(work, budget=WIDTH * 100 + 100, slice_fen=100)
        drawn(work, 100)  # now there are WIDTH - 1 slices with 100 fen and an empty one

    def take_all(work):
        assert len(slices.all_slices(program.id)) == WIDTH
        for _ in range(WIDTH - 1):
            assert drawn(work, 100)

    waits, took = threading.Event(), threading.Event()

    def run(number):
        if number == 0:
            with run_in_county(county) as work:
                take_all(work)
                took.set()
                assert waits.wait(10)
                return until_somebody_waits(work)
        assert took.wait(10)
        waits.set()
        with run_in_county(county) as work:
            return drawn(work, 100) is not None

    assert race(2, run) == [True, True]
    with run_in_county(county):
        assert selectors.program_view(program.id).remaining_fen == 0
        assert verify_fund() == []


def until_somebody_waits(work):
    """Whether another transaction of this database comes to wait for a lock of ours."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_locks WHERE NOT granted AND pid IN "
                "(SELECT pid FROM pg_stat_activity WHERE datname = current_database())"
            )
            if cursor.fetchone()[0]:
                return True
    return False


def test_thirty_two_drawers_at_once_spend_the_budget_to_the_fen_and_no_further(county):
    with run_in_county(county) as work:
        program, before = started(work, budget=20_000, slice_fen=900), payable()
    amounts = [300, 250, 400, 37]  # 32 × 10 of these would be 78,960 fen

    def draw_many(number):
        won = 0
        for turn in range(10):
            with run_in_county(county) as work:
                one = drawn(work, amounts[(number + turn) % 4])
                won += one.amount_fen if one else 0
        return won

    won = race(32, draw_many)
    with run_in_county(county):
        view = selectors.program_view(program.id)
        assert view.spent_fen == sum(won) == payable() - before
        assert 0 <= view.remaining_fen < 37  # nobody was turned away while his premium was still there
        assert (verify_fund(), verify_county().problems) == ([], [])


def test_drawing_giving_back_and_closing_at_once_lose_nothing(county):
    with run_in_county(county) as work:
        program, before = started(work, budget=8_000, slice_fen=500), payable()

    def play_on(number):
        chance = random.Random(number)
        mine: list[tuple[UUID, int]] = []
        for turn in range(12):
            with run_in_county(county) as work:
                if number == 0 and turn == 6:
                    use_cases.close_program(
                        program_id=program.id, reason="budget year over", actor=TREASURER, now=work.now
                    )
                elif mine and chance.random() < 0.4:
                    policy, fen = mine.pop()
                    assert use_cases.give_back(policy_id=policy, amount_fen=fen, now=work.now) == fen
                elif one := drawn(work, chance.randint(50, 400)):
                    mine.append((one.policy_id, one.amount_fen))
        return sum(fen for _, fen in mine)

    kept = sum(race(12, play_on))
    with run_in_county(county):
        view = selectors.program_view(program.id)
        assert (view.state, view.spent_fen) == ("closed", kept)
        assert payable() - before == kept
        assert not Slice.objects.filter(program=program.id, left_fen__gt=0).exists()
        assert (verify_fund(), verify_county().problems) == ([], [])


def two_at_once(county, first, second):
    """Runs `first` in a transaction that stays open until `second` has run in another, or 10 s pass."""
    begun, ended = threading.Event(), threading.Event()

    def run(number):
        with run_in_county(county) as work:
            if number == 0:
                first(work)
                begun.set()
                return ended.wait(10)
            assert begun.wait(10)
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '5s'")
            second(work)
        ended.set()
        return True

    assert race(2, run) == [True, True]


def test_drawers_do_not_wait_for_each_other(county):
    with run_in_county(county) as work:
        program = started(work, budget=2_000, slice_fen=1_000)
        assert drawn(work, 100)
    two_at_once(county, lambda work: drawn(work, 300), lambda work: drawn(work, 300))
    with run_in_county(county):
        assert selectors.program_view(program.id).spent_fen == 700
        assert verify_fund() == []


def test_giving_back_waits_for_no_drawer(county):
    with run_in_county(county) as work:
        program, policy = started(work, budget=300, slice_fen=300), uuid7()
        assert drawn(work, 100, policy)
    two_at_once(
        county,
        lambda work: drawn(work, 100),  # holds the only slice there is
        lambda work: use_cases.give_back(policy_id=policy, amount_fen=100, now=work.now),
    )
    with run_in_county(county):
        assert Slice.objects.filter(program=program.id).count() == 2
        assert selectors.program_view(program.id).spent_fen == 100
        assert verify_fund() == []


def test_an_exhausted_budget_is_seen_without_waiting(county):
    """Every grab asks until the program ends: it must not queue up behind whoever holds the program."""
    with run_in_county(county) as work:
        program = started(work, budget=300, slice_fen=300)
        assert drawn(work, 290)

    def refuse(work):
        assert drawn(work, 11) is None

    two_at_once(county, lambda work: slices.lock_program(program.id, slices.FILLING), refuse)


# ------------------------------------------------------------------------------------ programs and money


def test_programs_of_one_county_do_not_overlap(county):
    with run_in_county(county) as work:
        program = started(work)

        def another(from_day, to_day):
            return refused(
                lambda: use_cases.start_program(
                    name="第二个项目",
                    from_day=from_day,
                    to_day=to_day,
                    budget_fen=1,
                    slice_fen=1,
                    actor=TREASURER,
                    now=work.now,
                )
            )

        day = timedelta(days=1)
        assert another(program.to_day, program.to_day + day) == "program_overlaps"
        assert another(program.from_day - day, program.to_day + day) == "program_overlaps"
        assert (
            another(program.from_day - 9 * day, program.from_day - day) == "program_days"
        )  # over before it begins
        assert another(program.to_day + 2 * day, program.to_day + day) == "program_days"
        assert another(program.to_day + day, program.to_day + 802 * day) == "program_days"
        assert another(program.to_day + day, program.to_day + day) is None


def test_two_starters_at_once_open_one_program(county):
    def start(_):
        try:
            with run_in_county(county) as work:
                return started(work, paid_in=0).name
        except DomainError as error:
            return error.code

    assert sorted(race(4, start))[:3] == ["program_overlaps"] * 3


def test_a_budget_goes_no_lower_than_what_was_spent(county):
    with run_in_county(county) as work:
        program = started(work, budget=5_000, slice_fen=2_000)
        drawn(work, 700)

        def change(fen):
            return use_cases.change_budget(
                program_id=program.id, budget_fen=fen, reason="年中调整", actor=TREASURER, now=work.now
            )

        with pytest.raises(DomainError, match="budget_spent") as caught:
            change(699)
        assert "7.00" in caught.value.text("zh")
        before = ledger.collected()[AccountKind.COVER_FUND]
        lower = change(1_000)  # all of it was set aside in slices: 4,000 fen go back to the fund
        assert (lower.budget_fen, lower.remaining_fen) == (1_000, 300)
        assert ledger.collected()[AccountKind.COVER_FUND] == before + 4_000
        assert drawn(work, 301) is None
        assert change(9_000).remaining_fen == 8_300
        assert drawn(work, 301) is not None
        assert AuditRow.objects.filter(subject=program.id, act="fund.budget_changed").count() == 2
        assert verify_fund() == []
        use_cases.close_program(program_id=program.id, reason="over", actor=TREASURER, now=work.now)
        assert refused(lambda: change(9_999)) == "stale_state"
        assert (
            refused(
                lambda: use_cases.close_program(
                    program_id=program.id, reason="again", actor=TREASURER, now=work.now
                )
            )
            == "stale_state"
        )


def test_a_closed_program_gives_everything_back_and_takes_refunds_into_the_fund(county):
    with run_in_county(county) as work:
        program, policy = started(work, budget=3_000, slice_fen=1_000), uuid7()
        drawn(work, 400, policy)
        use_cases.close_program(program_id=program.id, reason="over", actor=TREASURER, now=work.now)
        assert ledger.collected()[AccountKind.COVER_FUND] == 2_600
        assert drawn(work, 1) is None
        assert use_cases.give_back(policy_id=policy, amount_fen=400, now=work.now) == 400
        assert ledger.collected()[AccountKind.COVER_FUND] == 3_000
        assert selectors.program_view(program.id).spent_fen == 0
        assert (verify_fund(), verify_county().problems) == ([], [])


def test_a_banks_reference_is_recorded_once_and_only_money_there_is_goes_back(county):
    with run_in_county(county) as work:
        one = {"target": Target.FUND, "reference": f"ABC-{uuid7()}", "actor": TREASURER, "now": work.now}
        view = use_cases.deposit(amount_fen=500, **one)
        assert ledger.collected()[AccountKind.COVER_FUND] == 500
        assert refused(lambda: use_cases.deposit(amount_fen=500, **one)) == "deposit_reference_used"
        assert selectors.deposits(limit=1) == [view]
        back = one | {"reference": str(uuid7())}
        assert refused(lambda: use_cases.pay_back(amount_fen=501, **back)) == "insufficient_funds"
        assert use_cases.pay_back(amount_fen=500, **back).amount_fen == -500
        assert verify_fund() == []
        assert AuditRow.objects.filter(subject=view.id, act="fund.deposited").exists()


def test_only_who_may_write_the_fund_moves_it(county):
    nobody = dataclasses.replace(TREASURER, scopes=frozenset({"ledger:read"}))
    with run_in_county(county) as work:
        program = started(work)
        asked = {"actor": nobody, "now": work.now}
        money = {"target": Target.FUND, "amount_fen": 1, "reference": "x"}
        assert [
            refused(run)
            for run in (
                lambda: use_cases.deposit(**money, **asked),
                lambda: use_cases.pay_back(**money, **asked),
                lambda: use_cases.close_program(program_id=program.id, reason="x", **asked),
                lambda: use_cases.change_budget(program_id=program.id, budget_fen=1, reason="x", **asked),
                lambda: use_cases.declare_reserve(document="x", **asked),
                lambda: use_cases.withdraw_reserve(reason="x", **asked),
                lambda: use_cases.start_program(
                    name="x", from_day=date(2030, 1, 1), to_day=date(2030, 1, 2), budget_fen=1, **asked
                ),
            )
        ] == ["forbidden"] * 7


# ------------------------------------------------------------------------------------------- the reserve


def test_a_difference_is_paid_only_from_a_declared_reserve_with_money_in_it(county):
    with undone(county) as work:
        policy, before = uuid7(), payable()

        def pay(fen, of=policy):
            return use_cases.pay_difference(policy_id=of, insurer=INSURER, amount_fen=fen, now=work.now)

        assert selectors.reserve() is None
        assert pay(80) is False
        assert refused(lambda: paid(work, 100, Target.RESERVE)) == "reserve_not_declared"
        use_cases.declare_reserve(document="县人社〔2026〕12号", actor=TREASURER, now=work.now)
        assert (
            refused(lambda: use_cases.declare_reserve(document="again", actor=TREASURER, now=work.now))
            == "reserve_declared"
        )
        assert pay(80) is False
        paid(work, 100, Target.RESERVE)
        assert pay(80) is True
        assert pay(80) is True  # paid once
        assert pay(21, uuid7()) is False
        reserve = selectors.reserve()
        assert reserve is not None
        assert (reserve.balance_fen, payable() - before) == (20, 80)
        assert use_cases.return_difference(policy_id=policy, amount_fen=30, now=work.now) == 30
        use_cases.withdraw_reserve(reason="预算结束", actor=TREASURER, now=work.now)
        assert pay(1, uuid7()) is False
        assert use_cases.return_difference(policy_id=policy, now=work.now) == 50  # refunds still come home
        assert use_cases.return_difference(policy_id=policy, now=work.now) == 0
        assert use_cases.return_difference(policy_id=uuid7(), now=work.now) == 0
        assert ledger.collected()[AccountKind.COVER_RESERVE] == 100
        assert (verify_fund(), verify_county().problems) == ([], [])


# ----------------------------------------------------------------------------------------------- choices


def test_the_newest_choice_counts_and_tells_who_when_and_how(county):
    with run_in_county(county) as work:
        who, order = play.worker(at=work.now), uuid7()
        assert selectors.opted_out(worker_id=who.id, order_id=order) is None
        declined = use_cases.decline_basic_cover(
            party=Party.WORKER, party_id=who.id, actor=who.actor, now=work.now, reason="已有商业保险"
        )
        found = selectors.opted_out(worker_id=who.id, employer_id=uuid7(), order_id=order)
        assert found == declined
        assert (declined.by, declined.channel, declined.at) == (who.actor.key, "app", work.now)
        use_cases.accept_basic_cover(
            party=Party.WORKER, party_id=who.id, actor=play.HALL, now=work.now + timedelta(seconds=1)
        )
        assert selectors.opted_out(worker_id=who.id, order_id=order) is None
        use_cases.decline_basic_cover(party=Party.ORDER, party_id=order, actor=who.actor, now=work.now)
        standing = selectors.opted_out(worker_id=who.id, order_id=order)
        assert standing is not None
        assert standing.party == Party.ORDER
        assert [one.declined for one in selectors.choices(Party.WORKER, who.id)] == [False, True]


def test_nobody_chooses_for_another(county):
    with run_in_county(county) as work:
        one, two, boss = play.worker(at=work.now), play.worker(at=work.now), play.employer(fen=0)

        def decline(party, party_id, actor):
            return refused(
                lambda: use_cases.decline_basic_cover(
                    party=party, party_id=party_id, actor=actor, now=work.now
                )
            )

        assert decline(Party.WORKER, one.id, two.actor) == "worker_not_found"
        assert decline(Party.EMPLOYER, boss.id, two.actor) == "employer_not_found"
        assert not Choice.objects.filter(party_id__in=[one.id, boss.id]).exists()
        assert decline(Party.EMPLOYER, boss.id, boss.actor) is None


# ------------------------------------------------------------------------------ verification, privileges


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("UPDATE fund_slice SET left_fen = left_fen + 5 WHERE program_id = %s", "its account holds"),
        ("UPDATE fund_program SET granted_fen = granted_fen - 5 WHERE id = %s", "are drawn or left"),
        ("UPDATE fund_draw SET returned_fen = 5 WHERE program_id = %s", "premium_refund noted for"),
        ("UPDATE fund_program SET granted_fen = granted_fen + 5 WHERE id = %s", "deposits and payments make"),
    ],
)
def test_verification_finds_what_is_planted(county, sql, words):
    with undone(county) as work:
        program = started(work, budget=100_000)
        drawn(work, 250)
        assert verify_fund() == []
        with connection.cursor() as cursor:
            cursor.execute(sql, [program.id])
        assert [problem for problem in verify_fund() if words in problem]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE fund_draw SET amount_fen = 1",
        "DELETE FROM fund_draw",
        "UPDATE fund_deposit SET amount_fen = 1",
        "UPDATE fund_choice SET declined = false",
        "DELETE FROM fund_choice",
        "UPDATE fund_budgetchange SET after_fen = 1",
        "UPDATE fund_difference SET amount_fen = 1",
        "DELETE FROM fund_program",
    ],
)
def test_history_cannot_be_changed(county, statement):
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        run_in_county(county),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_the_database_guards_a_program_by_itself(county):
    with run_in_county(county) as work:
        program = started(work)
    with pytest.raises(Exception, match="program_within_budget"), run_in_county(county):
        Program.objects.filter(id=program.id).update(granted_fen=10_001)


def test_parts_take_the_fullest_first_and_never_more_than_there_is():
    one, two, three = uuid7(), uuid7(), uuid7()
    left = [(one, 10), (two, 30), (three, 0)]
    assert rules.parts(35, left) == [(two, 30), (one, 5)]
    assert rules.parts(40, left) == [(two, 30), (one, 10)]
    assert rules.parts(41, left) is None


def test_fillings_go_into_the_emptiest_first_and_leave_fuller_ones():
    assert rules.fillings(1_000, 100, [0, 51, 50, 100]) == [100, 0, 50, 0]
    assert rules.fillings(120, 100, [30, 10]) == [30, 90]
    assert rules.fillings(0, 100, [0]) == [0]
