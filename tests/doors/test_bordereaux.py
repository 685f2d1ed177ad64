"""Lists, statements and settlements over REST: a month with one insurer, by two treasurers."""

from __future__ import annotations

import hashlib
import io
from datetime import timedelta

import pytest
from openpyxl import load_workbook

from compliance.bordereau import rules
from kernel.clock import business_day
from kernel.ids import uuid7
from tenants.clock import market_now
from tenants.county import run_in_county
from tests.compliance.bordereau.book import Book, as_csv
from tests.doors.rest import a_worker, check_problem, new_key, staff_member

INSURER = "jinxi"


@pytest.fixture(scope="module")
def county(counties):
    return counties["datian"]


@pytest.fixture(scope="module")
def month():
    """The last month that is over in the market."""
    return rules.month_of(rules.month_of(business_day(market_now())) - timedelta(days=1))


@pytest.fixture(scope="module")
def book(county, month):
    """Ten policies of a sample insurer that this county asks nothing else of."""
    with run_in_county(county) as work:
        made = Book(insurer=INSURER)
        for number in range(10):
            asked = {"requested_at": work.now - timedelta(days=40)}
            made.sell(on=month + timedelta(days=number), trade="sorting", **asked)
    return made


def span(month):
    return f"insurer={INSURER}&first={month}&last={rules.last_of(month)}"


def test_lists_are_downloaded_as_given_out(county, book, month):
    officer = staff_member(county, "insurance_officer")
    totals = officer.must("GET", f"bordereaux/totals?{span(month)}")
    assert (totals["policies"], totals["due_fen"]) == (10, sum(row.premium_fen for row in book.rows))
    draft = officer.get(f"bordereaux/draft?{span(month)}")
    assert (draft.status, draft.headers["Content-Type"]) == (200, "text/csv")
    assert draft.body.decode("utf-8-sig").count("\r\n") == 11

    body = {"insurer": INSURER, "first": str(month), "last": str(rules.last_of(month))}
    given = officer.must("POST", "bordereaux", body)
    assert officer.must("POST", "bordereaux", body)["id"] == given["id"]
    assert given["totals"] == totals
    assert officer.must("GET", f"bordereaux/{given['id']}") == given
    assert given["id"] in [row["id"] for row in officer.must("GET", f"bordereaux?insurer={INSURER}")["items"]]
    files = {}
    for form in ("csv", "xlsx"):
        files[form] = file = officer.get(f"bordereaux/{given['id']}/content?format={form}")
        assert file.status == 200
        assert hashlib.sha256(file.body).hexdigest() == given[f"{form}_sha256"]
        assert f"{INSURER}-{month}" in file.headers["Content-Disposition"]
    sheet = load_workbook(io.BytesIO(files["xlsx"].body))["保费"]
    assert {row[0].value for row in sheet.iter_rows(min_row=2)} == {str(row.id) for row in book.rows}

    check_problem(officer.get(f"bordereaux/{uuid7()}"), 404, "bordereau_not_found", "list_id")
    check_problem(officer.post("bordereaux", body | {"insurer": "nobody"}), 404, "insurer_unknown")
    today = str(business_day(market_now()))
    check_problem(officer.post("bordereaux", body | {"last": today}), 409, "bordereau_not_over", "last")


def test_a_month_is_reconciled_with_a_statement_and_settled_by_two(county, book, month):
    one, two = staff_member(county, "treasurer"), staff_member(county, "treasurer")
    text = f"{month:%Y-%m}"
    asked = f"insurer={INSURER}&month={text}"
    assert one.must("GET", f"reconciliation?{asked}")["theirs_fen"] is None

    upload = f"statements?{asked}&name=statement.csv"
    rows = [row for row in book.statement() if rules.month_of(row.on) == month]
    bad = as_csv(rows).replace(str(rows[0].policy_id).encode(), b"who?").replace(b",on\n", b",on\n\n")
    answer = one.send("POST", upload, raw=bad, content_type="text/csv")
    check_problem(answer, 422, "statement_invalid", "A3")
    kept = one.send("POST", upload, raw=as_csv(rows[1:]), content_type="text/csv", key=new_key())
    assert (kept.status, kept.body["rows"]) == (201, 9)
    assert one.must("GET", f"statements?insurer={INSURER}")["items"][0]["id"] == kept.body["id"]

    found = one.must("GET", f"reconciliation?{asked}")
    assert [row["kind"] for row in found["differences"]] == ["statement_misses"]
    assert found["ours_fen"] == found["ledger_fen"] > found["theirs_fen"]

    made = one.must("POST", "settlements", {"insurer": INSURER, "month": text})
    again = one.post("settlements", {"insurer": INSURER, "month": text})
    check_problem(again, 409, "settlement_exists", "month")
    address = f"settlements/{made['id']}"
    check_problem(one.post(f"{address}/reconcile"), 409, "settlement_differs", "accept_reason")
    accepted = one.must("POST", f"{address}/reconcile", {"accept_reason": "电话确认漏列"})
    assert (accepted["state"], accepted["differences"]) == ("reconciled", 1)
    kinds = [row["kind"] for row in one.must("GET", f"{address}/differences")["items"]]
    assert kinds == ["statement_misses"]
    check_problem(one.post(f"{address}/approve"), 403, "settlement_own")
    two.must("POST", f"{address}/approve")
    check_problem(two.post(f"{address}/pay", {"reference": "BF-1"}), 400, "idempotency_key_missing")
    key = new_key()
    paid = two.must("POST", f"{address}/pay", {"reference": "BF-1"}, key=key)
    assert (paid["state"], paid["amount_fen"]) == ("paid", found["ledger_fen"])
    assert (
        two.must("POST", f"{address}/pay", {"reference": "BF-1"}, key=key)["transfer_id"]
        == paid["transfer_id"]
    )
    assert one.must("GET", address)["state"] == "paid"
    assert one.must("GET", f"settlements?insurer={INSURER}&limit=1")["items"][0]["id"] == made["id"]
    check_problem(one.post(f"{address}/withdraw", {"reason": "x"}), 409, "stale_state")
    assert one.must("GET", "ledger/verification")["problems"] == []


def test_the_loss_ratio_is_of_whole_months(county, book, month):
    officer = staff_member(county, "insurance_officer")
    text = f"{month:%Y-%m}"
    found = officer.must("GET", f"loss-ratio?from_month={text}&to_month={text}&insurer={INSURER}")
    assert (found["total"]["policies"], found["total"]["permille"]) == (10, 0)
    wrong = officer.get(f"loss-ratio?from_month={text}&to_month=2026-13")
    check_problem(wrong, 422, "month_invalid", "to_month")


def test_who_may_not(county, month):
    clerk, officer = staff_member(county, "station_clerk"), staff_member(county, "insurance_officer")
    for caller in (clerk, a_worker(county).caller):
        check_problem(caller.get("bordereaux"), 403, "forbidden")
        check_problem(caller.get(f"bordereaux/draft?{span(month)}"), 403, "forbidden")
    body = {"insurer": INSURER, "month": f"{month:%Y-%m}"}
    check_problem(officer.post("settlements", body), 403, "forbidden")  # reads, and does not settle
    upload = f"statements?insurer={INSURER}&month={month:%Y-%m}&name=x.csv"
    answer = officer.send("POST", upload, raw=b"policy_id\n", content_type="text/csv")
    check_problem(answer, 403, "forbidden")
