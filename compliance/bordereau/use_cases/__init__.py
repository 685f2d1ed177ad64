"""What may be done with lists and settlements, inside an open county."""

from compliance.bordereau.use_cases.issue_list import issue_list
from compliance.bordereau.use_cases.receive_statement import receive_statement
from compliance.bordereau.use_cases.settle import (
    approve_settlement,
    draft_settlement,
    pay_settlement,
    reconcile_settlement,
    withdraw_settlement,
)

__all__ = [
    "approve_settlement",
    "draft_settlement",
    "issue_list",
    "pay_settlement",
    "receive_statement",
    "reconcile_settlement",
    "withdraw_settlement",
]
