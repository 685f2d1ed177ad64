"""Lists of premiums and claims at the partners' door: read by whom they are for; statements handed in."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
from uuid import uuid4

import pytest
from openpyxl import load_workbook

from compliance.bordereau.use_cases.issue_list import issue_list
from kernel.actor import SYSTEM
from tenants.county import run_in_county
from tests.compliance.bordereau.book import LAST, MONTH, NOW, Book
from tests.doors.partners.machine import a_machine
from tests.doors.rest import check_problem

COLUMNS = ("policy_id", "certificate_number", "premium_fen", "refund_fen")
SPAN = {"first": MONTH.isoformat(), "last": LAST.isoformat()}


@pytest.fixture
def book(machine) -> Book:
    """Eight policies of the insurer in a month."""
    with run_in_county(machine.county):
        made = Book(insurer=machine.insurer)
        for _ in range(8):
            made.sell()
    return made


@pytest.fixture
def given(machine, book):
    """The month's list as it was given out."""
    with run_in_county(machine.county):
        return issue_list(insurer=machine.insurer, first=MONTH, last=LAST, actor=SYSTEM, now=NOW)


def content(answer) -> bytes:
    found = base64.b64decode(answer["content"])
    assert hashlib.sha256(found).hexdigest() == answer["sha256"]
    return found


def lines(found: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(found.decode("utf-8-sig"))))


def hand_in(machine, text: str | bytes, **changes):
    raw = text if isinstance(text, bytes) else text.encode()
    body = {
        "type": "bordereau.statement",
        "month": f"{MONTH:%Y-%m}",
        "name": "statement.csv",
        "content": base64.b64encode(raw).decode(),
        **changes,
    }
    return machine.signed("statements", body)


def statement(book: Book) -> str:
    rows = [[str(row.id), row.certificate_number, row.premium_fen, row.refund_fen] for row in book.rows]
    return "\n".join(",".join(map(str, row)) for row in (COLUMNS, *rows)) + "\n"


def test_a_list_is_downloaded_as_it_was_given_out(machine, book, given):
    (listed,) = machine.must_get("bordereaux")["items"]
    assert (listed["id"], listed["totals"]["policies"]) == (str(given.id), 8)
    found = content(machine.must_get(f"bordereaux/{given.id}"))
    assert hashlib.sha256(found).hexdigest() == listed["csv_sha256"]
    assert {row["policy_id"] for row in lines(found)} == {str(row.id) for row in book.rows}
    workbook = content(machine.must_get(f"bordereaux/{given.id}", form="xlsx"))
    assert hashlib.sha256(workbook).hexdigest() == listed["xlsx_sha256"]
    assert load_workbook(io.BytesIO(workbook)).worksheets[0].max_row == 9


def test_the_list_of_any_days_as_it_stands_now(machine, book):
    found = lines(content(machine.must_get("bordereaux/current", **SPAN)))
    assert sum(int(row["premium_fen"]) for row in found) == sum(row.premium_fen for row in book.rows)
    assert (
        len(lines(content(machine.must_get("bordereaux/current", first=SPAN["first"], last=SPAN["first"]))))
        == 1
    )
    backwards = {"first": SPAN["last"], "last": SPAN["first"]}
    check_problem(machine.get("bordereaux/current", **backwards), 422, "bordereau_span")
    check_problem(machine.get("bordereaux/current"), 422, "field_missing", "first")


def test_a_statement_is_handed_in_and_the_newest_counts(machine, book):
    first = hand_in(machine, statement(book))
    assert (first.status, first.body["rows"], first.body["month"]) == (201, 8, MONTH.isoformat())
    again = hand_in(machine, statement(book))
    assert again.body["id"] == first.body["id"]
    other = hand_in(machine, statement(book).rpartition("\n")[0].rpartition("\n")[0] + "\n")
    assert other.body["rows"] == 7
    listed = machine.must_get("statements")["items"]
    assert [row["id"] for row in listed] == [other.body["id"], first.body["id"]]


def test_every_fault_of_a_statement_is_named_by_its_cell(machine, book):
    faulty = ",".join(COLUMNS) + f"\nx,N-1,700,0\n{uuid4()},N-2,7.5,-1\n"
    answer = hand_in(machine, faulty)
    assert (answer.status, answer.code) == (422, "statement_invalid")
    assert [error["field"] for error in answer.body["errors"]] == ["A2", "C3", "D3"]
    for raw, code in ((b"", "base64_invalid"), (b"PK\x03\x04no", None), (b"%PDF-1.7", None)):
        refused = hand_in(machine, raw)
        assert 400 <= refused.status < 500, refused.body
        assert code is None or refused.code == code
    check_problem(hand_in(machine, statement(book), month="2027-13"), 422, "month_invalid", "month")
    assert machine.must_get("statements")["items"] == []


def test_another_insurers_lists_are_not_there(machine, given, counties, other_insurer):
    stranger = a_machine(counties["jiangle"], other_insurer)
    elsewhere = a_machine(counties["youxi"], machine.insurer)
    for foreign in (stranger, elsewhere):
        assert foreign.must_get("bordereaux")["items"] == []
        assert foreign.must_get("statements")["items"] == []
        check_problem(foreign.get(f"bordereaux/{given.id}"), 404, "bordereau_not_found")
        assert lines(content(foreign.must_get("bordereaux/current", **SPAN))) == []
