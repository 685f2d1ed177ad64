"""What may be done with the fund, inside an open county."""

from compliance.fund.use_cases.change_budget import change_budget
from compliance.fund.use_cases.choose import accept_basic_cover, decline_basic_cover
from compliance.fund.use_cases.close_program import close_program
from compliance.fund.use_cases.deposit import deposit, pay_back
from compliance.fund.use_cases.draw import draw
from compliance.fund.use_cases.give_back import give_back
from compliance.fund.use_cases.reserve import (
    declare_reserve,
    pay_difference,
    return_difference,
    withdraw_reserve,
)
from compliance.fund.use_cases.start_program import start_program

__all__ = [
    "accept_basic_cover",
    "change_budget",
    "close_program",
    "declare_reserve",
    "decline_basic_cover",
    "deposit",
    "draw",
    "give_back",
    "pay_back",
    "pay_difference",
    "return_difference",
    "start_program",
    "withdraw_reserve",
]
