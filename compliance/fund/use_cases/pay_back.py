from __future__ import annotations

from datetime import datetime

from compliance.fund.contracts import DepositView, Target
from compliance.fund.use_cases._public_money import move_public_money
from kernel.actor import Actor


def pay_back(*, target: Target, amount_fen: int, reference: str, actor: Actor, now: datetime) -> DepositView:
    """Records public money that went back from the fund, or the reserve, to who gave it. What lies in
    slices is not in the fund: close the program or lower its budget first.

    Raises what `deposit` does, and `insufficient_funds`.
    """
    return move_public_money(target, amount_fen, -1, reference, actor, now)
