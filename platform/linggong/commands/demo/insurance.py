"""The month as its insurers saw it, held against policies and ledger; and one county paying its insurer."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

from rich.console import Console
from rich.table import Table

from kernel.money import yuan
from linggong.commands.demo.http import Person
from linggong.commands.demo.insurers import Insurer, Insurers
from linggong.commands.demo.market import Market
from linggong.site import SAMPLE_COUNTY


def check(console: Console, markets: list[Market], insurers: Insurers, first: date) -> list[str]:
    """Insurers hand their statements in and each county compares the month three ways. Returns what
    differs, in words: nothing may."""
    handed_in = insurers.hand_in([market.slug for market in markets], first)
    faults, sums = [], {one.code: Counter[str]() for one in insurers.all}
    for market in markets:
        sold = insurers.sold(market.slug)
        for one in insurers.all:
            seen = _reconciled(market.admin, one, first)
            sums[one.code].update(
                rows=handed_in[market.slug, one.code],
                ours=seen["ours_fen"],
                theirs=seen["theirs_fen"] or 0,
                differences=len(seen["differences"]),
                issued=sold[one.code]["issued"],
                cancelled=sold[one.code]["cancelled"],
            )
            faults += [f"{market.slug}, {one.code}: {found['en']}" for found in seen["differences"]]
        faults += _unlike_the_players(market, sold)
        faults += [
            f"{market.slug}: certificate {number} was given twice" for number in insurers.twice(market.slug)
        ]
    _show(console, sums)
    market = next(market for market in markets if market.slug == SAMPLE_COUNTY)
    _settle(console, market, insurers.minjiang, first)
    return faults


def _reconciled(admin: Person, one: Insurer, first: date) -> dict[str, Any]:
    seen: dict[str, Any] = admin.get(f"reconciliation?insurer={one.code}&month={first:%Y-%m}")
    return seen


def _unlike_the_players(market: Market, sold: dict[str, Counter[str]]) -> list[str]:
    """Every insured place that was worked must be a policy that stands at one insurer."""
    standing = sum(states["issued"] for states in sold.values())
    if standing == market.tally.insured_places:
        return []
    return [
        f"{market.slug}: insurers have {standing} policies, {market.tally.insured_places} places were insured"
    ]


def _show(console: Console, sums: dict[str, Counter[str]]) -> None:
    table = Table(
        *("insurer", "in force or over", "cancelled", "by policies", "by the insurer", "differences"),
        title="The insurers' own statements against policies and ledger (yuan)",
        title_justify="left",
        box=None,
        pad_edge=False,
    )
    for code, sum_ in sums.items():
        table.add_row(
            code,
            str(sum_["issued"]),
            str(sum_["cancelled"]),
            yuan(sum_["ours"]),
            yuan(sum_["theirs"]),
            str(sum_["differences"]),
        )
    console.print(table)


def _settle(console: Console, market: Market, one: Insurer, first: date) -> None:
    """The month's premiums are paid: drafted and reconciled by one treasurer, approved by another."""
    drafter, approver = (market.staff("treasurer") for _ in range(2))
    month = {"insurer": one.code, "month": f"{first:%Y-%m}"}
    settlement = drafter.post("settlements", month)
    path = f"settlements/{settlement['id']}"
    drafter.post(f"{path}/reconcile", {"accept_reason": ""})
    approver.post(f"{path}/approve")
    paid = drafter.post(f"{path}/pay", {"reference": "demo-premiums"})
    console.print(
        f"{market.slug} paid {one.code} {yuan(paid['amount_fen'])} yuan of premiums: {paid['state']}",
        highlight=False,
    )
