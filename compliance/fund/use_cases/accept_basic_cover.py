from __future__ import annotations

from datetime import datetime
from uuid import UUID

from compliance.fund.contracts import ChoiceView, Party
from compliance.fund.use_cases._choices import record_choice
from kernel.actor import Actor


def accept_basic_cover(
    *, party: Party, party_id: UUID, actor: Actor, now: datetime, reason: str = ""
) -> ChoiceView:
    """Takes such a refusal back. See `decline_basic_cover`."""
    return record_choice(party, party_id, False, reason, actor, now)
