"""A form of the authority's own: filled cell by cell, refused cell by cell, formulas kept."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime

import openpyxl
import pytest
from openpyxl.chart import BarChart, Reference

from kernel.errors import DomainError
from reporting.exports.contracts import ExportKind, TemplateCell
from reporting.exports.use_cases.request_export import request_export
from reporting.exports.use_cases.upload_template import retire_template, upload_template
from tests.exports.conftest import made, order

NOW = datetime(2085, 4, 2, 1, tzinfo=UTC)


def book(change=None) -> bytes:
    made_book = openpyxl.Workbook()
    sheet = made_book.worksheets[0]
    sheet.title = "表 一"
    sheet["A1"] = "零工市场情况"
    sheet["B4"].number_format = "#,##0"
    sheet["D4"] = "=B4+C4"
    sheet.merge_cells("A6:C6")
    if change is not None:
        change(sheet)
    out = io.BytesIO()
    made_book.save(out)
    return out.getvalue()


def upload(writer, cells, content=None):
    return upload_template(name="省厅月报", content=content or book(), cells=cells, actor=writer, now=NOW)


def test_cells_are_filled_and_everything_else_stays(month, writer):
    kept = upload(
        writer,
        [
            TemplateCell("'表 一'!B4", metric="orders_settled"),
            TemplateCell("'表 一'!$C$4", metric="orders_settled", county="jiangle"),
            TemplateCell("表 一!B5", metric="wages_fen", county="youxi", divisor=100),
            TemplateCell("表 一!C5", metric="orders_settled", county="jiangle", trade="sorting"),
            TemplateCell("表 一!B7", metric="orders_settled", months=1),
            TemplateCell("表 一!C7", metric="orders_settled", to_date=True),
            TemplateCell("表 一!D7", metric="orders_settled", trade="fruit_picking"),
            TemplateCell("表 一!A6", text="period"),
            TemplateCell("表 一!A7", text="sign_off", county="jiangle"),
            TemplateCell("表 一!A8", text="made_on"),
        ],
    )
    product = made(order(ExportKind.TEMPLATE, template=kept.id))
    filled = openpyxl.load_workbook(io.BytesIO(product.content))
    sheet = filled["表 一"]
    assert (sheet["B4"].value, sheet["B4"].number_format) == (102, "#,##0")
    assert (sheet["C4"].value, sheet["D4"].value) == (60, "=B4+C4")
    assert sheet["B5"].value == pytest.approx(33 * 123.45)
    assert (sheet["C5"].value, sheet["B7"].value, sheet["C7"].value) == (20, 0, 102)
    assert sheet["D7"].value == 0
    assert (sheet["A1"].value, sheet["A6"].value) == ("零工市场情况", "2085-03")
    assert (sheet["A7"].value, sheet["A8"].value) == ("未签报", "2085-04-02")
    assert filled.sheetnames == ["表 一", "签报与数据状态"]


@pytest.mark.parametrize(
    ("cell", "says"),
    [
        (TemplateCell("B4", metric="orders_settled"), "Sheet!B4"),
        (TemplateCell("别的!B4", metric="orders_settled"), "no such sheet|there is no such sheet"),
        (TemplateCell("表 一!ZZZ1", metric="orders_settled"), "outside"),
        (TemplateCell("表 一!A0", metric="orders_settled"), "Sheet!B4"),
        (TemplateCell("表 一!B6", metric="orders_settled"), "merged"),
        (TemplateCell("表 一!D4", metric="orders_settled"), "formula"),
        (TemplateCell("表 一!B4", metric="nothing"), "no such metric"),
        (TemplateCell("表 一!B4", metric="fill_le_1"), "no such metric"),
        (TemplateCell("表 一!B4"), "either a metric or a text"),
        (TemplateCell("表 一!B4", metric="orders_settled", text="period"), "either a metric or a text"),
        (TemplateCell("表 一!B4", text="poem"), "no such text"),
        (TemplateCell("表 一!B4", metric="orders_settled", county="atlantis"), "no such county"),
        (TemplateCell("表 一!B4", metric="orders_settled", trade="piracy"), "no such trade"),
        (TemplateCell("表 一!B4", metric="orders_settled", months=-1), "months go back"),
        (TemplateCell("表 一!B4", metric="orders_settled", divisor=0), "divisor"),
    ],
)
def test_a_wrong_cell_is_named_with_what_is_wrong(month, writer, cell, says):
    good = TemplateCell("表 一!B9", metric="orders_settled")
    with pytest.raises(DomainError, match="export_template_cell") as caught:
        upload(writer, [good, cell])
    assert caught.value.field == "cells.1"
    assert any(word in caught.value.text("en") for word in says.split("|"))
    assert caught.value.params["cell"] == cell.cell


def test_a_cell_is_mapped_once_however_it_is_written(month, writer):
    with pytest.raises(DomainError, match="twice"):
        upload(
            writer,
            [
                TemplateCell("表 一!B4", metric="orders_settled"),
                TemplateCell("'表 一'!$B$4", metric="workers"),
            ],
        )


def with_chart(sheet) -> None:
    chart = BarChart()
    chart.add_data(Reference(sheet, min_col=2, min_row=4, max_row=5))
    sheet.add_chart(chart, "F1")


def with_entry(name: str) -> bytes:
    out = io.BytesIO(book())
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr(name, b"x")
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file_empty"),
        (b"a,b\r\n1,2\r\n", "export_template_file"),
        (b"PK\x03\x04nonsense", "file_damaged"),
        (b"%PDF-1.7", "file_type"),
        (book(with_chart), "export_template_file"),
        (with_entry("xl/media/a.png"), "export_template_file"),
        (with_entry("xl/pivotTables/p.xml"), "export_template_file"),
        (with_entry("xl/vbaProject.bin"), "file_active"),
    ],
    ids=["empty", "csv", "damaged", "pdf", "chart", "picture", "pivot", "macro"],
)
def test_files_that_would_be_harmed_or_harm_are_refused(month, writer, content, code):
    with pytest.raises(DomainError, match=code):
        upload_template(
            name="x",
            content=content,
            cells=[TemplateCell("表 一!B4", metric="orders_settled")],
            actor=writer,
            now=NOW,
        )


def test_a_retired_template_takes_no_new_export(month, writer):
    kept = upload(writer, [TemplateCell("表 一!B4", metric="orders_settled")])
    wanted = order(ExportKind.TEMPLATE, template=kept.id)
    request_export(order=wanted, actor=writer, now=NOW)
    assert retire_template(template_id=kept.id, actor=writer, now=NOW).active is False
    with pytest.raises(DomainError, match="export_template_unknown"):
        request_export(order=wanted, actor=writer, now=NOW)
    with pytest.raises(DomainError, match="export_template_unknown"):
        request_export(order=order(ExportKind.TEMPLATE), actor=writer, now=NOW)
