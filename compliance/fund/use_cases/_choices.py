from __future__ import annotations

from datetime import datetime
from uuid import UUID

from compliance.fund.contracts import ChoiceView, Party
from compliance.fund.models import Choice
from compliance.fund.selectors import choice_view
from compliance.people.selectors import employer_for, worker_for
from kernel.actor import Actor
from kernel.identifiers import clean_text


def record_choice(
    party: Party, party_id: UUID, declined: bool, reason: str, actor: Actor, now: datetime
) -> ChoiceView:
    """A row for a choice that the actor may make. Raises `worker_not_found`, `employer_not_found`,
    `employer_duty`."""
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
