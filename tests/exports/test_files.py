"""Files hold exactly what figures say, in their kind's own form."""

from __future__ import annotations

import csv
import io
import json
import uuid
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import openpyxl
import pypdf
import pytest

from kernel.actor import Actor, Channel
from kernel.errors import DomainError
from reporting.contracts import Compare, Dimension, FigureQuery
from reporting.exports.contracts import ExportKind
from reporting.exports.formats.csv_file import plain
from reporting.figures import figures
from reporting.folder import fold_all
from reporting.moment import one_moment
from reporting.signoff import selectors as signoff
from reporting.signoff.rules import last_day
from reporting.signoff.use_cases.accept_month import accept_month
from reporting.signoff.use_cases.sign_month import sign_month
from tests.exports.conftest import made, order, record

METRICS = ("orders_settled", "wages_fen", "insured_orders_bp", "workers")


def rows_of(content: bytes) -> list[dict[str, str]]:
    assert content.startswith(b"\xef\xbb\xbf"), "spreadsheets read UTF-8 by its mark"
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_csv_has_a_row_a_county_and_the_total(month):
    product = made(order(ExportKind.CSV, metrics=METRICS, lang="en"))
    assert product.name == "linggong-csv-2085-03-en.csv"
    rows = {row["County"] or row["Division code"]: row for row in rows_of(product.content)}
    answer = figures(FigureQuery(month, last_day(month), METRICS, group_by=(Dimension.COUNTY,)))
    assert len(rows) == len(answer.rows) + 1
    jiangle = next(row for row in rows.values() if row["Division code"] == "350428")
    assert jiangle["Orders settled"] == "60"
    assert jiangle["Wages paid (yuan)"] == "7407.00"
    assert rows["Total"]["Orders settled"] == "102"
    assert jiangle["Sign-off"] == "not signed"
    assert jiangle["Freshness"].startswith("complete (")


def test_csv_compares_and_groups_by_trade_and_day(month):
    product = made(
        order(
            ExportKind.CSV,
            metrics=("orders_settled",),
            group_by=(Dimension.COUNTY, Dimension.DAY, Dimension.TRADE),
            counties=("youxi",),
            compare=Compare.PREVIOUS,
            lang="en",
        )
    )
    rows = [row for row in rows_of(product.content) if row["Orders settled"] not in ("", "0")][:-1]
    assert [(row["First day"], row["Trade code"], row["Orders settled"]) for row in rows] == [
        ("2085-03-01", "sorting", "11"),
        ("2085-03-10", "moving", "11"),
        ("2085-03-19", "moving", "11"),
    ]
    assert {row["Orders settled: change"] for row in rows} == {"11"}


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝cmd", "\n=1"], ids=lambda text: repr(text)
)
def test_words_that_a_spreadsheet_would_run_are_guarded(text):
    assert plain(text) == f"'{text}"
    assert plain(Decimal("-1.00")) == "-1.00", "numbers are ours"


def test_xlsx_has_figures_standing_dictionary_and_what_was_asked(month):
    product = made(order(ExportKind.XLSX, metrics=METRICS))
    book = openpyxl.load_workbook(io.BytesIO(product.content))
    assert book.sheetnames == ["数据", "签报与数据状态", "指标说明", "说明"]
    heads = [cell.value for cell in book["数据"][1]]
    rows = {row[0].value: dict(zip(heads, row, strict=True)) for row in book["数据"].iter_rows(min_row=2)}
    assert rows["350428"]["完成结算的订单"].value == 60
    wages = rows["350428"]["劳动报酬（元）"]
    assert (wages.value, wages.number_format) == (7407, "#,##0.00")
    assert rows["合计"]["完成结算的订单"].value == 102
    assert {row[2].value for row in book["签报与数据状态"].iter_rows(min_row=2)} == {"2085-03"}
    assert [row[0].value for row in book["指标说明"].iter_rows(min_row=2)] == list(METRICS)


def test_words_in_a_workbook_never_become_formulas(month, monkeypatch):
    monkeypatch.setattr("reporting.exports.table._name", lambda *_: "=HYPERLINK(1)\x07")
    book = openpyxl.load_workbook(io.BytesIO(made(order(ExportKind.XLSX, metrics=METRICS)).content))
    assert [cell.data_type for cell in book["数据"]["B"][1:3]] == ["s", "s"]
    assert book["数据"]["B2"].value == "=HYPERLINK(1)"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_bulletin_says_in_words_what_figures_say(month, lang):
    product = made(order(ExportKind.BULLETIN, lang=lang))
    assert product.content.startswith(b"%PDF-")
    reader = pypdf.PdfReader(io.BytesIO(product.content))
    pages = [page.extract_text().replace("\x00", "") for page in reader.pages]
    assert len(pages) >= 6
    assert ("2085 年 3 月" if lang == "zh" else "March 2085") in pages[0]
    assert "102" in pages[0]
    assert ("将乐县" if lang == "zh" else "Jiangle") in pages[1], "the map names its counties"
    everything = "\n".join(pages)
    assert ("未签报" if lang == "zh" else "not signed") in everything
    assert "number of order.settled facts" in everything or "sum of" in everything, "the dictionary is in it"
    assert reader.metadata is not None
    assert reader.metadata.creation_date is not None
    assert reader.metadata.creation_date.year == 2085


def test_a_bulletin_without_a_font_says_so(month, settings):
    settings.LINGGONG_CJK_FONT = "/nowhere/Regular.ttc"
    with pytest.raises(DomainError, match="export_font_missing"):
        made(order(ExportKind.BULLETIN))


def test_open_data_masks_small_cells_and_what_would_give_them_away(month):
    product = made(order(ExportKind.OPEN_DATA, metrics=("orders_settled", "wages_fen")))
    found = json.loads(product.content)
    assert found["licence"]["name"] == "CC-BY-4.0"
    assert [entry["code"] for entry in found["dictionary"]] == ["orders_settled", "wages_fen"]
    rows = {row["county"]: row for row in found["rows"]}
    for code in ("orders_settled", "wages_fen"):
        assert rows["qingliu"]["figures"][code] is None, "two orders are too few"
        assert rows["ninghua"]["figures"][code] is None, "or the total would tell of the two"
        assert rows["jiangle"]["figures"][code] is not None
    # 2 and 7 do not rest on ten cases together: the next smallest goes, too
    assert rows["youxi"]["figures"]["orders_settled"] is None
    assert rows["jiangle"]["figures"]["orders_settled"] == 60
    assert found["total"]["figures"]["orders_settled"] == 102
    assert rows["mingxi"]["figures"]["orders_settled"] == 0
    assert "person" not in product.content.decode().replace("persons", "").lower().replace("person key", "")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"last": date(2085, 2, 1)}, "export_range"),
        ({"kind": ExportKind.BULLETIN, "last": date(2085, 3, 30)}, "export_month"),
        ({"metrics": ("orders_settled", "orders_settled")}, "export_metrics"),
        ({"metrics": ("no_such",)}, "metric_unknown"),
        ({"metrics": ("fill_le_1",)}, "metric_unknown"),
        ({"colour": "no_such"}, "metric_unknown"),
        ({"lang": "fr"}, "export_lang"),
        ({"group_by": (Dimension.DAY, Dimension.MONTH)}, "export_group"),
        ({"kind": ExportKind.OPEN_DATA, "group_by": (Dimension.TOWN,)}, "export_group"),
        ({"as_signed": True, "metrics": ("insured_orders_bp",)}, "export_not_signed_figure"),
        ({"as_signed": True, "group_by": (Dimension.TRADE,)}, "export_group"),
        ({"as_signed": True, "last": date(2085, 3, 30)}, "export_month"),
        ({"as_signed": True, "last": date(2085, 4, 30)}, "export_group"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(changes, code):
    kind = changes.pop("kind", ExportKind.CSV)
    with pytest.raises(DomainError, match=code):
        made(order(kind, **changes))


def test_as_signed_gives_the_accepted_document_and_not_what_came_later(counties, market):
    """One county's month is signed and accepted; then a late order is settled in it."""
    county, month, after = counties["jiangle"], date(2085, 8, 1), datetime(2085, 9, 20, 4, tzinfo=UTC)
    market(after)
    record(county, month, trade="sorting", orders=20)
    record(county, month, trade="moving", orders=40)
    fold_all(county)
    with one_moment():
        digest = signoff.figures_of(county.id, month).digest
    people = {
        scope: Actor(uuid.uuid4(), frozenset({scope}), frozenset(), Channel.API)
        for scope in ("months:sign", "city:sign")
    }
    sign_month(county=county, month=month, digest=digest, actor=people["months:sign"], now=after)
    accept_month(county=county, month=month, version=1, actor=people["city:sign"], now=after)
    record(county, month, trade="moving", orders=1)
    fold_all(county)

    metrics = ("orders_settled", "wages_fen", "workers")
    wanted = order(ExportKind.CSV, first=month, last=last_day(month), metrics=metrics, lang="en")
    today = {row["Division code"]: row for row in rows_of(made(wanted).content)}
    signed = {row["Division code"]: row for row in rows_of(made(replace(wanted, as_signed=True)).content)}
    orders, wages, workers = "Orders settled", "Wages paid (yuan)", "Distinct people paid for work"
    assert [today["350428"][head] for head in (orders, wages, workers)] == ["61", "7530.45", "61"]
    assert [signed["350428"][head] for head in (orders, wages, workers)] == ["60", "7407.00", "60"]
    assert signed["350428"]["Sign-off"] == "accepted (version 1)"
    assert {row[orders] for code, row in signed.items() if code != "350428"} == {""}
    assert "Total" not in signed

    by_trade = replace(wanted, as_signed=True, group_by=(Dimension.COUNTY, Dimension.TRADE))
    found = {
        row["Trade code"]: row[orders]
        for row in rows_of(made(by_trade).content)
        if row["Division code"] == "350428"
    }
    assert found == {"sorting": "20", "moving": "40"}
