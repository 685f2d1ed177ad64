"""All that a bulletin shows, read at one moment."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from reporting.contracts import (
    Compare,
    Dimension,
    FigureAnswer,
    FigureQuery,
    FigureRow,
    FigureValue,
    MetricEntry,
)
from reporting.dictionary import dictionary, entry
from reporting.exports.content import Content, gather
from reporting.exports.contracts import ExportOrder
from reporting.exports.progress import Progress
from reporting.figures import figures
from reporting.moment import one_moment
from reporting.periods import add_months

_DAILY = ("orders_posted", "orders_settled")
_MONTHLY = "wages_fen"
_TILES = (
    *("orders_settled", "places_settled", "workers", "wages_fen", "insured_orders_bp", "fill_rate_bp"),
    *("employers", "premiums_fen"),
)
TILES = 6
TRADES = 10
STEPS = 7


@dataclass(frozen=True, slots=True)
class Tile:
    """A key number with what it was a month and a year before."""

    entry: MetricEntry
    now: FigureValue
    previous: FigureValue
    year: FigureValue


@dataclass(frozen=True, slots=True)
class Month:
    """`by_county` has the colouring metric first; `days`, `months` and `trades` are in the order of time and
    of size."""

    content: Content
    tiles: tuple[Tile, ...]
    colour: MetricEntry
    by_county: tuple[FigureRow, ...]
    daily: tuple[MetricEntry, ...]
    days: tuple[FigureRow, ...]
    monthly: MetricEntry
    months: tuple[FigureRow, ...]
    trades: tuple[FigureRow, ...]


def read_month(order: ExportOrder, progress: Progress, now: datetime) -> Month:
    """Seven reads of figures, however many counties there are."""
    with one_moment():
        content = gather(replace(order, group_by=(Dimension.COUNTY,), compare=None), progress, now=now)
        tiles = _tiles(order)
        progress.at(2, STEPS)
        by_county = _rows(order, (order.colour,), Dimension.COUNTY)
        days = _rows(order, _DAILY, Dimension.DAY)
        progress.at(3, STEPS)
        year = replace(order, first=add_months(order.first, -11))
        months = _rows(year, (_MONTHLY,), Dimension.MONTH)
        trades = _rows(order, ("places_settled",), Dimension.TRADE, order_by="places_settled")
        progress.at(4, STEPS)
    return Month(
        content=content,
        tiles=tiles,
        colour=entry(order.colour),
        by_county=by_county,
        daily=tuple(entry(code) for code in _DAILY),
        days=days,
        monthly=entry(_MONTHLY),
        months=months,
        trades=trades[:TRADES],
    )


def _query(order: ExportOrder, metrics: tuple[str, ...]) -> FigureQuery:
    return FigureQuery(
        first=order.first,
        last=order.last,
        metrics=metrics,
        counties=order.counties,
        trades=order.trades,
        boundaries=order.boundaries,
    )


def _tiles(order: ExportOrder) -> tuple[Tile, ...]:
    known = {one.code for one in dictionary()}
    codes = tuple(code for code in _TILES if code in known)[:TILES]
    query = _query(order, codes)
    previous: FigureAnswer = figures(replace(query, compare=Compare.PREVIOUS))
    year: FigureAnswer = figures(replace(query, compare=Compare.YEAR))
    return tuple(
        Tile(entry(code), before, before, year.total.values[place])
        for place, (code, before) in enumerate(zip(codes, previous.total.values, strict=True))
    )


def _rows(
    order: ExportOrder, metrics: tuple[str, ...], by: Dimension, *, order_by: str | None = None
) -> tuple[FigureRow, ...]:
    """The first thousand groups: days and months are fewer, of trades the largest count, and a city of more
    counties would not fit the page."""
    return figures(replace(_query(order, metrics), group_by=(by,), order_by=order_by)).rows
