from __future__ import annotations

from datetime import datetime
from uuid import UUID

from compliance.fund.contracts import ChoiceView, Party
from compliance.fund.models import Choice
from compliance.fund.selectors import choice_view
from compliance.people.selectors import employer_for, worker_for
from kernel.actor import Actor
from kernel.identifiers import clean_text


def decline_basic_cover(
    *, party: Party, party_id: UUID, actor: Actor, now: datetime, reason: str = ""
) -> ChoiceView:
    """Records that a worker or an employer wants no basic cover, or that it is not wanted for one order,
    with who said so, when and through which channel. It counts for places taken from now on.

    A worker's or employer's own, or anybody's with `act_for`; an order's is checked by its caller, who
    knows whose it is. Raises `worker_not_found`, `employer_not_found`, `employer_duty`.
    """
    return _record(party, party_id, True, reason, actor, now)


def accept_basic_cover(
    *, party: Party, party_id: UUID, actor: Actor, now: datetime, reason: str = ""
) -> ChoiceView:
    """Takes such a refusal back. See `decline_basic_cover`."""
    return _record(party, party_id, False, reason, actor, now)


def _record(
    party: Party, party_id: UUID, declined: bool, reason: str, actor: Actor, now: datetime
) -> ChoiceView:
    if party is Party.WORKER:
        worker_for(actor, party_id, field="party_id")
    elif party is Party.EMPLOYER:
        employer_for(actor, party_id, "publish", field="party_id")
    row = Choice.objects.create(
        party=party,
        party_id=party_id,
        declined=declined,
        reason=clean_text(reason, "reason", 200, min_len=0) if reason else "",
        by=actor.key,
        channel=actor.channel,
        at=now,
    )
    return choice_view(row)
