"""The authority's own form, its cells filled with figures of the month or of months before it."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from kernel.clock import SHANGHAI
from reporting.contracts import Dimension, FigureQuery, FigureValue
from reporting.exports import store
from reporting.exports.content import Content, gather
from reporting.exports.contracts import XLSX_TYPE, ExportOrder, Product, TemplateCell
from reporting.exports.errors import TEMPLATE_UNKNOWN
from reporting.exports.models import ExportTemplate
from reporting.exports.naming import file_name
from reporting.exports.progress import Progress
from reporting.exports.table import HIDDEN, freshness_text
from reporting.exports.templates import Value, add_sheet, fill, open_template, scaled
from reporting.figures import figures
from reporting.moment import one_moment
from reporting.periods import add_months
from reporting.signoff.rules import last_day


@dataclass(frozen=True, slots=True)
class _Asked:
    """One reading of figures, for all cells that want the same days and cut."""

    first: date
    last: date
    by_county: bool
    by_trade: bool


def write_template(order: ExportOrder, progress: Progress, now: datetime) -> Product:
    """Raises `export_template_unknown` and what figures raise."""
    row = ExportTemplate.objects.filter(pk=order.template).first() if order.template else None
    content = store.read_file(row.file_key) if row else None
    if row is None or content is None:
        raise TEMPLATE_UNKNOWN.error(field="template")
    cells = [TemplateCell(**cell) for cell in row.cells]
    with one_moment():
        known = gather(order, progress, now=now)
        found = _read(order, cells, progress)
    book = open_template(content)
    fill(book, {cell.cell: _value(cell, order, known, found) for cell in cells})
    add_sheet(book, "签报与数据状态" if order.lang == "zh" else "Sign-off and freshness", _standing(known))
    out = io.BytesIO()
    book.save(out)
    return Product(file_name(order, "xlsx"), XLSX_TYPE, out.getvalue())


_Key = tuple[_Asked, str | None, str | None, str]
_Found = Mapping[_Key, FigureValue]


def _asked(cell: TemplateCell, order: ExportOrder) -> _Asked:
    month = add_months(order.first, -cell.months)
    first = month.replace(month=1) if cell.to_date else month
    return _Asked(first, last_day(month), cell.county is not None, cell.trade is not None)


def _read(order: ExportOrder, cells: Iterable[TemplateCell], progress: Progress) -> _Found:
    wanted: dict[_Asked, dict[str, None]] = {}
    for cell in cells:
        if cell.metric:
            wanted.setdefault(_asked(cell, order), {})[cell.metric] = None
    found: dict[_Key, FigureValue] = {}
    for done, (asked, metrics) in enumerate(wanted.items()):
        progress.at(done, len(wanted) + 1)
        groups = (Dimension.COUNTY,) * asked.by_county + (Dimension.TRADE,) * asked.by_trade
        answer = figures(
            FigureQuery(
                first=asked.first,
                last=asked.last,
                metrics=tuple(metrics),
                group_by=groups,
                boundaries=order.boundaries,
                limit=10_000,
            )
        )
        for row in answer.rows or (answer.total,):
            for value in row.values:
                found[asked, row.county, row.trade, value.metric] = value
        for value in answer.total.values if not groups else ():
            found[asked, None, None, value.metric] = value
    return found


def _value(cell: TemplateCell, order: ExportOrder, known: Content, found: _Found) -> Value:
    if cell.text:
        return _text(cell, order, known)
    value = found.get((_asked(cell, order), cell.county, cell.trade, cell.metric))
    if value is None:
        return 0  # a trade without any figure has no row
    return HIDDEN if value.hidden else scaled(value.value, cell.divisor)


def _text(cell: TemplateCell, order: ExportOrder, known: Content) -> str:
    if cell.text == "period":
        asked = _asked(cell, order)
        month = f"{asked.last:%Y-%m}"
        return month if not cell.to_date else f"{asked.first:%Y-%m} – {month}"
    if cell.text == "made_on":
        return f"{known.made_at.astimezone(SHANGHAI):%Y-%m-%d}"
    if cell.text == "sign_off":
        return known.sign_off(cell.county, None, None).text(order.lang)
    return freshness_text(known, cell.county)


def _standing(known: Content) -> Iterable[tuple[str, ...]]:
    lang = known.order.lang
    zh = lang == "zh"
    yield (
        ("区划代码", "县（市、区）", "签报状态", "数据状态")
        if zh
        else (
            "Division code",
            "County",
            "Sign-off",
            "Freshness",
        )
    )
    for slug, ref in known.counties.items():
        yield (
            ref.code,
            ref.name if zh else ref.name_en,
            known.sign_off(slug, None, None).text(lang),
            freshness_text(known, slug),
        )
