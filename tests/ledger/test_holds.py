from __future__ import annotations

import itertools
import threading
from datetime import timedelta

import pytest
from django.db import IntegrityError, connections

from kernel.ids import uuid7
from ledger import holds, postings, selectors, tasks, use_cases
from ledger.contracts import AccountKind, Phase
from ledger.models import Transfer
from ledger.verify import verify_county
from tenants.county import run_in_county
from tests.ledger.bank import collector, figures, opened, race, refused

HOUR = timedelta(hours=1)


@pytest.fixture
def county(counties):
    return counties["jiangle"]


def escrow_and_worker(work, fen):
    return opened(work, AccountKind.ORDER_ESCROW, fen), opened(work, AccountKind.WORKER_WALLET)


def hold(work, debit, credit, fen, **more):
    return use_cases.hold(
        debit=debit, credit=credit, amount_fen=fen, purpose="wage", subject=uuid7(), now=work.now, **more
    )


def test_a_hold_reaches_nobody_until_posted_and_frees_the_rest(county):
    with run_in_county(county) as work:
        escrow, worker = escrow_and_worker(work, 500)
        held = hold(work, escrow, worker, 300)
        assert (figures(escrow), figures(worker)) == ((500, 300), (0, 0))
        use_cases.post_hold(hold_id=held, amount_fen=180, now=work.now)
        assert (figures(escrow), figures(worker)) == ((320, 0), (180, 0))
        view = selectors.hold(held)
        assert view is not None
        assert (view.phase, view.posted_fen, view.amount_fen) == (Phase.POST, 180, 300)


def test_a_void_frees_all(county):
    with run_in_county(county) as work:
        escrow, worker = escrow_and_worker(work, 500)
        held = hold(work, escrow, worker, 500)
        assert refused(lambda: hold(work, escrow, worker, 1)) == "insufficient_funds"
        use_cases.void_hold(hold_id=held, now=work.now)
        assert (figures(escrow), figures(worker)) == ((500, 0), (0, 0))


def test_a_post_may_reach_a_collector(county):
    with run_in_county(county) as work:
        escrow, fee = opened(work, AccountKind.ORDER_ESCROW, 10), collector(work, AccountKind.FEE_INCOME)
        before = figures(fee)[0]
        use_cases.post_hold(hold_id=hold(work, escrow, fee, 10), amount_fen=7, now=work.now)
        assert (figures(escrow), figures(fee)) == ((3, 0), (before + 7, 0))


def test_what_is_refused(county):
    with run_in_county(county) as work:
        escrow, worker = escrow_and_worker(work, 500)
        held = hold(work, escrow, worker, 100, expires_at=work.now + HOUR)

        def post(fen, now=work.now, hold_id=held):
            return refused(lambda: use_cases.post_hold(hold_id=hold_id, amount_fen=fen, now=now))

        def void(now=work.now, **more):
            return refused(lambda: use_cases.void_hold(hold_id=held, now=now, **more))

        assert post(101) == "hold_exceeded"
        assert post(0) == "amount_invalid"
        assert post(1, hold_id=uuid7()) == "hold_unknown"
        assert post(100, now=work.now + HOUR) == "hold_expired"
        assert void(after_expiry=True) == "hold_not_expired"
        assert post(100) is None
        assert post(1) == "hold_resolved"
        assert void() == "hold_resolved"
        with pytest.raises(ValueError, match="cannot hold"):
            hold(work, collector(work, AccountKind.FEE_INCOME), worker, 1)


def test_the_timer_releases_what_has_expired_and_only_that(county):
    with run_in_county(county) as work:
        escrow, worker = escrow_and_worker(work, 500)
        late = hold(work, escrow, worker, 100, expires_at=work.now)
        later = hold(work, escrow, worker, 200, expires_at=work.now + HOUR)
        never = hold(work, escrow, worker, 50)
    tasks.void_expired_holds(county)
    tasks.void_expired_holds(county)
    with run_in_county(county):
        views = [selectors.hold(one) for one in (late, later, never)]
        phases = [view.phase for view in views if view]
        assert phases == [Phase.VOID, Phase.PENDING, Phase.PENDING]
        assert figures(escrow) == (500, 250)


def test_a_thousand_races_of_post_void_and_expiry_resolve_each_hold_once(county):
    """Three racers meet at each hold, and again at the next."""
    with run_in_county(county) as work:
        escrow, worker = escrow_and_worker(work, 100_000)
        pendings = [hold(work, escrow, worker, 100, expires_at=work.now + HOUR) for _ in range(1_000)]
        before, after = work.now, work.now + HOUR
    verbs = (
        lambda one: use_cases.post_hold(hold_id=one, amount_fen=60, now=before),
        lambda one: use_cases.void_hold(hold_id=one, now=before),
        lambda one: use_cases.void_hold(hold_id=one, now=after, after_expiry=True),
    )
    meet = threading.Barrier(3)

    def resolve(number):
        won = []
        try:
            for one in pendings:
                meet.wait(60)

                def act(one=one):
                    with run_in_county(county):
                        verbs[number](one)

                code = refused(act)
                assert code in (None, "hold_resolved")
                if code is None:
                    won.append(one)
        except BaseException:
            meet.abort()
            raise
        return won

    winners = race(3, resolve)
    assert sorted(itertools.chain(*winners)) == sorted(pendings)
    assert sum(1 for won in winners if won) >= 2, "no race took place"
    with run_in_county(county):
        assert Transfer.objects.filter(pending_id__in=pendings).count() == 1_000
        paid = 60 * len(winners[0])
        assert (figures(escrow), figures(worker)) == ((100_000 - paid, 0), (paid, 0))
        assert verify_county().problems == []


def test_without_the_look_under_lock_the_unique_row_still_refuses(county, monkeypatch):
    def no_look(hold_id, *, now):
        pending = Transfer.objects.get(id=hold_id)
        return pending, postings.lock({pending.debit, pending.credit}, spending=(), now=now)

    with run_in_county(county) as work:
        escrow, worker = escrow_and_worker(work, 500)
        held, _other = hold(work, escrow, worker, 100), hold(work, escrow, worker, 100)
        use_cases.void_hold(hold_id=held, now=work.now)
    monkeypatch.setattr(holds, "open_hold", no_look)
    with pytest.raises(IntegrityError, match="transfer_resolved_once"), run_in_county(county) as work:
        use_cases.post_hold(hold_id=held, amount_fen=100, now=work.now)
    connections.close_all()
