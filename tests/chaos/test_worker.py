"""What a killed worker, a lost broker and a bad message leave behind: nothing.

Settings, programs and servers are the site's; only the bank is ours. Tests wait for conditions, and
where a lease's minute would have to pass they end it in the table.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from itertools import pairwise
from uuid import UUID

import psycopg
import pytest
from celery import Celery
from django.conf import settings
from redis import Redis

from kernel import facts, outbox
from kernel.actor import Actor, Channel
from kernel.ids import uuid7
from kernel.models import FactQueue, OutboxMessage
from ledger import use_cases
from ledger.contracts import AccountKind, Line
from ledger.models import TopUp, Withdrawal
from ledger.selectors import account
from ledger.verify import verify_county
from linggong import tasks
from linggong.relay import relay_county
from linggong.wiring import HANDLERS
from reporting.recount import check_county
from reporting.selectors import city_report
from tenants.county import CountyRef, CountyWork, run_in_county
from tests.chaos.bank import Bank
from tests.chaos.site import Process, running, until
from tests.harness.servers import superuser

CALLER = Actor(uuid7(), frozenset({"wallet:worker", "wallet:employer"}), frozenset(), Channel.APP)
DAY = date(2026, 5, 4)
WALLET_FEN, FEN = 100_00, 30_00


@pytest.fixture
def county(counties: dict[str, CountyRef], own_database: str) -> CountyRef:
    return counties["jiangle"]


@pytest.fixture
def waking(celery: Celery, monkeypatch: pytest.MonkeyPatch) -> None:
    """Commits of this process wake workers, as those of the site's processes do."""
    monkeypatch.setattr(outbox, "_listeners", [tasks.wake])


def _ask_for_both(work: CountyWork) -> tuple[UUID, UUID]:
    """A withdrawal of a worker who has 100.00, and a top-up of an employer; returns the two owners."""
    worker, employer = uuid7(), uuid7()
    clearing = use_cases.open_account(kind=AccountKind.CHANNEL_CLEARING, now=work.now)
    wallet = use_cases.open_account(kind=AccountKind.WORKER_WALLET, owner_id=worker, now=work.now)
    use_cases.transfer(lines=[Line(clearing, wallet, WALLET_FEN, "top_up", worker)], now=work.now)
    for owner, verb in ((worker, use_cases.request_withdrawal), (employer, use_cases.request_top_up)):
        verb(owner_id=owner, amount_fen=FEN, payment_account="card-1", actor=CALLER, now=work.now)
    return worker, employer


def _unsettled(county: CountyRef) -> int:
    with run_in_county(county):
        return sum(model.objects.filter(state="requested").count() for model in (TopUp, Withdrawal))


def _news(county: CountyRef) -> int:
    with run_in_county(county):
        return OutboxMessage.objects.count()


def _quiet(county: CountyRef) -> bool:
    return _unsettled(county) == 0 and _news(county) == 0


def _assert_settled_once(bank: Bank, *settled: tuple[CountyRef, list[tuple[UUID, UUID]]]) -> None:
    """Wallets, ledgers and the bank agree that each owner's request moved its money one time."""
    for county, owners in settled:
        _assert_wallets(county, owners)
    count = sum(len(owners) for _, owners in settled)
    assert Counter(bank.paid.values()) == {("in", FEN): count, ("out", FEN): count}


def _assert_wallets(county: CountyRef, owners: list[tuple[UUID, UUID]]) -> None:
    with run_in_county(county):
        for worker, employer in owners:
            mine = account(AccountKind.WORKER_WALLET, worker)
            theirs = account(AccountKind.EMPLOYER_WALLET, employer)
            assert mine is not None
            assert theirs is not None
            assert (mine.balance_fen, mine.held_fen) == (WALLET_FEN - FEN, 0)
            assert (theirs.balance_fen, theirs.held_fen) == (FEN, 0)
        assert verify_county().problems == []


def _end_leases(county: CountyRef) -> None:
    """As if the minute of a dead worker's leases were over."""
    with run_in_county(county):
        OutboxMessage.objects.update(lease_until=None, retry_at=None)


def test_a_commit_wakes_the_worker_without_any_timer(
    county: CountyRef, worker: Process, bank: Bank, waking: None
) -> None:
    with running(worker):  # no beat, hence no sweep
        with run_in_county(county) as work:
            owners = _ask_for_both(work)
        until(lambda: _quiet(county), "both delivered")
    _assert_settled_once(bank, (county, [owners]))


def test_a_commit_stands_when_nobody_can_be_woken(
    county: CountyRef, bank: Bank, waking: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once the log of a failed wake-up failed itself, and callers saw an error for work that was done."""
    monkeypatch.setattr(settings, "LINGGONG_CACHE_URL", f"unix://{bank.address}-nowhere?db=1")
    with run_in_county(county) as work:
        owners = _ask_for_both(work)
    assert _news(county) == 2
    relay_county(county, HANDLERS)
    assert _quiet(county)
    _assert_wallets(county, [owners])


def test_a_message_without_a_county_does_no_work(
    counties: dict[str, CountyRef],
    county: CountyRef,
    worker: Process,
    bank: Bank,
    broker: Redis,
    celery: Celery,
) -> None:
    other = counties["taining"]
    with run_in_county(county) as work:
        first = _ask_for_both(work)
    with run_in_county(other) as work:
        second = _ask_for_both(work)
    with running(worker):
        for kwargs in ({}, {"county": ""}, {"county": None}, {"county": "atlantis"}):
            celery.send_task("linggong.relay", kwargs=kwargs)
        celery.send_task("linggong.relay", kwargs={"county": other.slug})
        until(lambda: _quiet(other), "the good message behind them is worked off")
        until(lambda: not broker.exists("celery", "unacked"), "none is left in the broker")
        with run_in_county(county):
            assert set(OutboxMessage.objects.values_list("attempts", flat=True)) == {0}
        celery.send_task("linggong.relay", kwargs={"county": county.slug})
        until(lambda: _quiet(county), "delivered by a message that names it")
    _assert_settled_once(bank, (county, [first]), (other, [second]))


def test_a_wiped_broker_loses_nothing(
    county: CountyRef, worker: Process, beat: Process, bank: Bank, broker: Redis, waking: None
) -> None:
    with run_in_county(county) as work:
        owners = _ask_for_both(work)
    assert broker.llen("celery") == 1
    broker.flushdb()  # the other databases of the server belong to other tests
    assert _news(county) == 2
    with running(worker):
        until(lambda: _quiet(county), "delivered by the sweep")
    _assert_settled_once(bank, (county, [owners]))


def test_a_worker_killed_again_and_again_settles_everything_once(
    county: CountyRef, worker: Process, beat: Process, bank: Bank
) -> None:
    """Sixty requests. Each time the bank has paid one more that the worker does not hear of, and then
    the worker is killed."""
    with run_in_county(county) as work:
        owners = [_ask_for_both(work) for _ in range(30)]
    progress = [60]
    bank.answer(7)
    with running(worker):
        for answers in (0, 19, None):
            until(bank.silent.is_set, "a request hangs at the bank")
            worker.kill()
            progress.append(_unsettled(county))
            assert _news(county) > 0
            _end_leases(county)
            bank.answer(answers)
            worker.start()
        until(lambda: _quiet(county), "all delivered after the last start")
    assert all(before >= after > 0 for before, after in pairwise(progress))
    assert bank.asked > 60, "nothing was asked twice: the worker was not killed in the middle"
    _assert_settled_once(bank, (county, owners))


def test_a_folder_killed_in_the_middle_counts_every_fact_once(
    counties: dict[str, CountyRef], own_database: str, worker: Process, beat: Process
) -> None:
    county, trade, orders = counties["shaxian"], f"t-{uuid7().hex}", 40
    with run_in_county(county) as work:
        for number in range(orders):
            values = {"orders": 1, "places": 2, "wage_fen": 100 + number, "insured_orders": number % 2}
            facts.record("order.settled", now=work.now, day=DAY, subject=uuid7(), trade=trade, values=values)
    with _superuser(own_database) as server, running(worker):
        with _figures_locked(own_database):
            until(lambda: _folders(server, waiting=True) > 0, "a folder is about to write its sums")
            worker.kill()
        until(lambda: _folders(server) == 0, "the server has rolled the dead folder back")
        with run_in_county(county):
            assert FactQueue.objects.count() == orders
        worker.start()
        until(lambda: check_county(county).waiting == 0, "folded after the restart")
    check = check_county(county)
    assert (check.ok, check.facts) == (True, orders)
    total = city_report(DAY, DAY, trades=[trade]).total
    assert (total.orders_settled, total.wages_fen) == (orders, sum(range(100, 100 + orders)))
    assert total.insured_orders == orders // 2


def _superuser(database: str) -> psycopg.Connection:
    return psycopg.connect(**superuser(), dbname=database, autocommit=True)


@contextmanager
def _figures_locked(database: str) -> Iterator[None]:
    """Nobody can write figures inside: a folder stops after it has taken its facts."""
    with _superuser(database) as server, server.transaction():
        server.execute("LOCK TABLE public.reporting_rollup IN SHARE ROW EXCLUSIVE MODE")
        yield


def _folders(server: psycopg.Connection, *, waiting: bool = False) -> int:
    row = server.execute(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        " AND usename LIKE '%%\\_folder' AND (NOT %s OR wait_event_type = 'Lock')",
        [waiting],
    ).fetchone()
    assert row is not None
    return int(row[0])
