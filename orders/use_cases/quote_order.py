"""What an order would cost, without any effect."""

from __future__ import annotations

from datetime import datetime

from compliance.people.selectors import employer_for
from kernel.actor import Actor
from orders.contracts import Quote, QuoteOrder
from orders.use_cases._pricing import price
from tenants import gate


def quote_order(*, command: QuoteOrder, actor: Actor, now: datetime) -> Quote:
    """Refuses exactly what publishing the same terms would refuse, except for want of money."""
    actor.require("orders:quote")
    gate.may_begin()
    employer_for(actor, command.employer_id, need="publish")
    return price(command.terms, now=now).quote
