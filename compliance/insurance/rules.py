"""What can be decided without a database."""

from __future__ import annotations

import random
import re
import secrets
from datetime import date, datetime, timedelta
from typing import Final

from compliance.insurance.errors import ANSWER_INVALID, COVER_NOT_IN_FORCE, COVER_STARTS_TOMORROW
from compliance.insurance.port import BindAnswer, Decision
from compliance.insurance.states import WAITING, PolicyState
from compliance.rates.contracts import Starts
from kernel.clock import business_day, day_bounds

BREAKER_AFTER: Final = 5
"""Failures in a row after which a connection's breaker opens."""

BREAKER_OPEN: Final = (timedelta(seconds=30), timedelta(minutes=5))
"""How long it stays open, at first and at most (real time)."""

MAX_DAYS: Final = 31
_ASK_AGAIN: Final = (5, 15, 30, 60, 120, 300)
_TELL_AGAIN: Final = (5, 30, 120, 600, 1800, 3600)
_SLIP_LETTERS: Final = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_SLIP: Final = re.compile(f"[{_SLIP_LETTERS}]{{10}}")
_REASON: Final = re.compile(r"[a-z][a-z0-9_]{0,59}")
_NUMBER: Final = re.compile(r"[!-~]{1,64}")
_SHA256: Final = re.compile(r"[0-9a-f]{64}")


def refund_fen(state: PolicyState, premium_fen: int) -> int:
    """Before the work starts the premium comes back in full, also for a no-show; afterwards nothing."""
    return premium_fen if state in WAITING | {PolicyState.ISSUED} else 0


def covers_until(on: date, days: int) -> datetime:
    """The midnight (Shanghai) after the last day."""
    return day_bounds(on + timedelta(days=days - 1))[1]


def covers_from(starts: Starts, on: date, issued_at: datetime, asked_for: datetime | None) -> datetime:
    """When cover begins: at once, or at the midnight after it was issued, but not before the day `on`;
    later if the insurer says so."""
    by_product = issued_at if starts is Starts.AT_ONCE else day_bounds(business_day(issued_at))[1]
    earliest = max(by_product, day_bounds(on)[0])
    return max(earliest, asked_for) if asked_for else earliest


def check_starts_in_time(starts: Starts, on: date, now: datetime) -> None:
    """Raises `cover_starts_tomorrow` for a product whose cover cannot begin before the day is over."""
    if starts is Starts.NEXT_MIDNIGHT and business_day(now) >= on:
        raise COVER_STARTS_TOMORROW.error(day=on.isoformat())


def check_day(on: date, days: int, day: date) -> None:
    """Cover is for its days. Work around midnight checks in a day early or late; anything farther off is
    another order's day. Raises `cover_not_in_force`."""
    if not on - timedelta(days=1) <= day <= on + timedelta(days=days):
        raise COVER_NOT_IN_FORCE.error(on=on.isoformat())


def new_slip() -> str:
    """Ten letters and digits that nobody mixes up when reading them aloud; about 49 bits."""
    return "".join(secrets.choice(_SLIP_LETTERS) for _ in range(10))


def read_slip(text: str) -> str | None:
    """A slip as somebody typed it, or None for what cannot be one."""
    plain = text.upper().replace("-", "").replace(" ", "")
    return plain if _SLIP.fullmatch(plain) else None


def ask_again_after(asks: int) -> timedelta:
    """How long (real time) until an insurer that did not answer, or said pending, is asked again."""
    return _spread(_ASK_AGAIN, asks)


def tell_again_after(tells: int) -> timedelta:
    """How long (real time) until a cancellation that was not acknowledged is told again."""
    return _spread(_TELL_AGAIN, tells)


def breaker_open_for(failures: int) -> timedelta | None:
    """How long (real time) the breaker keeps calls back after so many failures in a row."""
    if failures < BREAKER_AFTER:
        return None
    first, most = BREAKER_OPEN
    return min(most, first * 2.0 ** min(failures - BREAKER_AFTER, 10))


def check_answer(answer: BindAnswer) -> None:
    """Raises `answer_invalid` unless an issued answer has all that makes it one, or a refusal its code."""
    if answer.state is Decision.ISSUED:
        if not _NUMBER.fullmatch(answer.certificate_number):
            raise ANSWER_INVALID.error(field="certificate_number", reason="1 to 64 printable characters")
        if not _SHA256.fullmatch(answer.certificate_sha256):
            raise ANSWER_INVALID.error(field="certificate_sha256", reason="64 hex digits in lower case")
    if answer.state is Decision.REFUSED and not _REASON.fullmatch(answer.reason):
        raise ANSWER_INVALID.error(field="reason", reason="a code: letters a-z, digits, underscores")


def _spread(steps: tuple[int, ...], count: int) -> timedelta:
    """The step, with jitter, so that what failed together is not asked together again."""
    seconds = steps[min(count, len(steps) - 1)]
    return timedelta(seconds=seconds * random.uniform(0.8, 1.2))  # noqa: S311  # spreads load, guards nothing
