"""CSV after RFC 4180 in UTF-8 with a mark, so that spreadsheets read Chinese."""

from __future__ import annotations

import csv
import io

from reporting.exports.content import Content
from reporting.exports.contracts import CSV_TYPE, Product
from reporting.exports.naming import file_name
from reporting.exports.progress import Progress
from reporting.exports.table import Cell, columns

_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_EVERY = 1_000


def write_csv(content: Content, progress: Progress) -> Product:
    """One row a group, then the total where rows are no signed documents'."""
    heads = columns(content)
    lang = content.order.lang
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([plain(column.head(lang)) for column in heads])
    for count, row in enumerate(content.rows):
        if count % _EVERY == 0:
            progress.at(len(content.rows), len(content.rows) + 1)
        writer.writerow([plain(column.of(row)) for column in heads])
    if not content.order.as_signed and content.order.group_by:
        total = [plain(column.of(content.total)) for column in heads]
        total[0] = "合计" if lang == "zh" else "Total"
        writer.writerow(total)
    return Product(file_name(content.order, "csv"), CSV_TYPE, out.getvalue().encode("utf-8-sig"))


def plain(cell: Cell) -> str:
    """A cell as text. Words that a spreadsheet would run as a formula get an apostrophe before them (OWASP,
    CSV injection); numbers are ours and stay numbers."""
    if cell is None:
        return ""
    if isinstance(cell, str) and cell.startswith(_STARTS_A_FORMULA):
        return f"'{cell}"
    return str(cell)
