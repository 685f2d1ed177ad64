"""Work goes on past its day: one more day of cover, paid by the employer."""

from __future__ import annotations

from datetime import datetime

from compliance.insurance.contracts import AmendmentView
from compliance.insurance.errors import POLICY_NOT_AMENDABLE
from compliance.insurance.use_cases.replace_insured import add_day
from compliance.people.selectors import employer_for
from compliance.rates.contracts import Layer
from kernel.actor import Actor
from orders.contracts import AddCoverDay
from orders.use_cases import _money
from orders.use_cases._cover import covers
from orders.use_cases._rows import locked_assignment


def add_cover_day(*, command: AddCoverDay, actor: Actor, now: datetime) -> AmendmentView:
    """The insurer is asked for one more day of the place's top-up cover; its price by the table's further
    days leaves the employer's wallet now, and comes back if the insurer does not take it.

    Raises `policy_not_amendable`, `insufficient_funds` with `shortfall_fen`, `not_found`.
    """
    actor.require("orders:confirm")
    order, assignment = locked_assignment(command.assignment_id)
    employer_for(actor, order.employer_id, need="publish")
    policy = next((one for one in covers(assignment) if one.layer is Layer.TOP_UP), None)
    if policy is None:
        raise POLICY_NOT_AMENDABLE.error(state="none")
    amendment = add_day(policy_id=policy.id, actor=actor, now=now)
    if amendment.extra_fen:
        _money.pay_further_day(order=order, policy=policy, amount_fen=amendment.extra_fen, now=now)
    return amendment
