"""What can be decided without a database."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from compliance.insurance.contracts import RateLine
from compliance.insurance.errors import COVER_NOT_IN_FORCE, RATE_TABLE_INVALID
from compliance.insurance.states import PolicyState
from kernel.money import check_fen

MAX_RISK_CLASS = 6


def check_table(lines: Sequence[RateLine], classes: Mapping[str, int]) -> None:
    """Raises `rate_table_invalid` (or `amount_invalid`) unless every class is rated once, and every
    trade is in a rated class or in class 0."""
    rated = [line.risk_class for line in lines]
    if not lines or not classes:
        raise RATE_TABLE_INVALID.error(field="lines", reason="no lines or no trades")
    if len(set(rated)) != len(rated):
        raise RATE_TABLE_INVALID.error(field="lines", reason="a risk class stands twice")
    for number, line in enumerate(lines):
        if type(line.risk_class) is not int or not 1 <= line.risk_class <= MAX_RISK_CLASS:
            raise RATE_TABLE_INVALID.error(
                field=f"lines.{number}.risk_class", reason=f"1 to {MAX_RISK_CLASS}"
            )
        check_fen(line.premium_fen, field=f"lines.{number}.premium_fen")
        check_fen(line.death_disability_cover_fen, field=f"lines.{number}.death_disability_cover_fen")
        check_fen(line.medical_cover_fen, field=f"lines.{number}.medical_cover_fen", minimum=0)
    for trade, risk_class in classes.items():
        if risk_class != 0 and risk_class not in rated:
            raise RATE_TABLE_INVALID.error(field=f"classes.{trade}", reason=f"class {risk_class} has no rate")


def table_digest(lines: Sequence[RateLine], classes: Mapping[str, int]) -> str:
    """SHA-256 of everything that a quote depends on, in one spelling."""
    content = {
        "lines": sorted(
            [
                line.risk_class,
                line.premium_fen,
                line.death_disability_cover_fen,
                line.medical_cover_fen,
            ]
            for line in lines
        ),
        "classes": dict(classes),
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def refund_fen(state: PolicyState, premium_fen: int) -> int:
    """Before the work starts the premium comes back in full, also for a no-show; afterwards nothing."""
    return premium_fen if state in {PolicyState.REQUESTED, PolicyState.BOUND} else 0


def check_starts(on: date, day: date) -> None:
    """Cover is for one day's order. Work around midnight checks in a day early or late; anything
    farther off is another order's day. Raises `cover_not_in_force`."""
    if abs(day - on) > timedelta(days=1):
        raise COVER_NOT_IN_FORCE.error(on=on.isoformat())
