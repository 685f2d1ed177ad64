"""What may be done with the fund, inside an open county."""

from compliance.fund.use_cases.accept_basic_cover import accept_basic_cover
from compliance.fund.use_cases.change_budget import change_budget
from compliance.fund.use_cases.close_program import close_program
from compliance.fund.use_cases.declare_reserve import declare_reserve
from compliance.fund.use_cases.decline_basic_cover import decline_basic_cover
from compliance.fund.use_cases.deposit import deposit
from compliance.fund.use_cases.draw import draw
from compliance.fund.use_cases.give_back import give_back
from compliance.fund.use_cases.pay_back import pay_back
from compliance.fund.use_cases.pay_difference import pay_difference
from compliance.fund.use_cases.return_difference import return_difference
from compliance.fund.use_cases.start_program import start_program
from compliance.fund.use_cases.withdraw_reserve import withdraw_reserve

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
