"""A county's money and partners through GraphQL: balances and lines that add up, nobody named, every look
kept with its purpose, and no query more for a longer list."""

from __future__ import annotations

import json
from uuid import UUID

import pytest
from django.db import connections

from kernel.actor import SYSTEM
from kernel.clock import real_now
from kernel.ids import uuid7
from kernel.models import AuditRow
from ledger import selectors as ledger
from ledger.contracts import AccountKind, partner_account_id
from ledger.models import Account, CollectQueue
from ledger.use_cases.open_account import open_account
from orders.verify import verify_money
from tenants.county import run_in_county
from tenants.identity.use_cases.create_partner_client import create_partner_client, partner_scopes
from tests.doors.graphql_helpers import ask, city_token, codes, post, queries
from tests.doors.partners.machine import new_insurer
from tests.orders import play
from webhooks import vault
from webhooks.models import Endpoint

pytestmark = [pytest.mark.usefixtures("counties"), pytest.mark.urls("tests.doors.graphql_urls")]

COUNTY = "qingliu"
ACCOUNTS = """
query Accounts($purpose: String!, $first: Int = 20, $after: String, $kind: LedgerAccountKind, $order: ID) {
  county(slug: "qingliu") {
    ledgerAccounts(purpose: $purpose, first: $first, after: $after, kind: $kind, order: $order) {
      edges { node { id kind order insurer balanceFen heldFen availableFen openedAt } }
      pageInfo { hasNextPage endCursor }
    }
  }
}
"""
TRANSFERS = """
query Transfers($purpose: String!, $account: ID!, $first: Int = 20, $after: String) {
  county(slug: "qingliu") {
    ledgerTransfers(purpose: $purpose, account: $account, first: $first, after: $after) {
      edges { node { id at phase purpose purposeText subject counterKind amountFen heldFen } }
      pageInfo { hasNextPage endCursor }
    }
  }
}
"""
CHECK = """
query Check($purpose: String!) {
  county(slug: "qingliu") { ledgerCheck(purpose: $purpose) { accounts transfers sumFen clean problems } }
}
"""
PARTNERS = """
query Partners($purpose: String!) {
  county(slug: "qingliu") {
    partners(purpose: $purpose) {
      insurer name nameEn connection { state adapter } clients { name scopes createdAt }
      endpoints { id state types createdAt failures failingSince openUntil lastDeadAt }
      deliveriesPending deliveriesDelivered deliveriesDead
    }
  }
}
"""
WHY = "资金核查"


def pages(query: str, name: str, **variables) -> list[dict]:
    """Every row, in pages of two."""
    seen, after = [], None
    while True:
        found = ask(query, {"purpose": WHY, "first": 2, "after": after, **variables})["county"][name]
        seen += [edge["node"] for edge in found["edges"]]
        after = found["pageInfo"]["endCursor"]
        if not found["pageInfo"]["hasNextPage"]:
            return seen


def accounts(**variables) -> list[dict]:
    return pages(ACCOUNTS, "ledgerAccounts", **variables)


def lines(account: str) -> list[dict]:
    return pages(TRANSFERS, "ledgerTransfers", account=account)


def refused(query: str, *, role: str = "city_admin", **variables) -> list[str]:
    body = {"query": query, "variables": {"purpose": WHY, **variables}}
    status, answer = post(body, token=city_token(role))
    assert status == 200
    assert not any(answer["data"]["county"].values())
    return codes(answer)


@pytest.fixture(scope="module")
def paid(counties) -> tuple[UUID, UUID, UUID]:
    """An order that was paid out, its employer and its worker."""
    with run_in_county(counties[COUNTY]):
        boss, worker = play.employer(), play.worker()
        order = play.publish(boss)
        won = play.grab(worker, order.order_id)
        play.start(boss, worker, won)
        play.leave(worker, won)
        play.confirm(boss, order.order_id)
    return order.order_id, boss.id, worker.id


@pytest.fixture(scope="module")
def open_order(counties) -> UUID:
    with run_in_county(counties[COUNTY]):
        return play.publish(play.employer()).order_id


def test_an_orders_escrow_and_what_moved_through_it(paid, open_order):
    [escrow] = accounts(order=str(paid[0]))
    assert (escrow["kind"], escrow["order"]) == ("ORDER_ESCROW", str(paid[0]))
    assert (escrow["balanceFen"], escrow["heldFen"]) == (0, 0)
    moved = lines(escrow["id"])
    assert sum(line["amountFen"] for line in moved) == 0
    assert sum(line["heldFen"] for line in moved) == 0
    assert moved[-1]["purpose"] == "escrow"
    wage = [line for line in moved if line["purpose"] == "wage" and line["amountFen"]]
    assert [(line["counterKind"], line["purposeText"]) for line in wage] == [("WORKER_WALLET", "工资")]
    assert [line["at"] for line in moved] == sorted((line["at"] for line in moved), reverse=True)
    [funded] = accounts(order=str(open_order))
    assert funded["balanceFen"] > 0
    assert funded["availableFen"] == funded["balanceFen"] - funded["heldFen"]


def test_every_account_once_newest_first_with_its_balance(paid, open_order):
    seen = accounts()
    with run_in_county(COUNTY):
        known = list(Account.objects.order_by("-id").values_list("id", flat=True))
        wanted = {str(one): ledger.account_by_id(one) for one in known}
    assert [row["id"] for row in seen] == [str(one) for one in known]
    for row in seen:
        view = wanted[row["id"]]
        assert view is not None
        assert (row["balanceFen"], row["heldFen"]) == (view.balance_fen, view.held_fen)
        assert row["kind"] == view.kind.name
    assert sum(row["balanceFen"] for row in seen) == 0


def test_a_collecting_account_counts_what_is_not_folded(paid):
    [fee] = accounts(kind="FEE_INCOME")
    with run_in_county(COUNTY):
        waiting = sum(CollectQueue.objects.filter(account_id=fee["id"]).values_list("amount_fen", flat=True))
        stored = Account.objects.get(id=fee["id"]).balance_fen
    assert waiting > 0
    assert fee["balanceFen"] == stored + waiting


def test_what_is_owed_to_an_insurer_carries_its_code(counties):
    code = new_insurer()
    with run_in_county(counties[COUNTY]) as work:
        made = open_account(kind=AccountKind.PREMIUM_PAYABLE, owner_id=partner_account_id(code), now=work.now)
    [row] = [row for row in accounts(kind="PREMIUM_PAYABLE") if row["id"] == str(made)]
    assert row["insurer"] == code


def test_nobody_is_told_by_an_account_or_a_line(paid):
    shown = [*accounts(), *(line for row in accounts(kind="WORKER_WALLET") for line in lines(row["id"]))]
    text = json.dumps(shown, ensure_ascii=False)
    assert shown
    with run_in_county(COUNTY):
        wallets = Account.objects.filter(kind__in=["worker_wallet"]).values_list("owner_id", flat=True)
        assert paid[2] in set(wallets)
        told = [owner for owner in wallets if str(owner) in text or owner.hex in text]
    assert told == []
    assert "赖小明" not in text


def test_the_check_says_what_the_command_says(paid):
    found = ask(CHECK, {"purpose": WHY})["county"]["ledgerCheck"]
    with run_in_county(COUNTY):
        report = verify_money()
    assert (found["accounts"], found["transfers"], found["sumFen"]) == (report.accounts, report.transfers, 0)
    assert (found["clean"], found["problems"]) == (report.clean, report.problems)
    assert found["transfers"] > 0


def test_the_check_tells_of_money_that_is_not_accounted_for(counties, database):
    """A balance changed behind the ledger's back, as only the tables' owner could."""
    with run_in_county(counties[COUNTY]) as work:
        wallet = open_account(kind=AccountKind.WORKER_WALLET, owner_id=uuid7(), now=work.now)
    table = f'"{counties[COUNTY].schema_name}".ledger_account'
    change = f"UPDATE {table} SET balance_fen = balance_fen + %s WHERE id = %s"
    try:
        with run_in_county(counties[COUNTY]), connections["default"].cursor() as cursor:
            cursor.execute(change, [700, wallet])
        found = ask(CHECK, {"purpose": WHY})["county"]["ledgerCheck"]
    finally:
        with run_in_county(counties[COUNTY]), connections["default"].cursor() as cursor:
            cursor.execute(change, [-700, wallet])
    assert (found["clean"], found["sumFen"]) == (False, 700)
    assert any(str(wallet) in problem for problem in found["problems"])
    assert ask(CHECK, {"purpose": WHY})["county"]["ledgerCheck"]["sumFen"] == 0


@pytest.mark.parametrize(
    ("query", "variables", "code"),
    [
        (ACCOUNTS, {"first": 0}, "invalid_value"),
        (ACCOUNTS, {"first": 101}, "invalid_value"),
        (ACCOUNTS, {"purpose": "x"}, "graphql_purpose"),
        (ACCOUNTS, {"after": "x"}, "graphql_cursor"),
        (ACCOUNTS, {"order": "x"}, "not_found"),
        (TRANSFERS, {"account": "x"}, "not_found"),
        (TRANSFERS, {"account": str(uuid7())}, "not_found"),
        (TRANSFERS, {"account": str(uuid7()), "purpose": ""}, "graphql_purpose"),
        (CHECK, {"purpose": "\t"}, "graphql_purpose"),
        (PARTNERS, {"purpose": ""}, "graphql_purpose"),
    ],
)
def test_what_is_refused(query, variables, code):
    assert refused(query, **variables) == [code]


def test_whoever_reads_figures_looks_at_no_ledger():
    for query, variables in (
        (ACCOUNTS, {}),
        (TRANSFERS, {"account": str(uuid7())}),
        (CHECK, {}),
        (PARTNERS, {}),
    ):
        assert refused(query, role="city_analyst", **variables) == ["forbidden"]


def test_a_cursor_is_good_for_its_own_account(paid, open_order):
    [one], [other] = accounts(order=str(paid[0])), accounts(order=str(open_order))
    page = ask(TRANSFERS, {"purpose": WHY, "account": one["id"], "first": 1})["county"]["ledgerTransfers"]
    cursor = page["pageInfo"]["endCursor"]
    assert refused(TRANSFERS, account=other["id"], after=cursor) == ["graphql_cursor"]


def test_each_look_is_kept_with_its_purpose(paid):
    [escrow] = accounts(order=str(paid[0]))
    for query, variables, act in (
        (ACCOUNTS, {"kind": "FEE_INCOME"}, "city.ledgerAccounts_read"),
        (TRANSFERS, {"account": escrow["id"]}, "city.ledgerTransfers_read"),
        (CHECK, {}, "city.ledgerCheck_read"),
        (PARTNERS, {}, "city.partners_read"),
    ):
        why = f"信访件 {uuid7()}"
        ask(query, {"purpose": why, **variables})
        with run_in_county(COUNTY):
            row = AuditRow.objects.get(purpose=why)
        assert row.act == act
        assert row.actor.startswith("user:")
        assert row.request_id
        assert act != "city.partners_read" or row.detail["partners"] >= 0


def test_partners_with_their_clients_and_endpoints(counties):
    code, endpoint_id = new_insurer(), uuid7()
    create_partner_client(
        actor=SYSTEM,
        county=counties[COUNTY],
        partner=code,
        name="核心系统",
        scopes=partner_scopes(),
        now=real_now(),
    )
    with run_in_county(counties[COUNTY]) as work:
        Endpoint.objects.create(
            id=endpoint_id,
            partner=code,
            url="https://partner.example/secret-path",
            types=[],
            secret_sealed=vault.sealed_endpoint("whsec_secret", row=endpoint_id),
            created_at=work.now,
            created_by="user:x",
        )
    found = ask(PARTNERS, {"purpose": WHY})["county"]["partners"]
    assert [row["insurer"] for row in found] == sorted(row["insurer"] for row in found)
    [mine] = [row for row in found if row["insurer"] == code]
    assert [client["scopes"] for client in mine["clients"]] == [["partner:read", "partner:write"]]
    assert mine["clients"][0]["name"] == "核心系统"
    [endpoint] = mine["endpoints"]
    assert (endpoint["id"], endpoint["state"], endpoint["types"]) == (str(endpoint_id), "ACTIVE", [])
    assert (mine["connection"], mine["deliveriesPending"]) == (None, 0)
    assert "secret-path" not in json.dumps(found)


def test_the_queries_do_not_grow_with_the_rows(paid, open_order):
    [escrow] = accounts(order=str(paid[0]))
    asked = (
        (ACCOUNTS, {"first": 1}),
        (ACCOUNTS, {"first": 50}),
        (TRANSFERS, {"account": escrow["id"], "first": 1}),
        (TRANSFERS, {"account": escrow["id"], "first": 50}),
    )
    counted = []
    for query, variables in asked:
        with queries() as count:
            ask(query, {"purpose": WHY, **variables})
        counted.append(dict(count))
    assert counted[0] == counted[1]
    assert counted[2] == counted[3]
    assert counted[0]["city"] == counted[2]["city"]
    assert counted[0]["identity"] == 3
