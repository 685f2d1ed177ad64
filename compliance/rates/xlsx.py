"""A table's content as a workbook, there and back without loss, with faults named by sheet and cell.

A workbook from outside is somebody else's program until it is shown to be a plain table: only what is
small, holds no formulas, macros, links or embedded things, and declares no entities is opened at all.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from openpyxl import Workbook, load_workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from compliance.rates import selectors
from compliance.rates.contracts import Fault, TableContent, TableView
from compliance.rates.document import MAX_OCCUPATIONS, as_json, read_content
from compliance.rates.errors import TABLE_FILE_INVALID, TableFaults

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MAX_FILE = 400_000
MAX_UNPACKED = 1_500_000
MAX_PARTS = 60
_LAST_COLUMN = 18_278  # "ZZZ": no cell can stand farther right

INFO = "说明"
_FILE = "文件"
_YES, _NO = "是", "否"
_FORBIDDEN_PARTS = re.compile(
    r"vbaproject|activex|embeddings|externallinks|macrosheets|dialogsheets|ctrlprops|connections\.xml",
    re.IGNORECASE,
)
_ENTITIES = re.compile(rb"<!\s*(doctype|entity)", re.IGNORECASE)
_OTHER_ENCODING = re.compile(rb"""<\?xml[^>]*encoding\s*=\s*["'](?!utf-8["']|us-ascii["'])""", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Sheet:
    """A part of the content as a sheet: its title, and the members with their columns' headings."""

    title: str
    part: str
    columns: Mapping[str, str]
    most: int = 100


_SHEETS = (
    _Sheet(
        "档次",
        "levels",
        {
            "code": "代码",
            "name": "名称",
            "death_disability_cover_fen": "身故伤残保额（分）",
            "medical_cover_fen": "医疗保额（分）",
            "factor_permille": "系数（‰）",
        },
    ),
    _Sheet(
        "费率",
        "classes",
        {
            "risk_class": "风险等级",
            "premium_fen": "保费（分/人·日）",
            "death_disability_permille": "身故伤残保额比例（‰）",
            "medical_permille": "医疗保额比例（‰）",
        },
    ),
    _Sheet(
        "工种",
        "occupations",
        {"trade": "工种代码", "risk_class": "风险等级", "reason": "不承保原因"},
        most=MAX_OCCUPATIONS,
    ),
    _Sheet(
        "年龄",
        "age_bands",
        {
            "from_age": "起（岁）",
            "to_age": "止（岁）",
            "factor_permille": "系数（‰）",
            "refused": "不承保",
            "reason": "不承保原因",
        },
    ),
    _Sheet("天数", "days", {"from_day": "第几天起", "factor_permille": "系数（‰）"}),
    _Sheet("人数", "heads", {"from_heads": "几人起", "factor_permille": "系数（‰）"}),
    _Sheet(
        "系数",
        "",
        {
            "county_factor_permille": "县域系数（‰）",
            "min_premium_fen": "最低保费（分/人·日）",
            "max_premium_fen": "最高保费（分/人·日）",
        },
    ),
)


# -- out -------------------------------------------------------------------------------------------


def export_table(version_id: UUID) -> bytes:
    """A version of the open county as a workbook. Raises `not_found`."""
    return write_workbook(selectors.table(version_id))


def write_workbook(table: TableView) -> bytes:
    """The version's content, and a sheet that says which version it is, which reading leaves alone."""
    book = Workbook()
    info = book.active
    assert info is not None
    info.title = INFO
    for line in (
        ("产品", table.product),
        ("版本", table.version),
        ("生效日期", table.effective_from.isoformat()),
        ("状态", table.state.value),
        ("来源", table.source),
        ("SHA-256", table.digest),
        ("单位", "金额：分（1 元 = 100 分）；系数和比例：‰（1000 为不变）"),
    ):
        _append(info, line)
    content = as_json(table.content)
    for sheet in _SHEETS:
        page = book.create_sheet(sheet.title)
        _append(page, tuple(sheet.columns.values()))
        for cell in page[1]:
            cell.font = Font(bold=True)
        page.freeze_panes = "A2"
        for number in range(1, len(sheet.columns) + 1):
            page.column_dimensions[get_column_letter(number)].width = 24
        for entry in _entries(sheet, content):
            _append(page, tuple(_to_cell(entry.get(member)) for member in sheet.columns))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _entries(sheet: _Sheet, content: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    if not sheet.part:
        return [content]
    part = content[sheet.part]
    if isinstance(part, dict):
        return [{"trade": trade, **entry} for trade, entry in part.items()]
    return list(part)


def _to_cell(value: object) -> object:
    return _YES if value is True else value


def _append(page: Any, values: tuple[object, ...]) -> None:
    """A row of plain values: a text that begins with '=' stays a text."""
    page.append(values)
    for cell, value in zip(page[page.max_row], values, strict=True):
        if isinstance(value, str):
            cell.data_type = "s"


# -- in --------------------------------------------------------------------------------------------


def read_table(file: bytes, *, trades: Collection[str] | None = None) -> TableContent:
    """The content of a workbook that looks like an exported one; `trades` as in `parse_content`.

    Raises `table_file_invalid` (`errors.TableFaults`): what makes the file unfit as a whole, or else
    every fault of every cell, each with its place as `费率!B7`.
    """
    _check_package(file)
    reading = _Reading()
    reading.read(file)
    data: dict[str, Any] = {
        "levels": [],
        "classes": [],
        "occupations": {},
        "age_bands": [],
        "days": [],
        "heads": [],
    }
    content, faults = read_content({**data, **reading.data}, trades=trades)
    for fault in faults:
        reading.fault(reading.cells.get(fault.place, _FILE), fault.zh, fault.en)
    if reading.faults:
        raise TableFaults(TABLE_FILE_INVALID, reading.in_order())
    return content


def _unfit(zh: str, en: str) -> TableFaults:
    return TableFaults(TABLE_FILE_INVALID, [Fault(_FILE, zh, en)])


def _check_package(file: bytes) -> None:
    """Refuses what is not a small plain workbook, before anything looks inside its parts."""
    if len(file) > MAX_FILE:
        raise _unfit(f"不得超过 {MAX_FILE} 字节", f"must not exceed {MAX_FILE} bytes")
    try:
        with zipfile.ZipFile(io.BytesIO(file)) as package:
            parts = package.infolist()
            if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
                raise _unfit("展开后过大", "is too large when unpacked")
            if len({part.filename.lower() for part in parts}) < len(parts):
                raise _unfit("含有同名部件", "holds two parts of one name")
            for part in parts:
                if part.flag_bits & 1 or _FORBIDDEN_PARTS.search(part.filename):
                    raise _unfit(
                        "不得含有宏、控件、外部链接或加密", "must hold no macros, links or encryption"
                    )
                _check_part(package.read(part))
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, OSError):
        raise _unfit("不是 XLSX 文件", "is not an XLSX file") from None


def _check_part(text: bytes) -> None:
    if _ENTITIES.search(text) or text[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\x00" in text[:200]:
        raise _unfit("不得含有实体声明", "must declare no entities")
    if _OTHER_ENCODING.search(text[:300]):
        raise _unfit("须为 UTF-8 编码", "must be in UTF-8")
    if b"macroEnabled" in text or b"vbaProject" in text:
        raise _unfit("不得含有宏", "must hold no macros")


@dataclass(slots=True)
class _Reading:
    """What was read so far: `data` as of a document, and for each path in it the cell it came from."""

    data: dict[str, Any] = field(default_factory=dict)
    cells: dict[str, str] = field(default_factory=dict)
    faults: dict[str, Fault] = field(default_factory=dict)

    def fault(self, place: str, zh: str, en: str) -> None:
        """Notes the first thing wrong with a place; what follows from it is not worth telling."""
        self.faults.setdefault(place, Fault(place, zh, en))

    def in_order(self) -> list[Fault]:
        """By sheet, row and column."""
        titles = [sheet.title for sheet in _SHEETS]

        def place(fault: Fault) -> tuple[int, int, int, str]:
            title, _, cell = fault.place.rpartition("!")
            if title not in titles:
                return -1, 0, 0, title
            column, row = cell.rstrip("0123456789"), cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
            return titles.index(title), int(row), len(column), column

        return sorted(self.faults.values(), key=place)

    def read(self, file: bytes) -> None:
        try:
            book = load_workbook(io.BytesIO(file), read_only=True, keep_links=False)
            limits = {sheet.title: sheet.most for sheet in _SHEETS}
            rows = {page.title: list(_rows(page, limits.get(page.title, 0))) for page in book.worksheets}
            book.close()
        except TableFaults:
            raise
        except Exception:  # noqa: BLE001  # a broken workbook raises anything out of its reader
            raise _unfit("不是可读的 XLSX 文件", "is not a workbook that can be read") from None
        for title in rows:
            if title != INFO and title not in {sheet.title for sheet in _SHEETS}:
                self.fault(f"{title[:31]}!A1", "没有这种工作表", "there is no such sheet in a rate table")
        for sheet in _SHEETS:
            if sheet.title in rows:
                self.sheet(sheet, rows[sheet.title])
            else:
                self.fault(f"{sheet.title}!A1", "缺少此工作表", "this sheet is missing")
            for path in (sheet.part,) if sheet.part else sheet.columns:
                self.cells.setdefault(path, f"{sheet.title}!A1")

    def sheet(self, sheet: _Sheet, rows: list[tuple[int, dict[int, Any]]]) -> None:
        headings = dict(rows).get(1, {})
        for column, heading in enumerate(sheet.columns.values(), start=1):
            if _plain(headings.get(column)) != heading:
                self.fault(
                    f"{sheet.title}!{get_column_letter(column)}1",
                    f"此列标题须为“{heading}”",
                    f"this column's heading must be {heading!r}",
                )
        entries: list[dict[str, Any]] = []
        for row, cells in rows:
            for column in cells:
                if column > len(sheet.columns):
                    place = f"{sheet.title}!{get_column_letter(column)}{row}"
                    self.fault(place, "此处应为空", "nothing belongs here")
            if row > 1:
                entries.append(self.entry(sheet, row, cells, len(entries)))
        self.put(sheet, entries)

    def entry(self, sheet: _Sheet, row: int, cells: dict[int, Any], number: int) -> dict[str, Any]:
        """The row's members; every one that could be there gets its place, empty or not."""
        found: dict[str, Any] = {}
        for column, member in enumerate(sheet.columns, start=1):
            place = f"{sheet.title}!{get_column_letter(column)}{row}"
            path = self.path(sheet, member, number, cells)
            if path in self.cells and sheet.part in ("occupations", ""):
                self.fault(place, "与前面的重复", "is there already")
            self.cells.setdefault(path, place)
            if column in cells:
                self.value(found, member, cells[column], place)
            elif member == "trade":
                self.fault(place, "缺少此项", "is missing")
        return found

    def path(self, sheet: _Sheet, member: str, number: int, cells: dict[int, Any]) -> str:
        if not sheet.part:
            return member
        if sheet.part != "occupations":
            return f"{sheet.part}.{number}.{member}"
        trade = _plain(cells.get(1))
        entry = f"occupations.{trade if isinstance(trade, str) and trade else f'#{number}'}"
        return entry if member == "trade" else f"{entry}.{member}"

    def value(self, entry: dict[str, Any], member: str, cell: Any, place: str) -> None:
        value = _plain(cell)
        if cell.data_type == "f":
            self.fault(place, "须填数值，不得为公式", "must be a value, not a formula")
        elif cell.data_type == "e":
            self.fault(place, "单元格为错误值", "holds an error value")
        elif member != "refused":
            entry[member] = value
        elif value != _NO:
            entry[member] = True if value == _YES else value

    def put(self, sheet: _Sheet, entries: list[dict[str, Any]]) -> None:
        if sheet.part == "occupations":
            self.data[sheet.part] = {}
            for number, entry in enumerate(entries):
                trade = entry.pop("trade", None)
                key = trade if isinstance(trade, str) and trade else f"#{number}"
                self.data[sheet.part].setdefault(key, entry)
        elif sheet.part:
            self.data[sheet.part] = entries
        elif entries:
            self.data |= entries[0]


def _rows(page: Any, most: int) -> Iterator[tuple[int, dict[int, Any]]]:
    """The rows that hold anything, with their cells by column; none of a sheet that is not read (`most`
    0). Trusts no declared size."""
    if not most:
        return
    page.reset_dimensions()
    for number, row in enumerate(page.iter_rows(min_row=1, max_col=_LAST_COLUMN), start=1):
        if number > most + 1:
            raise _unfit(f"工作表“{page.title}”不得超过 {most} 行", f"{page.title} has at most {most} rows")
        cells = {
            column: cell
            for column, cell in enumerate(row, start=1)
            if cell.value is not None and cell.value != ""
        }
        if cells:
            yield number, cells


def _plain(cell: Any) -> Any:
    """A cell's value; a number that some programs store as 300.0 is 300."""
    value = None if cell is None else cell.value
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    return value
