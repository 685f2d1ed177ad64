"""XLSX, written row by row: figures, sign-off and freshness, dictionary, and what was asked for."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from kernel.clock import SHANGHAI
from reporting.exports.content import Content
from reporting.exports.contracts import XLSX_TYPE, Product
from reporting.exports.naming import file_name
from reporting.exports.progress import Progress
from reporting.exports.table import Cell, Column, columns, freshness_text, unit_text

_EVERY = 500
_FORMATS = {"fen": "#,##0.00", "basis points": "0.00", "": "General"}
_WHOLE = "#,##0"


def write_xlsx(content: Content, progress: Progress) -> Product:
    """Four sheets; the figures' heads stay in sight and can be filtered."""
    book = Workbook(write_only=True)
    _figures(book, content, progress)
    _standing(book, content)
    _dictionary(book, content)
    _about(book, content)
    out = io.BytesIO()
    book.save(out)
    return Product(file_name(content.order, "xlsx"), XLSX_TYPE, out.getvalue())


def _sheet(book: Workbook, title: str, widths: Sequence[int], frozen: str = "A2") -> Any:
    sheet = book.create_sheet(title)
    sheet.freeze_panes = frozen
    for place, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(place)].width = width
    return sheet


def _figures(book: Workbook, content: Content, progress: Progress) -> None:
    zh = content.order.lang == "zh"
    heads = columns(content)
    labels = sum(not column.unit for column in heads if column.unit == "") - 2
    sheet = _sheet(
        book,
        "数据" if zh else "Figures",
        [max(12, min(34, 2 * len(column.head(content.order.lang)) if zh else 18)) for column in heads],
        f"{get_column_letter(max(labels, 1) + 1)}2",
    )
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(heads))}{len(content.rows) + 1}"
    sheet.append([_bold(sheet, column.head(content.order.lang)) for column in heads])
    for count, row in enumerate(content.rows):
        if count % _EVERY == 0:
            progress.at(len(content.rows), len(content.rows) + 1)
        sheet.append([_cell(sheet, column.of(row), column) for column in heads])
    if not content.order.as_signed and content.order.group_by:
        total = [_cell(sheet, column.of(content.total), column) for column in heads]
        total[0] = _bold(sheet, "合计" if zh else "Total")
        sheet.append(total)


def _standing(book: Workbook, content: Content) -> None:
    zh = content.order.lang == "zh"
    sheet = _sheet(book, "签报与数据状态" if zh else "Sign-off and freshness", [12, 16, 12, 26, 34])
    heads = (
        ("区划代码", "县（市、区）", "月份", "签报状态", "数据状态")
        if zh
        else ("Division code", "County", "Month", "Sign-off", "Freshness")
    )
    sheet.append([_bold(sheet, head) for head in heads])
    for line in content.lines:
        ref = line.county
        sign_off = content.sign_off(ref.slug, line.month, line.month)
        values: list[Cell] = [
            ref.code,
            ref.name if zh else ref.name_en,
            f"{line.month:%Y-%m}",
            sign_off.text(content.order.lang),
            freshness_text(content, ref.slug),
        ]
        sheet.append([_text(sheet, str(value)) for value in values])


def _dictionary(book: Workbook, content: Content) -> None:
    zh = content.order.lang == "zh"
    sheet = _sheet(book, "指标说明" if zh else "Dictionary", [24, 26, 14, 60, 40, 36])
    heads = (
        ("指标代码", "名称", "单位", "公式", "计数的事件", "日期口径")
        if zh
        else ("Code", "Name", "Unit", "Formula", "Event counted", "Day")
    )
    sheet.append([_bold(sheet, head) for head in heads])
    for entry in content.entries:
        unit = unit_text(entry.unit, content.order.lang) or entry.unit
        name = entry.zh if zh else entry.en
        values = (entry.code, name, unit, entry.formula, entry.event, entry.day_cut)
        sheet.append([_text(sheet, value) for value in values])


def _about(book: Workbook, content: Content) -> None:
    zh, order = content.order.lang == "zh", content.order
    sheet = _sheet(book, "说明" if zh else "About", [26, 80])
    made = f"{content.made_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
    rows: list[tuple[str, str]] = [
        ("起止日期" if zh else "Days", f"{order.first} – {order.last}"),
        ("生成时间" if zh else "Made at", f"{made} (Asia/Shanghai)"),
        ("县（市、区）" if zh else "Counties", _listed(order.counties, zh)),
        ("工种" if zh else "Trades", _listed(order.trades, zh)),
        ("区划口径" if zh else "Boundaries", order.boundaries.value),
        ("口径" if zh else "Figures", _which(order.as_signed, zh)),
        ("数据状态" if zh else "Freshness", freshness_text(content, None)),
        ("签报" if zh else "Sign-off", content.sign_off(None, None, None).text(order.lang)),
        ("符号" if zh else "Signs", "* 少于 5 例，不显示" if zh else "*: fewer than 5 cases, not shown"),
    ]
    for name, text in rows:
        sheet.append([_bold(sheet, name), _text(sheet, text)])


def _which(as_signed: bool, zh: bool) -> str:
    if as_signed:
        return "经市级确认的签报数据" if zh else "as signed and accepted by the city"
    return "实时汇总数据" if zh else "as folded at the time of making"


def _listed(names: Iterable[str] | None, zh: bool) -> str:
    return ("全部" if zh else "all") if names is None else ", ".join(names)


def _bold(sheet: Any, text: str) -> Any:
    cell = _text(sheet, text)
    cell.font = Font(bold=True)
    return cell


def _text(sheet: Any, text: str) -> Any:
    """Words stay words: openpyxl takes what begins with `=` for a formula, and refuses control characters."""
    cell = WriteOnlyCell(sheet, value=ILLEGAL_CHARACTERS_RE.sub("", text))
    cell.data_type = "s"
    return cell


def _cell(sheet: Any, value: Cell, column: Column) -> Any:
    if isinstance(value, str):
        return _text(sheet, value)
    made: Any = WriteOnlyCell  # its stubs know neither dates nor decimals
    cell = made(sheet, value=value)
    if isinstance(value, date):
        cell.number_format = "yyyy-mm-dd"
    elif isinstance(value, Decimal):
        cell.number_format = _FORMATS[column.unit]
    elif isinstance(value, int):
        cell.number_format = _WHOLE
    return cell
