"""Events that leave for the payment channel. Called with no county open; the channel is asked outside
any transaction, and asking twice is harmless: it knows our request's id."""

from __future__ import annotations

from typing import TypeVar
from uuid import UUID

from kernel.actor import SYSTEM
from kernel.events import Event
from ledger import channel_requests
from ledger.channels import payment_channel
from ledger.contracts import Direction
from ledger.models import TopUp, Withdrawal
from ledger.use_cases.record_channel_result import record_channel_result
from tenants.county import CountyRef, run_in_county

R = TypeVar("R", TopUp, Withdrawal)


def send_top_up(county: CountyRef, event: Event) -> None:
    """`cn.linggong.top_up.requested.v1`: asks the channel to collect, and records its answer."""
    ask(county, Direction.TOP_UP, event.subject)


def send_withdrawal(county: CountyRef, event: Event) -> None:
    """`cn.linggong.withdrawal.requested.v1`: asks the channel to pay out, and records its answer."""
    ask(county, Direction.WITHDRAWAL, event.subject)


def ask(county: CountyRef, direction: Direction, request_id: UUID) -> None:
    """Asks about one request unless it is resolved. What the channel raises goes up: try again."""
    model = TopUp if direction is Direction.TOP_UP else Withdrawal
    with run_in_county(county):
        question = channel_requests.question(model, request_id)
    if question is None:
        return
    channel = payment_channel()
    verb = channel.request_top_up if direction is Direction.TOP_UP else channel.request_payout
    result = verb(request_id=question.request_id, amount_fen=question.amount_fen, account=question.account)
    with run_in_county(county) as work:
        record_channel_result(
            direction=direction, request_id=request_id, result=result, actor=SYSTEM, now=work.now
        )
