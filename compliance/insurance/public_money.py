"""The parts of a premium that public money paid: basic cover's fund, and the reserve for dearer fallbacks."""

from __future__ import annotations

from datetime import datetime

from compliance.fund.use_cases.give_back import give_back as return_to_fund
from compliance.fund.use_cases.return_difference import return_difference
from compliance.insurance.contracts import Payer
from compliance.insurance.models import Policy


def give_back(policy: Policy, *, now: datetime) -> None:
    """Returns what the fund or the reserve paid for a policy that is refunded in full; once."""
    if policy.payer == Payer.FUND:
        return_to_fund(policy_id=policy.id, amount_fen=policy.premium_fen, now=now)
    elif policy.employer_premium_fen < policy.premium_fen:
        return_difference(policy_id=policy.id, now=now)
