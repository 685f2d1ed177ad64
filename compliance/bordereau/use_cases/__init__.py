"""What may be done with lists and settlements, inside an open county."""

from compliance.bordereau.use_cases.approve_settlement import approve_settlement
from compliance.bordereau.use_cases.draft_settlement import draft_settlement
from compliance.bordereau.use_cases.issue_list import issue_list
from compliance.bordereau.use_cases.pay_settlement import pay_settlement
from compliance.bordereau.use_cases.receive_statement import receive_statement
from compliance.bordereau.use_cases.reconcile_settlement import reconcile_settlement
from compliance.bordereau.use_cases.withdraw_settlement import withdraw_settlement

__all__ = [
    "approve_settlement",
    "draft_settlement",
    "issue_list",
    "pay_settlement",
    "receive_statement",
    "reconcile_settlement",
    "withdraw_settlement",
]
