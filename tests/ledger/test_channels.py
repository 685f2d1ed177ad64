"""Money in and out through the channel port: requests, answers, retries."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
from django.conf import settings

from kernel.actor import SYSTEM, Actor, Channel
from kernel.clock import real_now
from kernel.events import Event
from kernel.ids import uuid7
from kernel.models import Fact, OutboxMessage, TransitionLog
from ledger import channel_requests, handlers, selectors, tasks, use_cases
from ledger.channels import payment_channel
from ledger.channels.port import ChannelOutcome, ChannelResult
from ledger.channels.sandbox import SandboxChannel
from ledger.contracts import AccountKind, Direction
from ledger.models import TopUp, Withdrawal
from ledger.verify import verify_county
from tenants.county import run_in_county
from tests.ledger.bank import refused

WALLET = Actor(uuid7(), frozenset({"wallet:worker", "wallet:employer"}), frozenset(), Channel.APP)
SUCCEEDED = ChannelResult(ChannelOutcome.SUCCEEDED, "bank-1")
FAILED = ChannelResult(ChannelOutcome.FAILED, "bank-2", "account_closed")


@pytest.fixture
def county(counties):
    return counties["jiangle"]


def event(request_id):
    return Event(uuid7(), "test", request_id, {}, real_now())


def top_up(county, fen=1_000, account="sandbox:ok", owner=None):
    owner = owner or uuid7()
    with run_in_county(county) as work:
        request_id = use_cases.request_top_up(
            owner_id=owner, amount_fen=fen, payment_account=account, actor=WALLET, now=work.now
        )
    return owner, request_id


def withdraw(county, owner, fen, account="sandbox:ok"):
    with run_in_county(county) as work:
        return use_cases.request_withdrawal(
            owner_id=owner,
            amount_fen=fen,
            payment_account=account,
            actor=WALLET,
            now=work.now,
            kind=AccountKind.EMPLOYER_WALLET,
        )


def wallet_of(owner):
    view = selectors.account(AccountKind.EMPLOYER_WALLET, owner)
    return view and (view.balance_fen, view.held_fen)


def state(county, direction, request_id):
    with run_in_county(county):
        view = selectors.request(direction, request_id)
        assert view is not None
        return view.state, view.failure


def funded(county, fen=1_000):
    owner, request_id = top_up(county, fen)
    handlers.send_top_up(county, event(request_id))
    return owner


def test_a_top_up_reaches_the_wallet_once_the_channel_has_it(county):
    owner, request_id = top_up(county)
    with run_in_county(county):
        assert wallet_of(owner) == (0, 0)
        assert OutboxMessage.objects.get(subject=request_id).type == "cn.linggong.top_up.requested.v1"
    for _ in range(2):  # a redelivery changes nothing
        handlers.send_top_up(county, event(request_id))
    assert state(county, Direction.TOP_UP, request_id) == ("succeeded", "")
    with run_in_county(county):
        assert wallet_of(owner) == (1_000, 0)
        types = OutboxMessage.objects.filter(subject=request_id).order_by("id").values_list("type", flat=True)
        assert list(types) == ["cn.linggong.top_up.requested.v1", "cn.linggong.top_up.settled.v1"]
        log = TransitionLog.objects.filter(subject=request_id).order_by("id")
        assert [(row.frm, row.to, row.actor) for row in log] == [
            ("", "requested", WALLET.key),
            ("requested", "succeeded", "system"),
        ]


def test_a_failed_top_up_leaves_the_wallet_as_it_was(county):
    owner, request_id = top_up(county, account="sandbox:fails")
    handlers.send_top_up(county, event(request_id))
    assert state(county, Direction.TOP_UP, request_id) == ("failed", "account_refused")
    with run_in_county(county):
        assert wallet_of(owner) == (0, 0)


def test_a_withdrawal_is_held_first_and_paid_once(county):
    owner = funded(county)
    request_id = withdraw(county, owner, 400)
    with run_in_county(county):
        assert wallet_of(owner) == (1_000, 400)
    for _ in range(2):
        handlers.send_withdrawal(county, event(request_id))
    assert state(county, Direction.WITHDRAWAL, request_id) == ("succeeded", "")
    with run_in_county(county):
        assert wallet_of(owner) == (600, 0)
        fact = Fact.objects.get(subject=request_id)
        assert (fact.kind, fact.values, fact.role) == ("withdrawal.paid", {"amount_fen": 400}, "employer")
        assert verify_county().problems == []


def test_a_failed_withdrawal_gives_the_money_back(county):
    owner = funded(county)
    request_id = withdraw(county, owner, 1_000, "sandbox:fails")
    handlers.send_withdrawal(county, event(request_id))
    assert state(county, Direction.WITHDRAWAL, request_id) == ("failed", "account_refused")
    with run_in_county(county):
        assert wallet_of(owner) == (1_000, 0)
        assert not Fact.objects.filter(subject=request_id).exists()


def test_a_withdrawal_beyond_the_wallet_leaves_nothing(county):
    owner = funded(county, 300)
    withdraw(county, owner, 200)
    with run_in_county(county):
        before = Withdrawal.objects.count(), OutboxMessage.objects.count()
    assert refused(lambda: withdraw(county, owner, 101)) == "insufficient_funds"
    with run_in_county(county):
        assert (Withdrawal.objects.count(), OutboxMessage.objects.count()) == before
        assert wallet_of(owner) == (300, 200)


@pytest.mark.parametrize("account", ["", " ", "a b", "a\x00", "a\n", "x" * 129, 7, None])
def test_payment_accounts_are_checked(county, account):
    assert refused(lambda: top_up(county, account=account)) == "payment_account_invalid"


def test_the_scope_is_needed(county):
    nobody = Actor(uuid7(), frozenset({"orders:read"}), frozenset(), Channel.APP)
    with run_in_county(county) as work:
        for verb in (use_cases.request_top_up, use_cases.request_withdrawal):
            ask = partial(
                verb, owner_id=uuid7(), amount_fen=1, payment_account="x", actor=nobody, now=work.now
            )
            assert refused(ask) == "forbidden"


def test_the_payment_account_is_sealed_and_forgotten_once_settled(county):
    _, request_id = top_up(county, account="openid-of-somebody")
    with run_in_county(county):
        row = TopUp.objects.get(id=request_id)
        assert "openid-of-somebody" not in row.token_sealed
        question = channel_requests.question(TopUp, request_id)
        assert question is not None
        assert question.account == "openid-of-somebody"
        assert "openid" not in str(OutboxMessage.objects.get(subject=request_id).data)
    handlers.send_top_up(county, event(request_id))
    with run_in_county(county):
        assert TopUp.objects.get(id=request_id).token_sealed == ""


def test_a_late_answer_settles_what_was_pending_and_a_contradiction_is_refused(county):
    owner = funded(county)
    request_id = withdraw(county, owner, 400, "sandbox:pending")
    handlers.send_withdrawal(county, event(request_id))
    assert state(county, Direction.WITHDRAWAL, request_id) == ("requested", "")

    def record(result):
        with run_in_county(county) as work:
            use_cases.record_channel_result(
                direction=Direction.WITHDRAWAL,
                request_id=request_id,
                result=result,
                actor=SYSTEM,
                now=work.now,
            )

    assert refused(lambda: record(SUCCEEDED)) is None
    assert refused(lambda: record(SUCCEEDED)) is None
    assert refused(lambda: record(FAILED)) == "stale_state"
    assert refused(lambda: record(ChannelResult(ChannelOutcome.PENDING))) is None
    with run_in_county(county):
        assert wallet_of(owner) == (600, 0)


def test_an_answer_to_no_request_is_refused(county):
    with run_in_county(county) as work:
        for direction in Direction:
            record = partial(
                use_cases.record_channel_result,
                direction=direction,
                request_id=uuid7(),
                result=SUCCEEDED,
                actor=SYSTEM,
                now=work.now,
            )
            assert refused(record) == "not_found"


def overdue(county, model, request_id):
    with run_in_county(county):
        model.objects.filter(id=request_id).update(ask_again_at=real_now() - timedelta(seconds=1))


def test_the_timer_asks_again_about_what_got_stuck_and_one_failure_holds_up_no_other(county):
    tasks.retry_channel_requests(county)
    owner = funded(county)
    silent = withdraw(county, owner, 100, "sandbox:unreachable")
    with pytest.raises(ConnectionError):
        handlers.send_withdrawal(county, event(silent))
    lost = withdraw(county, owner, 200)  # as if its event never came
    fresh = withdraw(county, owner, 300)
    for request_id in (silent, lost):
        overdue(county, Withdrawal, request_id)
    assert tasks.retry_channel_requests(county) >= 2
    tasks.retry_channel_requests(county)  # nobody's turn again: the attempts below are still one
    states = [state(county, Direction.WITHDRAWAL, one)[0] for one in (silent, lost, fresh)]
    assert states == ["requested", "succeeded", "requested"]
    with run_in_county(county):
        row = Withdrawal.objects.get(id=silent)
        assert row.attempts == 1
        assert row.ask_again_at > real_now() + timedelta(seconds=60)
        assert wallet_of(owner) == (800, 400)


def test_two_sweepers_do_not_claim_the_same_request(county):
    _, request_id = top_up(county)
    overdue(county, TopUp, request_id)
    with run_in_county(county):
        assert request_id in channel_requests.claim_stuck(TopUp, real=real_now(), limit=50)
        assert request_id not in channel_requests.claim_stuck(TopUp, real=real_now(), limit=50)


def test_requests_of_an_owner_come_newest_first(county):
    owner, first = top_up(county)
    _, second = top_up(county, owner=owner)
    with run_in_county(county):
        listed = selectors.requests(Direction.TOP_UP, owner)
        assert [view.id for view in listed] == [second, first]
        assert [view.id for view in selectors.requests(Direction.TOP_UP, owner, limit=1)] == [second]


def test_the_settings_choose_the_channel():
    assert settings.LINGGONG_PAYMENT_CHANNEL.endswith("SandboxChannel")
    assert isinstance(payment_channel(), SandboxChannel)


def test_the_sandbox_answers_the_same_id_the_same_way_in_every_process():
    request_id = uuid7()
    answers = {
        SandboxChannel().request_payout(request_id=request_id, amount_fen=1, account="card:fails")
        for _ in range(3)
    }
    assert len(answers) == 1
