"""Reading an insurer's statement: CSV or XLSX with a header line, every fault named by its cell.

`files.rules` has shown before that the file is what it says, holds no macros and unpacks to a bounded
size; here it becomes rows or a list of faults.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from compliance.bordereau.contracts import StatementRow
from compliance.bordereau.errors import MAX_FAULTS, Fault, StatementFaults
from kernel.money import MAX_FEN

REQUIRED: Final = ("policy_id", "certificate_number", "premium_fen", "refund_fen")
OPTIONAL: Final = ("on",)
MAX_ROWS: Final = 50_000
MAX_COLUMNS: Final = 60
_UUID: Final = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\Z")
_ENTITIES: Final = re.compile(rb"<!\s*(doctype|entity)", re.IGNORECASE)


def read_statement(content: bytes) -> list[StatementRow]:
    """The statement's rows. Columns are found by their names (`REQUIRED`, `OPTIONAL`) in the first line;
    others are left alone. Raises StatementFaults (`statement_invalid`) with at most MAX_FAULTS places.
    """
    table = _xlsx(content) if content.startswith(b"PK") else _csv(content)
    header = [str(name).strip().lower() if name is not None else "" for name in next(table, ())]
    missing = [name for name in REQUIRED if header.count(name) != 1]
    if missing:
        raise StatementFaults(
            [Fault(name, "首行须恰有这一列", "the first line names this column once") for name in missing]
        )
    places: dict[str, int] = {name: header.index(name) for name in (*REQUIRED, *OPTIONAL) if name in header}
    rows: list[StatementRow] = []
    faults: list[Fault] = []
    for line, cells in enumerate(table, start=2):
        if line > MAX_ROWS + 1:
            faults.append(Fault(f"A{line}", f"最多 {MAX_ROWS} 行", f"at most {MAX_ROWS} rows"))
        elif any(cell not in (None, "") for cell in cells):
            row = _row(line, cells, places, faults)
            if row is not None:
                rows.append(row)
        if len(faults) >= MAX_FAULTS or line > MAX_ROWS + 1:
            break
    if faults:
        raise StatementFaults(faults)
    return rows


def _row(line: int, cells: Sequence[Any], places: dict[str, int], faults: list[Fault]) -> StatementRow | None:
    def cell(name: str) -> Any:
        place = places.get(name)
        return cells[place] if place is not None and place < len(cells) else None

    def fault(name: str, zh: str, en: str) -> None:
        faults.append(Fault(f"{get_column_letter(places[name] + 1)}{line}", zh, en))

    before = len(faults)
    policy = _plain(cell("policy_id"))
    if not _UUID.match(policy):
        fault("policy_id", "须为保单编号", "must be a policy's id")
    amounts = {}
    for name in ("premium_fen", "refund_fen"):
        amounts[name] = _fen(cell(name))
        if amounts[name] is None:
            fault(name, "须为非负整数（分）", "must be whole fen, not below zero")
    certificate = _plain(cell("certificate_number"))
    if len(certificate) > 64 or not certificate.isprintable():
        fault("certificate_number", "凭证号过长或含不可见字符", "too long, or not visible characters")
    on = _day(cell("on"))
    if "on" in places and on is None:
        fault("on", "须为日期，如 2026-11-23", "must be a day like 2026-11-23")
    if len(faults) > before:
        return None
    premium, refund = amounts["premium_fen"], amounts["refund_fen"]
    assert premium is not None
    assert refund is not None
    return StatementRow(line, UUID(policy), certificate, premium, refund, on)


def _plain(value: Any) -> str:
    """Text without the apostrophe that keeps spreadsheets from calculating."""
    text = "" if value is None else str(value).strip()
    return text[1:] if text[:1] == "'" else text


def _fen(value: Any) -> int | None:
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,12}", value.strip()):
        value = int(value)
    if isinstance(value, float) and value.is_integer():  # how workbooks keep whole numbers
        value = int(value)
    return value if type(value) is int and 0 <= value <= MAX_FEN else None


def _day(value: Any) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value.strip()):
        try:
            return date.fromisoformat(value.strip())
        except ValueError:
            return None
    return None


def _csv(content: bytes) -> Iterator[Sequence[Any]]:
    try:
        text = content.decode("utf-8-sig")
        for row in csv.reader(io.StringIO(text, newline=""), strict=True):
            yield row[:MAX_COLUMNS]
    except (UnicodeDecodeError, csv.Error) as fault:
        reason = type(fault).__name__
        raise StatementFaults([Fault("file", "不是 UTF-8 的 CSV", f"not CSV in UTF-8 ({reason})")]) from None


def _xlsx(content: bytes) -> Iterator[Sequence[Any]]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = [name for name in archive.namelist() if name.endswith((".xml", ".rels"))]
            if any(_ENTITIES.search(archive.read(name)[:2_000]) for name in names):
                raise StatementFaults([Fault("file", "含有实体声明", "declares entities")])
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=False)
        sheet: Any = book.worksheets[0]
        rows: Iterable[Any] = sheet.iter_rows(max_col=MAX_COLUMNS, max_row=MAX_ROWS + 2, values_only=True)
        yield from rows
    except StatementFaults:
        raise
    except Exception as fault:  # noqa: BLE001  # over hostile bytes the parser raises whatever it comes upon
        reason = type(fault).__name__
        raise StatementFaults(
            [Fault("file", "不是可读的工作簿", f"no readable workbook ({reason})")]
        ) from None
