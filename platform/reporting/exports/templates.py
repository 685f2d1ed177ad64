"""Templates of the authority's own: which cells may be filled, and filling them. A workbook is opened with
its formulas and styles; what is not mapped stays as it is."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from decimal import Decimal
from typing import Any, Final

from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, MergedCell
from openpyxl.utils.cell import coordinate_to_tuple

from files import rules as file_rules
from files.contracts import FileKind
from reporting.dictionary import dictionary
from reporting.exports.contracts import XLSX_TYPE, TemplateCell
from reporting.exports.errors import TEMPLATE_CELL, TEMPLATE_CELLS, TEMPLATE_FILE

MAX_CELLS: Final = 2_000
MAX_BYTES: Final = 700_000  # base64 in a GraphQL request of a megabyte
MAX_PERIODS: Final = 24
MAX_MONTHS_BACK: Final = 36
TEXTS: Final = frozenset({"period", "made_on", "sign_off", "freshness"})
MAX_ROW: Final = 1_048_576
MAX_COLUMN: Final = 16_384
DIVISORS: Final = frozenset({1, 100, 10_000, 1_000_000})
_PLACE: Final = re.compile(r"(?P<sheet>'(?:[^']|'')+'|[^'!]+)!(?P<cell>\$?[A-Z]{1,3}\$?[1-9][0-9]{0,6})\Z")
# openpyxl does not carry these over.
_LOST: Final = ("xl/charts/", "xl/drawings/", "xl/media/", "xl/pivotTables/", "xl/embeddings/", "xl/activeX/")

Value = int | Decimal | str | None


def open_template(content: bytes) -> Workbook:
    """The workbook, or `export_template_file` and what the file storage refuses."""
    checked = file_rules.check(FileKind.BORDEREAU, content)
    if checked.media_type != XLSX_TYPE:
        raise TEMPLATE_FILE.error(field="content", found=checked.media_type)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            if name.startswith(_LOST) and not name.startswith("xl/drawings/vmlDrawing"):
                raise TEMPLATE_FILE.error(field="content", found=name[:60])
    try:
        return load_workbook(io.BytesIO(content))
    except Exception as fault:  # noqa: BLE001  # over hostile bytes the parser raises whatever it comes upon
        raise TEMPLATE_FILE.error(field="content", found=type(fault).__name__) from None


def check_cells(
    book: Workbook, cells: Sequence[TemplateCell], *, counties: Iterable[str], trades: Iterable[str]
) -> None:
    """Raises `export_template_cells` or, for the first cell at fault, `export_template_cell` with its place
    and what is wrong."""
    if not 1 <= len(cells) <= MAX_CELLS:
        raise TEMPLATE_CELLS.error(field="cells", most=MAX_CELLS)
    metrics = {entry.code for entry in dictionary()}
    known = {"county": set(counties), "trade": set(trades)}
    taken: set[str] = set()
    for number, cell in enumerate(cells):
        reason = _wrong_place(book, cell, taken) or _wrong_content(cell, metrics, known)
        if reason:
            raise TEMPLATE_CELL.error(field=f"cells.{number}", cell=cell.cell[:60], reason=reason)
    if len({(cell.months, cell.to_date) for cell in cells if cell.metric}) > MAX_PERIODS:
        raise TEMPLATE_CELL.error(
            field="cells", cell="*", reason=f"更多于 {MAX_PERIODS} 个期间 more than {MAX_PERIODS} periods"
        )


def _wrong_place(book: Workbook, cell: TemplateCell, taken: set[str]) -> str:
    place = _PLACE.match(cell.cell)
    if not place:
        return "须写作“工作表!B4” it is written like Sheet!B4"
    sheet, address = split(cell.cell)
    if sheet not in book.sheetnames:
        return f"没有工作表 {sheet[:40]} there is no such sheet"
    if f"{sheet}!{address}" in taken:
        return "重复映射 it is mapped twice"
    taken.add(f"{sheet}!{address}")
    row, column = coordinate_to_tuple(address)
    if row > MAX_ROW or column > MAX_COLUMN:
        return "超出工作表范围 it lies outside the sheet"
    found = book[sheet][address]
    if isinstance(found, MergedCell):
        return "在合并单元格内部，请用其左上角 it is inside a merged cell; name its upper left one"
    if found.data_type == "f":
        return "已有公式 it holds a formula"
    return ""


def _wrong_content(cell: TemplateCell, metrics: set[str], known: Mapping[str, set[str]]) -> str:
    if bool(cell.metric) == bool(cell.text):
        return "须指定指标或文字之一 it wants either a metric or a text"
    if cell.text and cell.text not in TEXTS:
        return f"文字须为 {'、'.join(sorted(TEXTS))} 之一 there is no such text"
    if cell.metric and cell.metric not in metrics:
        return f"没有指标 {cell.metric[:40]} there is no such metric"
    if cell.county is not None and cell.county not in known["county"]:
        return f"没有县 {cell.county[:40]} there is no such county"
    if cell.trade is not None and cell.trade not in known["trade"]:
        return f"没有工种 {cell.trade[:40]} there is no such trade"
    if not 0 <= cell.months <= MAX_MONTHS_BACK:
        return f"回溯月数须为 0–{MAX_MONTHS_BACK} months go back 0 to {MAX_MONTHS_BACK}"
    if cell.divisor not in DIVISORS:
        return "除数须为 1、100、10000 或 1000000 the divisor is 1, 100, 10000 or 1000000"
    return ""


def split(place: str) -> tuple[str, str]:
    """Sheet and address of `'My Sheet'!$B$4`."""
    sheet, _, address = place.rpartition("!")
    if sheet.startswith("'"):
        sheet = sheet[1:-1].replace("''", "'")
    return sheet, address.replace("$", "")


def fill(book: Workbook, values: Mapping[str, Value]) -> None:
    """Writes values into cells; words stay words, whatever they begin with. Formulas are worked out anew by
    whoever opens the file."""
    for place, value in values.items():
        sheet, address = split(place)
        cell = book[sheet][address]
        if isinstance(value, str):
            cell.value = ILLEGAL_CHARACTERS_RE.sub("", value)
            cell.data_type = "s"
        else:
            cell.value = value
    if book.calculation is not None:
        book.calculation.fullCalcOnLoad = True


def add_sheet(book: Workbook, title: str, rows: Iterable[Sequence[str]]) -> None:
    """A sheet behind the template's own."""
    sheet = book.create_sheet(title)
    for number, row in enumerate(rows, 1):
        for column, text in enumerate(row, 1):
            cell = sheet.cell(row=number, column=column)
            cell.value = ILLEGAL_CHARACTERS_RE.sub("", text)
            cell.data_type = "s"


def plain(cell: TemplateCell) -> dict[str, Any]:
    """As it is kept."""
    return asdict(cell)


def scaled(value: int | None, divisor: int) -> int | Decimal | None:
    if value is None or divisor == 1:
        return value
    return Decimal(value) / divisor
