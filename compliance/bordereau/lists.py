"""A list as a file: CSV for machines, XLSX for people. Texts never become formulas."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any, Final

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from compliance.bordereau.contracts import Bordereau, ListFormat

MEDIA_TYPES: Final[Mapping[ListFormat, str]] = {
    ListFormat.CSV: "text/csv",
    ListFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
PREMIUM_COLUMNS: Final[Mapping[str, str]] = {
    "policy_id": "保单编号",
    "certificate_number": "凭证号",
    "product": "产品",
    "layer": "保障层次",
    "payer": "出资方",
    "order_id": "订单编号",
    "trade": "工种",
    "on": "保障日",
    "state": "状态",
    "premium_fen": "保费（分）",
    "refund_fen": "退费（分）",
    "due_fen": "应结（分）",
}
CLAIM_COLUMNS: Final[Mapping[str, str]] = {
    "claim_id": "赔案编号",
    "number": "赔案号",
    "policy_id": "保单编号",
    "certificate_number": "凭证号",
    "trade": "工种",
    "on": "出险日",
    "state": "状态",
    "reported_on": "报案日",
    "accepted_fen": "核定（分）",
    "paid_fen": "已付（分）",
}
_TOTALS: Final[Mapping[str, str]] = {
    "policies": "保单数",
    "premium_fen": "保费合计（分）",
    "refund_fen": "退费合计（分）",
    "due_fen": "应结合计（分）",
    "claims": "赔案数",
    "accepted_fen": "核定合计（分）",
    "paid_fen": "已付合计（分）",
}
_RISKY: Final = ("=", "+", "-", "@", "\t", "\r")


def write(listed: Bordereau, form: ListFormat) -> bytes:
    """The list as bytes. The same list gives the same CSV."""
    return _csv(listed) if form is ListFormat.CSV else _xlsx(listed)


def file_name(insurer: str, first: date, last: date, form: ListFormat) -> str:
    """`minjiang-2026-11-01-2026-11-30.csv`"""
    return f"{insurer}-{first.isoformat()}-{last.isoformat()}.{form.value}"


def _csv(listed: Bordereau) -> bytes:
    """One table of both kinds of lines, told apart by the column `line`, in UTF-8 with a mark that
    spreadsheets understand."""
    out = io.StringIO()
    names = ["line", *dict.fromkeys([*PREMIUM_COLUMNS, *CLAIM_COLUMNS])]
    writer = csv.DictWriter(out, fieldnames=names, lineterminator="\r\n", restval="")
    writer.writeheader()
    for line, columns, rows in _tables(listed):
        for row in rows:
            writer.writerow({"line": line, **{name: _text(getattr(row, name)) for name in columns}})
    return out.getvalue().encode("utf-8-sig")


def _tables(listed: Bordereau) -> Iterable[tuple[str, Sequence[str], Sequence[Any]]]:
    yield "premium", list(PREMIUM_COLUMNS), listed.premium_rows
    yield "claim", list(CLAIM_COLUMNS), listed.claim_rows


def _text(value: Any) -> Any:
    """A text that a spreadsheet would take for a formula gets an apostrophe before it."""
    text = value.isoformat() if isinstance(value, date) else value if type(value) is int else str(value)
    return f"'{text}" if isinstance(text, str) and text.startswith(_RISKY) else text


def _xlsx(listed: Bordereau) -> bytes:
    book = Workbook(write_only=True)
    for title, columns, rows in (
        ("保费", PREMIUM_COLUMNS, listed.premium_rows),
        ("赔案", CLAIM_COLUMNS, listed.claim_rows),
    ):
        sheet = book.create_sheet(title)
        sheet.append([_cell(sheet, heading, bold=True) for heading in columns.values()])
        for row in rows:
            sheet.append([_cell(sheet, getattr(row, name)) for name in columns])
    sheet = book.create_sheet("合计")
    for heading, value in (("保险公司", listed.insurer), ("起", listed.first), ("止", listed.last)):
        sheet.append([_cell(sheet, heading, bold=True), _cell(sheet, value)])
    for name, value in asdict(listed.totals).items():
        sheet.append([_cell(sheet, _TOTALS[name], bold=True), _cell(sheet, value)])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _cell(sheet: Any, value: Any, *, bold: bool = False) -> Any:
    shown = value if type(value) is int else value.isoformat() if isinstance(value, date) else str(value)
    cell = WriteOnlyCell(sheet, shown)
    if isinstance(shown, str):
        cell.data_type = "s"  # openpyxl would make a formula of "=…"
    if bold:
        cell.font = Font(bold=True)
    return cell
