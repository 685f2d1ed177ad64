"""What may be done with claims, one verb a file, inside an open county."""

from compliance.claims.use_cases.acknowledge_claim import acknowledge_claim
from compliance.claims.use_cases.close_claim import close_claim
from compliance.claims.use_cases.decide_claim import decide_claim
from compliance.claims.use_cases.flag_overdue import flag_overdue
from compliance.claims.use_cases.hand_in_papers import hand_in_papers
from compliance.claims.use_cases.open_claim import open_claim
from compliance.claims.use_cases.read_claim import read_claim, read_claim_file
from compliance.claims.use_cases.record_by_letter import record_by_letter
from compliance.claims.use_cases.record_payment import record_payment
from compliance.claims.use_cases.want_papers import want_papers
from compliance.claims.use_cases.withdraw_claim import withdraw_claim

__all__ = [
    "acknowledge_claim",
    "close_claim",
    "decide_claim",
    "flag_overdue",
    "hand_in_papers",
    "open_claim",
    "read_claim",
    "read_claim_file",
    "record_by_letter",
    "record_payment",
    "want_papers",
    "withdraw_claim",
]
