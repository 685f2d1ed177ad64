"""Names of files: plain ASCII, so that every system keeps them."""

from __future__ import annotations

from reporting.exports.contracts import ExportOrder


def file_name(order: ExportOrder, extension: str) -> str:
    """`linggong-bulletin-2026-03.pdf`, `linggong-csv-2026-01-01-2026-03-15-as-signed.csv`."""
    whole = order.first.day == 1 and (order.first.year, order.first.month) == (
        order.last.year,
        order.last.month,
    )
    days = f"{order.first:%Y-%m}" if whole else f"{order.first}-{order.last}"
    signed = "-as-signed" if order.as_signed else ""
    language = "" if order.lang == "zh" else "-en"
    return f"linggong-{order.kind.value.replace('_', '-')}-{days}{signed}{language}.{extension}"
