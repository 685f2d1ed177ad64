from __future__ import annotations

from datetime import datetime

from compliance.fund.contracts import DepositView, Target
from compliance.fund.use_cases._public_money import move_public_money
from kernel.actor import Actor


def deposit(*, target: Target, amount_fen: int, reference: str, actor: Actor, now: datetime) -> DepositView:
    """Records public money that the county's bank has received for basic cover, or for the reserve.
    `reference` is the bank's and is taken once.

    Raises `forbidden`, `deposit_reference_used`, `reserve_not_declared`, `amount_invalid`.
    """
    return move_public_money(target, amount_fen, 1, reference, actor, now)
