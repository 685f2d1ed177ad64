"""Timers of the ledger, one county a call. Each is safe to run twice, beside itself, and to kill."""

from __future__ import annotations

import logging
from typing import Final

from kernel.clock import real_now
from kernel.errors import DomainError
from ledger import channel_requests, handlers, selectors, use_cases
from ledger.contracts import Direction
from ledger.errors import HOLD_RESOLVED
from ledger.models import TopUp, Withdrawal
from tenants.county import CountyRef, run_in_county

log = logging.getLogger(__name__)

_BATCH: Final = 50
_FOLD_BATCH: Final = 10_000


def fold_collectors(county: CountyRef) -> int:
    """Folds what is queued at the collecting accounts, batch after batch; returns how many rows."""
    folded = 0
    while True:
        with run_in_county(county) as work:
            batch = use_cases.fold_collectors(now=work.now, limit=_FOLD_BATCH)
        folded += batch
        if batch < _FOLD_BATCH:
            return folded


def void_expired_holds(county: CountyRef) -> int:
    """Releases up to a batch of holds past their expiry; returns how many."""
    with run_in_county(county) as work:
        expired = selectors.expired_holds(now=work.now, limit=_BATCH)
    released = 0
    for hold_id in expired:
        try:
            with run_in_county(county) as work:
                use_cases.void_hold(hold_id=hold_id, now=work.now, after_expiry=True)
            released += 1
        except DomainError as refused:
            if refused.refusal is not HOLD_RESOLVED:  # somebody else released it meanwhile
                raise
    return released


def retry_channel_requests(county: CountyRef) -> int:
    """Asks the channel again about requests it has not settled; returns how many were asked.

    One that fails holds up no other: its next turn is already set.
    """
    asked = 0
    for direction, model in ((Direction.TOP_UP, TopUp), (Direction.WITHDRAWAL, Withdrawal)):
        with run_in_county(county):
            stuck = channel_requests.claim_stuck(model, real=real_now(), limit=_BATCH)
        for request_id in stuck:
            try:
                handlers.ask(county, direction, request_id)
            except Exception:  # whatever a channel's library raises; the rest must be asked
                log.warning("channel did not answer", extra={"request": str(request_id)}, exc_info=True)
            asked += 1
    return asked
