"""Months to play: a CSV file in the form of `jiangle_first_month.csv`, or one made up from a seed."""

from __future__ import annotations

import csv
import random
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

JIANGLE = Path(__file__).with_name("data") / "jiangle_first_month.csv"
ENDS = ("settled", "cancelled", "expired", "no_show")
COLUMNS = ("order", "day", "trade", "headcount", "wage_per_head_fen", "hours_per_head", "insured", "ends")
MAX_HEADCOUNT = 40
MAX_ORDERS_A_DAY = 60


class MonthError(ValueError):
    """A file that is not a month, with the line at fault."""


@dataclass(frozen=True, slots=True)
class Posting:
    """One order of the month. `day` is 1..31, wages are fen a head, `hours` whole hours a head."""

    order: int
    day: int
    trade: str
    headcount: int
    wage_fen: int
    hours: int
    insured: bool
    ends: str


@dataclass(frozen=True, slots=True)
class Month:
    """`source` says in words where it comes from."""

    source: str
    postings: tuple[Posting, ...]

    def on(self, day: int) -> list[Posting]:
        return [posting for posting in self.postings if posting.day == day]

    @property
    def busiest(self) -> int:
        """Most places of one day: so many workers are needed at least."""
        a_day: Counter[int] = Counter()
        for posting in self.postings:
            a_day[posting.day] += posting.headcount
        return max(a_day.values(), default=0)

    def settled(self, wanted: Callable[[Posting], bool] = lambda _: True) -> list[Posting]:
        return [posting for posting in self.postings if posting.ends == "settled" and wanted(posting)]


def read_month(path: Path, *, trades: Mapping[str, object] | None = None) -> Month:
    """Reads a month. Raises MonthError with file and line for anything that cannot be played."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as bad:
        raise MonthError(f"{path}: cannot be read as UTF-8 text ({bad})") from None
    rows = csv.DictReader(text.splitlines(), strict=True)
    if tuple(rows.fieldnames or ()) != COLUMNS:
        raise MonthError(f"{path}: the first line must be {','.join(COLUMNS)}")
    try:
        postings = [_posting(row, path, rows.line_num, trades) for row in rows]
    except csv.Error as bad:
        raise MonthError(f"{path}, line {rows.line_num}: {bad}") from None
    if not postings:
        raise MonthError(f"{path}: no order in it")
    _check_days(postings, path)
    return Month(source=str(path.name), postings=tuple(postings))


def _posting(
    row: Mapping[str, str | None], path: Path, line: int, trades: Mapping[str, object] | None
) -> Posting:
    def number(name: str, low: int, high: int) -> int:
        text = row[name] or ""
        if not text.isascii() or not text.isdigit() or not low <= int(text[:12]) <= high or len(text) > 11:
            raise MonthError(
                f"{path}, line {line}: {name} must be a whole number from {low} to {high}, not {text!r}"
            )
        return int(text)

    def choice(name: str, allowed: Iterable[str]) -> str:
        text = row[name] or ""
        if text not in allowed:
            raise MonthError(f"{path}, line {line}: {name} must be one of {', '.join(allowed)}, not {text!r}")
        return text

    if None in row or None in row.values():
        raise MonthError(f"{path}, line {line}: {len(COLUMNS)} columns are needed")
    trade = row["trade"] or ""
    if trades is not None and trade not in trades:
        raise MonthError(f"{path}, line {line}: no such trade: {trade!r}")
    return Posting(
        order=number("order", 1, 1_000_000),
        day=number("day", 1, 31),
        trade=trade,
        headcount=number("headcount", 1, MAX_HEADCOUNT),
        wage_fen=number("wage_per_head_fen", 1, 10_000_000),
        hours=number("hours_per_head", 1, 14),
        insured=choice("insured", ("yes", "no")) == "yes",
        ends=choice("ends", ENDS),
    )


def _check_days(postings: list[Posting], path: Path) -> None:
    orders = Counter(posting.order for posting in postings)
    if twice := [order for order, times in orders.items() if times > 1]:
        raise MonthError(f"{path}: order {twice[0]} stands there twice")
    days = Counter(posting.day for posting in postings)
    if full := [day for day, count in days.items() if count > MAX_ORDERS_A_DAY]:
        raise MonthError(f"{path}: day {full[0]} has more than {MAX_ORDERS_A_DAY} orders")


def made_up_month(*, code: str, floor_hour_fen: int, trades: Iterable[str], orders: int = 16) -> Month:
    """A month nobody lived: the same for the same county each time. Wages keep the county's floor."""
    dice = random.Random(f"linggong {code}")
    known = sorted(trades)
    postings = []
    for order in range(1, orders + 1):
        hours = dice.choice((6, 7, 8, 9))
        postings.append(
            Posting(
                order=order,
                day=dice.randint(1, 30),
                trade=dice.choice(known),
                headcount=dice.choice((1, 1, 1, 1, 2, 3)),
                wage_fen=hours * floor_hour_fen + dice.randrange(0, 8_000, 500),
                hours=hours,
                insured=dice.random() < 0.75,
                ends=dice.choices(ENDS, (90, 4, 3, 3))[0],
            )
        )
    postings.sort(key=lambda posting: (posting.day, posting.order))
    return Month(source="made up", postings=tuple(postings))
