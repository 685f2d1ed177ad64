"""Open data as JSON: for everybody, so cells that rest on fewer than five cases are masked, and with them
what would give them away. No identity, no order, no name but the counties' own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

import orjson

from kernel.clock import SHANGHAI
from reporting.contracts import Dimension, FigureRow, FigureValue, MetricEntry, MetricKind
from reporting.dictionary import declarations, entry
from reporting.exports import masking
from reporting.exports.content import Content, gather
from reporting.exports.contracts import JSON_TYPE, ExportOrder, Product
from reporting.exports.naming import file_name
from reporting.exports.progress import Progress
from reporting.metrics import Quantile, Ratio, Terms
from reporting.moment import one_moment
from tenants.contracts import CountyRef

LICENCE: Final = "CC-BY-4.0"
LICENCE_URL: Final = "https://creativecommons.org/licenses/by/4.0/"
FORM: Final = 1

# What a figure rests on where its declaration does not say: settled orders are the fewest of all there are.
_USUALLY: Final[Terms] = {"orders_settled": 1}
_OF_METRIC: Final[Mapping[str, Terms]] = {"withdrawn_fen": {"withdrawals": 1}}
_OF_FACT: Final[Mapping[str, Terms]] = {
    "place.filled": {"places_filled": 1},
    "place.paid": {"places_paid": 1},
}
_MONEY: Final = "fen"


@dataclass(frozen=True, slots=True)
class Masked:
    """The table with the hidden cells of each metric, and the metrics whose total is hidden."""

    content: Content
    cells: Mapping[str, set[masking.Key]]
    totals: frozenset[str]


def write_open_data(order: ExportOrder, progress: Progress, now: datetime) -> Product:
    """Raises what figures raise."""
    asked = order.metrics
    wide = replace(order, metrics=(*asked, *sorted(_needed(asked) - set(asked))))
    with one_moment():
        content = gather(wide, progress, now=now)
    masked = mask(content, asked)
    document = _document(masked, asked, order)
    progress.at(len(content.rows), len(content.rows))
    return Product(
        file_name(order, "json"), JSON_TYPE, orjson.dumps(document, option=orjson.OPT_INDENT_2) + b"\n"
    )


def rests_on(code: str) -> tuple[Terms, ...]:
    """The counts of cases behind a metric. A count is its own; a share tells its part and what is left."""
    declared = declarations()[code]
    known = entry(code)
    if isinstance(declared, Ratio):
        rest = dict(declared.whole)
        for metric, sign in declared.part.items():
            rest[metric] = rest.get(metric, 0) - sign
        told = (declared.part, declared.whole, rest) if declared.unit == "basis points" else ()
        return (*declared.cases, *(terms for terms in told if _counts(terms))) or (_USUALLY,)
    if isinstance(declared, Quantile):
        return (_OF_FACT.get(declared.buckets.kind, _USUALLY),)
    if known.kind in (MetricKind.SUM, MetricKind.PEOPLE) and known.unit != _MONEY:
        return ({code: 1},)
    cases: Terms | None = getattr(declared, "cases", None)
    return (cases or _OF_METRIC.get(code, _USUALLY),)


def _counts(terms: Terms) -> bool:
    """Whether it is things that are counted, and not money: 300 fen are no small number of people."""
    known = declarations()
    return all(metric in known and entry(metric).unit != _MONEY for metric in terms)


def _needed(codes: Iterable[str]) -> set[str]:
    return {metric for code in codes for terms in rests_on(code) for metric in terms} & set(declarations())


def mask(content: Content, asked: Iterable[str]) -> Masked:
    """Which cells of the metrics asked for may not be shown."""
    places = {known.code: place for place, known in enumerate(content.entries)}
    cells: dict[str, set[masking.Key]] = {}
    totals: set[str] = set()
    for code in asked:
        resting = rests_on(code)
        cases = {
            key_of(row, content.order): _cases(row, resting, places, row.values[places[code]])
            for row in content.rows
        }
        cells[code], total_too = masking.hidden(cases)
        whole = _cases(content.total, resting, places, content.total.values[places[code]])
        if total_too or masking.is_small(whole):
            totals.add(code)
    return Masked(content, cells, frozenset(totals))


def _cases(
    row: FigureRow, resting: tuple[Terms, ...], places: Mapping[str, int], value: FigureValue
) -> list[int] | None:
    """The row's numbers of cases, None when one of them is unknown: then nothing is shown."""
    if value.hidden:
        return None
    numbers = []
    for terms in resting:
        number = 0
        for metric, sign in terms.items():
            found = row.values[places[metric]] if metric in places else None
            if found is None or found.hidden:
                return None
            number += sign * (found.value or 0)
        numbers.append(number)
    return numbers


def key_of(row: FigureRow, order: ExportOrder) -> masking.Key:
    """The row by what it was grouped by; a dimension without a value is the empty text."""
    parts = []
    for dimension in order.group_by:
        if dimension is Dimension.COUNTY:
            parts.append(row.county or "")
        elif dimension is Dimension.TRADE:
            parts.append(row.trade or "")
        else:
            parts.append(row.first.isoformat() if row.first else "")
    return tuple(parts)


def _document(masked: Masked, asked: tuple[str, ...], order: ExportOrder) -> dict[str, Any]:
    content = masked.content
    return {
        "form": FORM,
        "title": {
            "zh": f"零工市场开放数据 {order.first} 至 {order.last}",
            "en": f"Casual work market, open data, {order.first} to {order.last}",
        },
        "licence": {"name": LICENCE, "url": LICENCE_URL},
        "made_at": content.made_at.astimezone(SHANGHAI).isoformat(timespec="seconds"),
        "first": order.first.isoformat(),
        "last": order.last.isoformat(),
        "masking": {
            "zh": "少于 5 例的数据及可据以推算的数据不公布，以 null 表示，并列入 masked",
            "en": "Figures that rest on fewer than 5 cases, and those that would give them away, are null "
            "and named in `masked`",
        },
        "complete": not content.behind,
        "behind": [known.county for known in content.behind],
        "dictionary": [_entry(known) for known in content.entries if known.code in asked],
        "counties": [_county(content, ref) for ref in content.counties.values()],
        "group_by": [dimension.value for dimension in order.group_by],
        "rows": [_row(masked, row, asked, order) for row in content.rows],
        "total": _values(
            content.total, asked, content, frozenset(code for code in asked if code in masked.totals)
        ),
    }


def _entry(known: MetricEntry) -> dict[str, Any]:
    return {
        "code": known.code,
        "zh": known.zh,
        "en": known.en,
        "unit": known.unit,
        "formula": known.formula,
        "event": known.event,
        "day": known.day_cut,
    }


def _county(content: Content, ref: CountyRef) -> dict[str, Any]:
    known = content.freshness.get(ref.slug)
    sign_off = content.sign_off(ref.slug, None, None)
    return {
        "county": ref.slug,
        "code": ref.code,
        "zh": ref.name,
        "en": ref.name_en,
        "freshness": known.state.value if known else "missing",
        "folded_at": known.folded_at.isoformat() if known and known.folded_at else None,
        "months": sign_off.months,
        "months_accepted": sign_off.accepted,
        "sign_off": sign_off.state.value,
        "version": sign_off.version,
    }


def _row(masked: Masked, row: FigureRow, asked: tuple[str, ...], order: ExportOrder) -> dict[str, Any]:
    key = key_of(row, order)
    hidden = frozenset(code for code in asked if key in masked.cells[code])
    found: dict[str, Any] = {}
    if Dimension.COUNTY in order.group_by:
        found["county"] = row.county
    if row.first is not None:
        found |= {"first": row.first.isoformat(), "last": row.last.isoformat() if row.last else None}
    if Dimension.TRADE in order.group_by:
        found["trade"] = row.trade
    return found | _values(row, asked, masked.content, hidden)


def _values(
    row: FigureRow, asked: tuple[str, ...], content: Content, hidden: frozenset[str]
) -> dict[str, Any]:
    places = {known.code: place for place, known in enumerate(content.entries)}
    return {
        "figures": {code: None if code in hidden else row.values[places[code]].value for code in asked},
        "masked": sorted(hidden),
    }
