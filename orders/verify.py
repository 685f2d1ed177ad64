"""One county's money checked as a whole: the ledger, the escrows of ended orders, the cover fund. Here,
since it takes an order's state to say that its escrow must be empty."""

from __future__ import annotations

from dataclasses import replace

from compliance.fund.verify import verify_fund
from kernel.actor import Actor
from ledger.verify import VerifyReport, verify_county
from orders.selectors import settled_order_ids


def verify_money() -> VerifyReport:
    """Stored = recomputed, sum of all = 0, escrow = 0 once an order has ended, every fen of the cover fund
    explained; in the open county. Reads every transfer."""
    report = verify_county(settled_orders=settled_order_ids())
    return replace(report, problems=[*report.problems, *verify_fund()])


def money_check_for_city(*, actor: Actor) -> VerifyReport:
    """The same for the city, problems in words with ids and fen, nobody named. Needs `city:drill`; the
    caller writes the audit row, since it knows the purpose."""
    actor.require("city:drill")
    return verify_money()
