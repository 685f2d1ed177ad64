"""What goes into a file: figures, freshness, signatures and the dictionary, all of one moment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from reporting.contracts import (
    SMALL_CELL,
    CountyFreshness,
    Dimension,
    FigureAnswer,
    FigureQuery,
    FigureRow,
    FigureValue,
    FreshnessState,
    MetricEntry,
    MetricKind,
)
from reporting.dictionary import declarations, entry
from reporting.exports.contracts import ExportOrder
from reporting.exports.errors import EXPORT_TOO_LARGE
from reporting.exports.progress import Progress
from reporting.exports.rules import MAX_ROWS
from reporting.figures import figures
from reporting.selectors import freshness
from reporting.signoff.contracts import MonthFigures, MonthLine, MonthState
from reporting.signoff.masking import hidden_cells
from reporting.signoff.rules import last_day, months_back
from reporting.signoff.selectors import in_force, month_lines
from reporting.wording import texts
from tenants import catalogue, directory
from tenants.catalogue import Trade
from tenants.contracts import CountyRef

PAGE = 10_000
MAX_MONTHS = 132  # ten years and what hangs over


@dataclass(frozen=True, slots=True)
class Content:
    """Everything evaluated. `rows` are without the total; `lines` the sign-off of each county's months,
    newest first; `counties` those asked for, by slug, in the order of their codes. `made_at` is market
    time."""

    order: ExportOrder
    entries: tuple[MetricEntry, ...]
    rows: tuple[FigureRow, ...]
    total: FigureRow
    compared: tuple[date, date] | None
    counties: Mapping[str, CountyRef]
    trades: Mapping[str, Trade]
    freshness: Mapping[str, CountyFreshness]
    behind: tuple[CountyFreshness, ...]
    lines: tuple[MonthLine, ...]
    lines_of: Mapping[str | None, Sequence[MonthLine]]
    made_at: datetime
    told: dict[tuple[str | None, date, date], SignOff] = field(default_factory=dict)

    def sign_off(self, county: str | None, first: date | None, last: date | None) -> SignOff:
        """What is signed of a row's county and days; of all counties when it is no county's."""
        since, until = (first or self.order.first).replace(day=1), last or self.order.last
        key = (county, since, until)
        if key not in self.told:  # the same for every row of a county's month, or of a day of all
            lines = [line for line in self.lines_of.get(county, ()) if since <= line.month <= until]
            self.told[key] = SignOff.of(lines)
        return self.told[key]


@dataclass(frozen=True, slots=True)
class SignOff:
    """How far some months are signed. `version` is the accepted one's number where it is about one month."""

    months: int
    accepted: int
    state: MonthState
    version: int | None

    @classmethod
    def of(cls, lines: list[MonthLine]) -> SignOff:
        accepted = sum(line.in_force is not None for line in lines)
        if len(lines) == 1:
            return cls(1, accepted, lines[0].state, lines[0].in_force)
        whole = bool(lines) and accepted == len(lines)
        return cls(len(lines), accepted, MonthState.ACCEPTED if whole else MonthState.OPEN, None)

    def text(self, lang: str) -> str:
        if self.months == 1:
            zh, en = _STATES[self.state]
            state, number = (zh, "（第 {} 版）") if lang == "zh" else (en, " (version {})")
            return state if self.version is None else state + number.format(self.version)
        return (
            f"{self.accepted}/{self.months} 个县月已确认"
            if lang == "zh"
            else f"{self.accepted} of {self.months} county months accepted"
        )


_STATES = {
    MonthState.OPEN: ("未签报", "not signed"),
    MonthState.SIGNED: ("已签报，待确认", "signed, not yet accepted"),
    MonthState.ACCEPTED: ("已确认", "accepted"),
    MonthState.RETURNED: ("已退回", "returned"),
}


def gather(order: ExportOrder, progress: Progress, *, now: datetime) -> Content:
    """Reads everything; wants the caller's `one_moment`. Raises `export_too_large`."""
    counties = _counties(order)
    answers = list(_answers(order, progress))
    rows = tuple(row for answer in answers for row in answer.rows)
    lines = tuple(month_lines(list(counties.values()), order.first, order.last, most=MAX_MONTHS))
    if order.as_signed:
        rows = tuple(_signed_rows(order, counties, rows))
    lines_of: dict[str | None, list[MonthLine]] = {None: list(lines)}
    for line in lines:
        lines_of.setdefault(line.county.slug, []).append(line)
    known = {one.county: one for one in freshness(counties.values())}
    return Content(
        order=order,
        entries=tuple(entry(code) for code in order.metrics),
        rows=rows,
        total=answers[0].total,
        compared=answers[0].compared,
        counties=counties,
        trades=catalogue.trades(),
        freshness=known,
        behind=tuple(one for one in known.values() if one.state is not FreshnessState.FRESH),
        lines=lines,
        lines_of=lines_of,
        made_at=now,
    )


def query_of(order: ExportOrder) -> FigureQuery:
    return FigureQuery(
        first=order.first,
        last=order.last,
        metrics=order.metrics,
        counties=order.counties,
        trades=order.trades,
        group_by=order.group_by,
        compare=order.compare,
        boundaries=order.boundaries,
        limit=PAGE,
    )


def _answers(order: ExportOrder, progress: Progress) -> Iterator[FigureAnswer]:
    query, read = query_of(order), 0
    while True:
        answer = figures(replace(query, after=read))
        read += len(answer.rows)
        if read > MAX_ROWS:
            raise EXPORT_TOO_LARGE.error(field="group_by", most=MAX_ROWS)
        progress.at(read, read + (PAGE if answer.more else 0))
        yield answer
        if not answer.more:
            return


def _counties(order: ExportOrder) -> dict[str, CountyRef]:
    every = {ref.slug: ref for ref in directory.all_counties()}
    if order.counties is None:
        return every
    return {slug: ref for slug, ref in every.items() if slug in set(order.counties)}


# -- as signed -------------------------------------------------------------------------------------


def _signed_rows(
    order: ExportOrder, counties: Mapping[str, CountyRef], current: tuple[FigureRow, ...]
) -> Iterator[FigureRow]:
    """The accepted documents' figures: a row a county and month (and trade, of those that either the
    document or today's figures name). Without an accepted version the row stands there without values."""
    accepted = in_force(counties.values(), order.first, order.last)
    by_trade = Dimension.TRADE in order.group_by
    today: dict[tuple[str | None, date | None], set[str]] = {}
    for row in current:
        if row.trade:
            today.setdefault((row.county, row.first or order.first), set()).add(row.trade)
    for month in sorted(months_back(order.last, order.first)):
        for slug, ref in counties.items():
            version = accepted.get((ref.id, month))
            document = _Document(version.figures, order.trades) if version else None
            trades = (document.trades if document else set()) | today.get((slug, month), set())
            for trade in sorted(trades) if by_trade else [None]:
                yield FigureRow(
                    county=slug,
                    first=month,
                    last=last_day(month),
                    trade=trade,
                    town=None,
                    station=None,
                    values=tuple(_signed_value(code, document, trade) for code in order.metrics),
                )


class _Document:
    """A signed document, of some trades or all, to be asked cell by cell."""

    def __init__(self, figures: MonthFigures, trades: tuple[str, ...] | None) -> None:
        self._people, self._only = figures.people, trades
        self._hidden = hidden_cells(figures)
        self._sums: dict[str, dict[str, int]] = {}
        for (metric, trade), value in figures.sums.items():
            if trades is None or trade in trades:
                self._sums.setdefault(metric, {})[trade] = value
        self.trades = {trade for of_trade in self._sums.values() for trade in of_trade if trade}

    def added_up(self, metric: str, trade: str | None) -> int:
        found = self._sums.get(metric, {})
        return sum(found.values()) if trade is None else found.get(trade, 0)

    def hides(self, metric: str, trade: str | None) -> bool:
        """Whether a figure rests on so few cases that it is not shown, or would give one away that does."""
        if trade is not None:
            return (metric, trade) in self._hidden
        cases = getattr(declarations()[metric], "cases", None) or {}
        few: int = sum(sign * self.added_up(case, None) for case, sign in cases.items())
        return 0 < abs(few) < SMALL_CELL

    def people(self, role: str, trade: str | None) -> int | None:
        """None where a document cannot say: how many people several trades had together."""
        if trade is None and self._only is not None:
            return self._people.get((role, self._only[0]), 0) if len(self._only) == 1 else None
        return self._people.get((role, trade or ""), 0)


def _signed_value(code: str, document: _Document | None, trade: str | None) -> FigureValue:
    known = entry(code)
    if document is None:
        return FigureValue(code, None, *texts(None, known.unit))
    if known.kind is MetricKind.PEOPLE:
        value = document.people(code, trade)
        return FigureValue(code, value, *texts(value, known.unit))
    if document.hides(code, trade):
        return FigureValue(code, None, *texts(None, known.unit, hidden=True), hidden=True)
    value = document.added_up(code, trade)
    return FigureValue(code, value, *texts(value, known.unit))
