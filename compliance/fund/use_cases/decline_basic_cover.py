from __future__ import annotations

from datetime import datetime
from uuid import UUID

from compliance.fund.contracts import ChoiceView, Party
from compliance.fund.use_cases._choices import record_choice
from kernel.actor import Actor


def decline_basic_cover(
    *, party: Party, party_id: UUID, actor: Actor, now: datetime, reason: str = ""
) -> ChoiceView:
    """Records that a worker or an employer wants no basic cover, or that it is not wanted for one order,
    with who said so, when and through which channel. It counts for places taken from now on.

    A worker's or employer's own, or anybody's with `act_for`; an order's is checked by its caller, who
    knows whose it is. Raises `worker_not_found`, `employer_not_found`, `employer_duty`.
    """
    return record_choice(party, party_id, True, reason, actor, now)
