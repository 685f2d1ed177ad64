"""The order of a county's cases: by time and by amount, page by page without a row twice or none at all."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import date, timedelta
from uuid import UUID

import pytest

from cityql.cursors import Cursors
from compliance.claims import vault as claims_vault
from compliance.claims.models import Claim
from compliance.insurance.models import Policy
from kernel.clock import day_bounds
from kernel.errors import DomainError
from kernel.ids import uuid7
from kernel.models import AuditRow
from tenants.county import run_in_county
from tests.doors.graphql_helpers import ask, city_token, codes, post, queries
from tests.orders import play

pytestmark = [pytest.mark.usefixtures("cases"), pytest.mark.urls("tests.doors.graphql_urls")]

COUNTY = "mingxi"
DAY = date(2041, 5, 10)
ORDER_DAY = "2027-03-13"
AMOUNTS = (700, 300, 900, 300, 300, 0, 900)

ORDERS = """
query($first: Int! = 100, $after: String, $by: Sorting! = NEWEST, $state: OrderState) {
  county(slug: "mingxi") {
    cases: orders(purpose: "按金额抽查", first: $first, after: $after, orderBy: $by, day: "2027-03-13",
        state: $state) {
      edges { cursor node { id amount: totalFen } } pageInfo { hasNextPage endCursor }
    }
  }
}
"""
POLICIES = """
query($first: Int! = 100, $after: String, $by: Sorting! = NEWEST) {
  county(slug: "mingxi") {
    cases: policies(purpose: "按金额抽查", first: $first, after: $after, orderBy: $by, fromDay: "2041-05-10",
        toDay: "2041-05-10") {
      edges { cursor node { id amount: premiumFen } } pageInfo { hasNextPage endCursor }
    }
  }
}
"""
CLAIMS = """
query($first: Int! = 100, $after: String, $by: Sorting! = NEWEST) {
  county(slug: "mingxi") {
    cases: claims(purpose: "按金额抽查", first: $first, after: $after, orderBy: $by, fromDay: "2041-05-10",
        toDay: "2041-05-10") {
      edges { cursor node { id amount: acceptedFen } } pageInfo { hasNextPage endCursor }
    }
  }
}
"""
LISTS = {"orders": ORDERS, "policies": POLICIES, "claims": CLAIMS}


@pytest.fixture(scope="module")
def cases(counties) -> dict[str, list[tuple[UUID, int]]]:
    """Seven of each list with their amounts, oldest first; a claim of no amount is not decided."""
    with run_in_county(counties[COUNTY]):
        boss = play.employer()
        starts = play.START + timedelta(days=10)
        orders = [
            play.publish(
                boss,
                starts_at=starts,
                ends_at=starts + 8 * play.HOURS,
                pay=play.Pay(play.PayBasis.LUMP, 200_00 + amount),
            )
            for amount in AMOUNTS
        ]
        return {
            "orders": [(order.order_id, order.escrow_fen) for order in orders],
            "policies": [(_policy(amount), amount) for amount in AMOUNTS],
            "claims": [(_claim(amount), amount) for amount in AMOUNTS],
        }


def _policy(amount: int) -> UUID:
    row = Policy.objects.create(
        assignment_id=uuid7(),
        order_id=uuid7(),
        worker_id=uuid7(),
        trade="sorting",
        on=DAY,
        days=1,
        insurer="minjiang",
        product="minjiang_job",
        layer="top_up",
        payer="employer",
        starts="at_once",
        table_version_id=uuid7(),
        table_version=1,
        level="standard",
        heads=1,
        risk_class=2,
        premium_fen=amount,
        employer_premium_fen=amount,
        death_disability_cover_fen=60_000_000,
        medical_cover_fen=1_000_000,
        state="cancelled",
        slip=uuid7().hex[-12:].upper(),
        requested_at=day_bounds(DAY)[0],
        covers_until=day_bounds(DAY)[1],
    )
    return row.id


def _claim(amount: int) -> UUID:
    row_id, at = uuid7(), day_bounds(DAY)[0]
    words = {"what": "", "where": "", "hospital": "", "reason": ""}
    Claim.objects.create(
        id=row_id,
        number=f"C{uuid7().hex[-20:]}",
        policy_id=uuid7(),
        certificate_number="C",
        insurer="minjiang",
        layer="top_up",
        order_id=uuid7(),
        assignment_id=uuid7(),
        worker_id=uuid7(),
        employer_id=uuid7(),
        trade="sorting",
        on=DAY,
        cover_fen=60_000_000,
        state="accepted" if amount else "filed",
        injured=True,
        happened_at=at,
        words_sealed=claims_vault.sealed(words, place=claims_vault.WORDS, row=row_id),
        file={},
        reporter="station",
        reported_by="user:x",
        channel="station",
        reported_at=at,
        accepted_fen=amount or None,
        decided_at=at if amount else None,
        due="payment" if amount else "decision",
        due_at=at + timedelta(days=30),
        decide_by=at + timedelta(days=30),
    )
    return row_id


def rows(listed: str, **variables) -> list[tuple[str, int]]:
    found = ask(LISTS[listed], variables)["county"]["cases"]
    return [(edge["node"]["id"], edge["node"]["amount"] or 0) for edge in found["edges"]]


def wanted(cases, listed: str, by: str) -> list[tuple[str, int]]:
    made = [(str(row), amount) for row, amount in cases[listed]]
    down = by in ("NEWEST", "LARGEST")
    if by in ("NEWEST", "OLDEST"):
        return sorted(made, reverse=down)
    return sorted(made, key=lambda row: (row[1], row[0]), reverse=down)


@pytest.mark.parametrize("by", ["NEWEST", "OLDEST", "LARGEST", "SMALLEST"])
@pytest.mark.parametrize("listed", LISTS)
def test_in_the_order_asked_for(cases, listed, by):
    assert rows(listed, by=by) == wanted(cases, listed, by)


@pytest.mark.parametrize("size", [1, 2, 3, 7])
@pytest.mark.parametrize("by", ["OLDEST", "LARGEST", "SMALLEST"])
@pytest.mark.parametrize("listed", LISTS)
def test_page_by_page(cases, listed, by, size):
    """Equal amounts lie across the pages' edges."""
    seen, after = [], None
    for _ in range(8):
        found = ask(LISTS[listed], {"by": by, "first": size, "after": after})["county"]["cases"]
        seen += [(edge["node"]["id"], edge["node"]["amount"] or 0) for edge in found["edges"]]
        after = found["pageInfo"]["endCursor"]
        if not found["pageInfo"]["hasNextPage"]:
            break
    assert seen == wanted(cases, listed, by)


def test_without_a_word_newest_first(cases):
    assert rows("orders") == wanted(cases, "orders", "NEWEST")


def test_filters_and_order_together(cases):
    assert rows("orders", by="LARGEST", state="OPEN") == wanted(cases, "orders", "LARGEST")
    assert rows("orders", by="LARGEST", state="SETTLED") == []


def test_a_cursor_is_good_for_its_own_order():
    for made in ("NEWEST", "LARGEST"):
        page = ask(ORDERS, {"by": made, "first": 1})["county"]["cases"]["pageInfo"]["endCursor"]
        for other in {"NEWEST", "OLDEST", "LARGEST", "SMALLEST"} - {made}:
            body = {"query": ORDERS, "variables": {"by": other, "after": page}}
            assert codes(post(body, token=city_token())[1]) == ["graphql_cursor"], (made, other)


def test_a_cursor_holds_in_every_bit_and_no_other_text_does():
    cursors, row = Cursors("list"), uuid7()
    cursor = cursors.of(row)
    for amount in (None, 0, 5, 2**62, -3):
        cursor = cursors.of(row, amount)
        assert cursors.read(cursor) == (row, amount)
        raw = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        for bit in range(len(raw) * 8):
            changed = bytearray(raw)
            changed[bit // 8] ^= 1 << bit % 8
            _refused(cursors, urlsafe_b64encode(changed).decode())
    _refused(Cursors("another list"), cursor)
    for text in ("", "x", "=", "ä", "\x00", "A" * 22, "A" * 43, "A" * 54, "-" * 5_000, cursor[:-1]):
        _refused(cursors, text)


def _refused(cursors: Cursors, text: str) -> None:
    with pytest.raises(DomainError, match="graphql_cursor"):
        cursors.read(text)


def test_the_order_is_kept_in_the_audit(counties):
    rows("policies", by="LARGEST")
    rows("policies")
    with run_in_county(counties[COUNTY]):
        newest, largest = AuditRow.objects.filter(act="city.policies_read").order_by("-id")[:2]
    assert largest.detail["order_by"] == "largest"
    assert "order_by" not in newest.detail


def test_the_number_of_queries_is_the_same_in_every_order():
    rows("orders")
    for by in ("NEWEST", "OLDEST", "LARGEST", "SMALLEST"):
        with queries() as counted:
            rows("orders", by=by)
        assert counted == {"identity": 3, "city": 2, "default": 4}, by
