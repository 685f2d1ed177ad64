"""Why an alert stands, in a sentence of Chinese and one of English, made of its numbers alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from orders.contracts import BASIS_CODES, PayBasis
from reporting.watch.contracts import Rule
from reporting.watch.finders.late_payout import OVERDUE
from reporting.watch.finders.pay_norm import LOW
from reporting.wording import texts

Numbers = Mapping[str, int]

_BASES: Final[Mapping[PayBasis, tuple[str, str]]] = {
    PayBasis.HOUR: ("小时", "hour"),
    PayBasis.DAY: ("天", "day"),
    PayBasis.PIECE: ("件", "piece"),
    PayBasis.LUMP: ("整单", "whole job"),
}
_BASIS_OF: Final = {code: basis for basis, code in BASIS_CODES.items()}


def _double_booking(numbers: Numbers) -> tuple[str, str]:
    minutes = numbers["overlap_minutes"]
    return (
        f"同一人在两县各有一个名额，工作时间重叠 {minutes} 分钟",
        f"One person holds a place in each county, and their hours overlap by {minutes} minutes",
    )


def _pay_norm(numbers: Numbers) -> tuple[str, str]:
    low = numbers["side"] == LOW
    per_zh, per_en = _BASES[_BASIS_OF[numbers["basis"]]]
    (limit_zh, limit_en), (median_zh, median_en) = _fen(numbers["limit_fen"]), _fen(numbers["median_fen"])
    far_zh, far_en = _fen(numbers["farthest_fen"])
    days, orders = numbers["norm_days"], numbers["norm_orders"]
    zh = (
        f"按{per_zh}计酬，{'不高于' if low else '高于'} {limit_zh}（最{'低' if low else '高'}约 {far_zh}）；"
        f"全市近 {days} 天 {orders} 单的中位数约 {median_zh}"
    )
    en = (
        f"Pay by the {per_en} {'at or below' if low else 'above'} {limit_en} "
        f"({'lowest' if low else 'highest'} about {far_en}); the city's median of {orders} orders in "
        f"{days} days is about {median_en}"
    )
    return zh, en


def _uninsured(numbers: Numbers) -> tuple[str, str]:
    (share, _), (was, _) = _share(numbers["share_bp"]), _share(numbers["base_share_bp"])
    orders, insured = numbers["orders"], numbers["insured_orders"]
    base, days = numbers["base_orders"], numbers["base_days"]
    return (
        f"{orders} 单中 {insured} 单投保，占 {share}；此前 {days} 天 {base} 单为 {was}",
        f"{insured} of {orders} orders were insured, {share}; of {base} in the {days} days before, {was}",
    )


def _idle_hall(numbers: Numbers) -> tuple[str, str]:
    quiet, days = numbers["working_days"], numbers["usual_days"]
    usual, _ = _share(numbers["usual_bp"])
    zh = f"连续 {quiet} 个工作日无发单、无登记；此前 {days} 天中 {usual} 的工作日有业务"
    en = (
        f"Nothing posted and nobody registered for {quiet} working days on end; in the {days} days before, "
        f"{usual} of working days had some"
    )
    return zh, en


def _late_payout(numbers: Numbers) -> tuple[str, str]:
    places = numbers["places"]
    if numbers["kind"] == OVERDUE:
        owed_zh, owed_en = _fen(numbers["owed_fen"])
        hours, grace = numbers["oldest_hours"], numbers["grace_hours"]
        zh = f"{places} 笔报酬（约 {owed_zh}）超过应付时间 {grace} 小时以上仍未付，最久已逾期 {hours} 小时"
        en = (
            f"{places} wages (about {owed_en}) are unpaid more than {grace} hours after they were due, "
            f"the oldest for {hours} hours"
        )
        return zh, en
    pace, norm = numbers["p95_hours"], numbers["norm_hours"]
    return (
        f"{places} 笔报酬中 95% 在完工后 {pace} 小时内付清，应在 {norm} 小时内",
        f"95 % of {places} wages were paid within {pace} hours of the end of work; {norm} is the limit",
    )


def _fen(amount: int) -> tuple[str, str]:
    return texts(amount, "fen")


def _share(share_bp: int) -> tuple[str, str]:
    return texts(share_bp, "basis points")


_REASONS: Final[Mapping[Rule, Callable[[Numbers], tuple[str, str]]]] = {
    Rule.DOUBLE_BOOKING: _double_booking,
    Rule.PAY_NORM: _pay_norm,
    Rule.UNINSURED: _uninsured,
    Rule.IDLE_HALL: _idle_hall,
    Rule.LATE_PAYOUT: _late_payout,
}


def reason(rule: Rule, numbers: Numbers) -> tuple[str, str]:
    """(zh, en)."""
    return _REASONS[rule](numbers)
