"""From an order to a file: reads one moment of the figures, then writes it in the kind that is wanted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from reporting.exports.bulletin.document import write_bulletin
from reporting.exports.content import gather
from reporting.exports.contracts import ExportKind, ExportOrder, Product
from reporting.exports.formats.csv_file import write_csv
from reporting.exports.formats.open_data import write_open_data
from reporting.exports.formats.template_file import write_template
from reporting.exports.formats.xlsx_file import write_xlsx
from reporting.exports.progress import Progress
from reporting.moment import one_moment

Writer = Callable[[ExportOrder, Progress, datetime], Product]


def _csv(order: ExportOrder, progress: Progress, now: datetime) -> Product:
    with one_moment():
        content = gather(order, progress, now=now)
    return write_csv(content, progress)


def _xlsx(order: ExportOrder, progress: Progress, now: datetime) -> Product:
    with one_moment():
        content = gather(order, progress, now=now)
    return write_xlsx(content, progress)


_WRITERS: Mapping[ExportKind, Writer] = {
    ExportKind.CSV: _csv,
    ExportKind.XLSX: _xlsx,
    ExportKind.BULLETIN: write_bulletin,
    ExportKind.TEMPLATE: write_template,
    ExportKind.OPEN_DATA: write_open_data,
}


def write(order: ExportOrder, progress: Progress, *, now: datetime) -> Product:
    """The file. Raises the refusals of figures and of the kind."""
    return _WRITERS[order.kind](order, progress, now)
