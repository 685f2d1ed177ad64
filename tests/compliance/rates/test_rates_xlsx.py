"""Tables as workbooks: there and back, and every way a file can be wrong."""

from __future__ import annotations

import io
import zipfile
from contextlib import suppress
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import assume, given, settings
from openpyxl import load_workbook

from compliance.rates import xlsx
from compliance.rates.contracts import TableView
from compliance.rates.document import canonical, digest, parse_content, read_content
from compliance.rates.errors import TableFaults
from compliance.rates.states import TableState
from kernel.ids import uuid7
from tests.compliance.rates.made import content, document, documents


def view(table) -> TableView:
    moment = datetime(2026, 3, 1, tzinfo=UTC)
    return TableView(
        id=uuid7(),
        product="minjiang_job",
        insurer="minjiang",
        version=3,
        effective_from=date(2026, 4, 1),
        state=TableState.PUBLISHED,
        source="=HYPERLINK(1)",
        digest=digest(canonical(table)),
        intact=True,
        content=table,
        drafted_at=moment,
        drafted_by="user:1",
        submitted_at=moment,
        submitted_by="user:1",
        published_at=moment,
        published_by="user:2",
    )


def exported(table=None) -> bytes:
    return xlsx.write_workbook(view(table or content()))


def edited(*edits: tuple[str, str, Any], table=None, drop: str | None = None) -> bytes:
    """The exported workbook with cells written over, as an office program would."""
    book = load_workbook(io.BytesIO(exported(table)))
    for sheet, cell, value in edits:
        if sheet not in book.sheetnames:
            book.create_sheet(sheet)
        book[sheet][cell] = value
    if drop:
        del book[drop]
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def faults_of(file: bytes) -> dict[str, str]:
    with pytest.raises(TableFaults) as refusal:
        xlsx.read_table(file)
    assert refusal.value.code == "table_file_invalid"
    return {fault.place: fault.en for fault in refusal.value.faults}


def repacked(file: bytes, *, add: dict[str, bytes] | None = None, change=lambda name, text: text) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(file)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            new.writestr(part.filename, change(part.filename, old.read(part)))
        for name, text in (add or {}).items():
            new.writestr(name, text)
    return out.getvalue()


# -- there and back --------------------------------------------------------------------------------


def test_what_was_exported_reads_back_the_same():
    assert xlsx.read_table(exported()) == content()


@settings(max_examples=60)
@given(documents())
def test_any_table_survives_the_way_there_and_back(data):
    table, faults = read_content(data)
    assume(not faults)
    read = xlsx.read_table(exported(table))
    assert read == table
    assert digest(canonical(read)) == digest(canonical(table))


def test_a_workbook_saved_by_an_office_program_reads_the_same():
    """Which writes shared strings, 300.0 for 300, and sizes of its own."""
    file = edited(("费率", "B2", 300.0), ("档次", "B2", "标准"))
    assert xlsx.read_table(file) == content()


def test_texts_that_look_like_formulas_stay_texts():
    table = content(
        occupations={**document()["occupations"], "logging_help": {"risk_class": 0, "reason": "=1+1"}}
    )
    assert xlsx.read_table(exported(table)) == table


def test_a_row_more_is_a_rate_more():
    file = edited(("费率", "A4", 3), ("费率", "B4", 990), ("工种", "A6", "tiling"), ("工种", "B6", 3))
    read = xlsx.read_table(file)
    assert (read.classes[2].risk_class, read.classes[2].premium_fen) == (3, 990)
    assert read.occupations["tiling"].risk_class == 3


# -- wrong cells -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("edit", "says"),
    [
        (("费率", "B3", "455"), "whole fen"),
        (("费率", "B3", 4.5), "whole fen"),
        (("费率", "B3", True), "whole fen"),
        (("费率", "B3", -1), "whole fen"),
        (("费率", "B3", date(2026, 1, 1)), "whole fen"),
        (("费率", "B3", None), "is missing"),
        (("费率", "B3", "=B2"), "formula"),
        (("费率", "B3", "#REF!"), "error value"),
        (("费率", "A3", 1), "already"),
        (("费率", "B1", "Premium"), "heading"),
        (("费率", "E2", 1), "nothing belongs here"),
        (("费率", "AB9", "note"), "nothing belongs here"),
        (("档次", "A3", "Plus"), "lower-case"),
        (("档次", "A3", "standard"), "already"),
        (("档次", "B2", "a\nb"), "one line"),
        (("档次", "B2", "x" * 61), "60"),
        (("工种", "B3", 5), "no rate"),
        (("工种", "A3", None), "is missing"),
        (("工种", "A3", 7), "trade"),
        (("工种", "A4", "height_work"), "already"),
        (("工种", "C4", "why"), "class 0"),
        (("年龄", "A3", 10), "overlap"),
        (("年龄", "B4", 20), "from_age"),
        (("年龄", "C2", 5), "no factor"),
        (("年龄", "D2", "maybe"), "true or false"),
        (("天数", "A2", 2), "starts from 1"),
        (("人数", "A3", 1), "rise"),
        (("系数", "C2", 100), "min_premium"),
        (("系数", "A3", 100), "already"),
    ],
)
def test_a_wrong_cell_is_named(edit, says):
    sheet, cell, _ = edit
    found = faults_of(edited(edit))
    assert f"{sheet}!{cell}" in found, found
    assert says in found[f"{sheet}!{cell}"]


def test_all_wrong_cells_are_named_at_once_in_order_and_no_others():
    edits = [
        ("费率", "B2", "300"),
        ("费率", "C3", 0),
        ("档次", "C2", "many"),
        ("工种", "B2", 9),
        ("年龄", "C3", "=1000"),
        ("天数", "B3", 1.5),
        ("系数", "A2", None),
    ]
    assert list(faults_of(edited(*edits))) == [
        "档次!C2",
        "费率!B2",
        "费率!C3",
        "工种!B2",
        "年龄!C3",
        "天数!B3",
        "系数!A2",
    ]


def test_every_number_spoilt_one_by_one_is_named_alone():
    book = load_workbook(io.BytesIO(exported()))
    spoilt = 0
    for page in book.worksheets:
        for row in page.iter_rows(min_row=2):
            for cell in row:
                if page.title != xlsx.INFO and type(cell.value) is int:
                    found = faults_of(edited((page.title, cell.coordinate, "7")))
                    assert list(found) == [f"{page.title}!{cell.coordinate}"]
                    spoilt += 1
    assert spoilt > 30


def test_missing_and_unknown_sheets_are_named():
    assert list(faults_of(edited(drop="费率"))) == ["费率!A1"]
    assert list(faults_of(edited(drop="系数"))) == ["系数!A1"]
    assert list(faults_of(edited(("别的", "A1", 1)))) == ["别的!A1"]
    assert xlsx.read_table(edited(drop=xlsx.INFO)) == content()


def test_a_trade_the_city_does_not_have_is_named_by_its_cell():
    with pytest.raises(TableFaults) as refusal:
        xlsx.read_table(exported(), trades={"sorting", "moving", "height_work"})
    assert [fault.place for fault in refusal.value.faults] == ["工种!A3"]


# -- files that are no tables ----------------------------------------------------------------------


def unfit(file: bytes) -> str:
    found = faults_of(file)
    assert list(found) == ["文件"], found
    return found["文件"]


@pytest.mark.parametrize(
    "file",
    [b"", b"PK\x03\x04", b"risk_class,premium\n1,300\n", b"\xd0\xcf\x11\xe0" + b"\x00" * 600, b"%PDF-1.7"],
)
def test_what_is_no_workbook_is_refused(file):
    assert "XLSX" in unfit(file)


def test_an_archive_without_a_workbook_is_refused():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("hello.txt", "hello")
    assert "cannot" in unfit(out.getvalue()) or "can be read" in unfit(out.getvalue())


def test_a_cut_off_or_damaged_workbook_is_refused():
    whole = exported()
    for length in range(0, len(whole), 97):
        faults_of(whole[:length])
    for place in range(60, len(whole) - 60, 211):
        with suppress(TableFaults):  # some bytes say nothing; no other exception may come out
            read = xlsx.read_table(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
            assert read == content()


def test_large_files_and_bombs_are_refused_before_they_unfold():
    assert "bytes" in unfit(exported() + b"\x00" * xlsx.MAX_FILE)
    assert "unpacked" in unfit(repacked(exported(), add={"xl/media/bomb": b"\x00" * 50_000_000}))
    assert "unpacked" in unfit(repacked(exported(), add={f"xl/x{n}.xml": b"<a/>" for n in range(80)}))


def test_a_bomb_that_lies_about_its_size_is_refused():
    bomb = bytearray(repacked(exported(), add={"xl/bomb.xml": b"\x00" * 30_000_000}))
    assert len(bomb) < xlsx.MAX_FILE
    true, lie = (30_000_000).to_bytes(4, "little"), (1_000).to_bytes(4, "little")
    assert bomb.count(true) >= 1
    assert "XLSX" in unfit(bytes(bomb.replace(true, lie)))


def test_far_away_and_very_many_rows_are_refused():
    def far(name: str, text: bytes) -> bytes:
        row = b'<row r="999999999"><c r="A999999999"><v>1</v></c></row></sheetData>'
        return text.replace(b"</sheetData>", row) if name.endswith("sheet3.xml") else text

    assert "rows" in unfit(repacked(exported(), change=far))
    assert "rows" in unfit(edited(("费率", "A500", 1)))


def test_a_size_that_the_sheet_claims_hides_nothing():
    def claims(name: str, text: bytes) -> bytes:
        return text.replace(b'<dimension ref="A1:D3"', b'<dimension ref="A1:D2"')

    file = edited(("费率", "B3", "455"))
    changed = repacked(file, change=claims)
    assert changed != repacked(file)
    assert list(faults_of(changed)) == ["费率!B3"]


@pytest.mark.parametrize(
    "part",
    ["xl/vbaProject.bin", "xl/activeX/activeX1.xml", "xl/embeddings/a.bin", "xl/externalLinks/e.xml"],
)
def test_macros_and_embedded_things_are_refused(part):
    assert "macros" in unfit(repacked(exported(), add={part: b"x"}))


def test_a_macro_workbook_under_another_name_is_refused():
    def macro(name: str, text: bytes) -> bytes:
        return text.replace(b"spreadsheetml.sheet.main", b"sheet.macroEnabled.main")

    assert "macros" in unfit(repacked(exported(), change=macro))


@pytest.mark.parametrize(
    "head",
    [
        b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]>',
        '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE a>'.encode("utf-16"),
        b'<?xml version="1.0" encoding="utf-7"?>',
        b"<!doctype a>",
    ],
)
def test_entities_are_refused_in_any_encoding(head):
    def declared(name: str, text: bytes) -> bytes:
        return head + text.split(b"?>", 1)[-1] if name.endswith("sheet3.xml") else text

    unfit(repacked(exported(), change=declared))


def test_two_parts_of_one_name_are_refused():
    with pytest.warns(UserWarning, match="Duplicate"):
        file = repacked(exported(), add={"xl/worksheets/sheet3.xml": b"<worksheet/>"})
    assert "one name" in unfit(file)


def test_the_parsed_content_is_what_the_document_says():
    assert xlsx.read_table(exported(parse_content(document()))) == parse_content(document())
