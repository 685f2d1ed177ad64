"""A table of figures with readable heads: the same for CSV and XLSX. Cells are text, dates, whole numbers
and decimals; yuan and percent have two places."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from kernel.clock import SHANGHAI
from reporting.contracts import Dimension, FigureRow, FigureValue, MetricEntry
from reporting.exports.content import Content

HIDDEN: Final = "*"
Cell = str | int | Decimal | date | None
_PERIODS = (Dimension.DAY, Dimension.WEEK, Dimension.MONTH, Dimension.QUARTER, Dimension.YEAR)


@dataclass(frozen=True, slots=True)
class Column:
    """`of` gives the cell of a row; `unit` is the metric's, empty for a label."""

    zh: str
    en: str
    of: Callable[[FigureRow], Cell]
    unit: str = ""

    def head(self, lang: str) -> str:
        return self.zh if lang == "zh" else self.en


def columns(content: Content) -> list[Column]:
    """Labels of what is grouped by, figures, then how far the row is signed and how fresh it is."""
    return [*_labels(content), *_figures(content), *_standing(content)]


def number(value: int | None, unit: str) -> int | Decimal | None:
    """A figure as a reader's number: yuan of fen, percent of basis points."""
    if value is None or unit not in ("fen", "basis points"):
        return value
    return Decimal(value).scaleb(-2)


def unit_text(unit: str, lang: str) -> str:
    zh, en = _UNITS.get(unit, ("", ""))
    return zh if lang == "zh" else en


_UNITS = {"fen": ("元", "yuan"), "basis points": ("%", "%"), "seconds": ("秒", "seconds")}


def named(entry: MetricEntry, lang: str) -> str:
    """The head of a metric's column, with its unit where it is not a plain count."""
    unit = unit_text(entry.unit, lang)
    name = entry.zh if lang == "zh" else entry.en
    if not unit:
        return name
    if unit == "%":
        return f"{name} %"
    return f"{name}（{unit}）" if lang == "zh" else f"{name} ({unit})"


def _labels(content: Content) -> Iterator[Column]:
    groups, lang = content.order.group_by, content.order.lang
    if Dimension.COUNTY in groups:
        refs = content.counties
        yield Column("区划代码", "Division code", lambda row: refs[row.county].code if row.county else None)
        yield Column("县（市、区）", "County", lambda row: _name(refs.get(row.county or ""), lang))
    if any(period in groups for period in _PERIODS) or content.order.as_signed:
        yield Column("起始日", "First day", lambda row: row.first)
        yield Column("截止日", "Last day", lambda row: row.last)
    if Dimension.TRADE in groups:
        trades = content.trades
        yield Column("工种代码", "Trade code", lambda row: row.trade)
        yield Column("工种", "Trade", lambda row: _name(trades.get(row.trade or ""), lang) or row.trade)
    if Dimension.TOWN in groups:
        yield Column("乡镇（街道）", "Town", lambda row: row.town)
    if Dimension.STATION in groups:
        yield Column("驿站", "Station", lambda row: row.station)


def _name(found: object | None, lang: str) -> str | None:
    return None if found is None else str(getattr(found, "name" if lang == "zh" else "name_en"))


def _figures(content: Content) -> Iterator[Column]:
    order = content.order
    for place, entry in enumerate(content.entries):
        zh, en = named(entry, "zh"), named(entry, "en")
        yield Column(zh, en, _cell(place, entry.unit, "value"), entry.unit)
        if order.compare is None or order.as_signed:
            continue
        if order.compare.value == "target":
            yield Column(f"{zh}：目标", f"{en}: target", _cell(place, entry.unit, "target"), entry.unit)
        else:
            yield Column(f"{zh}：对比期", f"{en}: compared", _cell(place, entry.unit, "before"), entry.unit)
            yield Column(f"{zh}：增减", f"{en}: change", _cell(place, entry.unit, "change"), entry.unit)


def _cell(place: int, unit: str, which: str) -> Callable[[FigureRow], Cell]:
    def of(row: FigureRow) -> Cell:
        value: FigureValue = row.values[place]
        return HIDDEN if value.hidden else number(getattr(value, which), unit)

    return of


def _standing(content: Content) -> Iterator[Column]:
    lang = content.order.lang
    yield Column(
        "签报状态",
        "Sign-off",
        lambda row: content.sign_off(row.county, row.first, row.last).text(lang),
    )
    yield Column("数据状态", "Freshness", lambda row: freshness_text(content, row.county))


def freshness_text(content: Content, county: str | None) -> str:
    """Of one county when it was last folded, or that it is behind; of all, which are behind."""
    lang = content.order.lang
    if county is None or county not in content.freshness:
        late = [known.name if lang == "zh" else known.name_en for known in content.behind]
        if not late:
            return "完整" if lang == "zh" else "complete"
        return f"不完整：{'、'.join(late)}" if lang == "zh" else f"behind: {', '.join(late)}"
    known = content.freshness[county]
    if known.folded_at is None:
        return "从未汇总" if lang == "zh" else "never folded"
    at = f"{known.folded_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
    if known.state.value == "fresh":
        return f"完整（{at}）" if lang == "zh" else f"complete ({at})"
    return f"不完整（{at}）" if lang == "zh" else f"behind ({at})"
