"""The certificate as a PDF of one page. It holds no name: whoever reads it knows the person."""

from __future__ import annotations

from datetime import UTC, datetime

from fpdf import FPDF


def draw(*, insurer: str, number: str, lines: list[tuple[str, str]]) -> bytes:
    """The bytes are a function of the arguments, so that a certificate can be drawn anew and is the same."""
    page = FPDF(format=(148, 210))
    page.set_creation_date(datetime(2026, 1, 1, tzinfo=UTC))
    page.set_title(f"Certificate {number}")
    page.add_page()
    page.set_font("Helvetica", "B", 16)
    page.cell(0, 12, "Accident insurance for one job", new_x="LMARGIN", new_y="NEXT")
    page.set_font("Helvetica", size=11)
    for label, value in [("Insurer", insurer), ("Certificate", number), *lines]:
        page.cell(45, 8, label)
        page.cell(0, 8, value, new_x="LMARGIN", new_y="NEXT")
    return bytes(page.output())
