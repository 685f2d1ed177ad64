"""One order's life through the REST door, and what each step refuses afterwards."""

from __future__ import annotations

import pytest

from ledger.contracts import GUARDED, AccountKind
from tests.doors.rest import (
    Caller,
    a_worker,
    an_employer,
    check_problem,
    employer_body,
    give,
    new_key,
    published,
    relay,
    soon,
    staff_member,
    terms,
    terms_at,
    worker_body,
)
from tests.identity.helpers import new_phone


@pytest.fixture
def jiangle(counties):
    return counties["jiangle"]


def test_an_insured_order_from_quote_to_wallet(jiangle):
    boss, worker = an_employer(jiangle, fen=0), a_worker(jiangle)
    asked = boss.caller.pay(f"employers/{boss.id}/top-ups", {"amount_fen": 50000, "payment_account": "6222"})
    relay(jiangle)
    assert boss.caller.must("GET", f"top-ups/{asked['id']}")["state"] == "succeeded"

    wanted = terms_at(soon(), insured=True)
    quote = boss.caller.must("POST", "quotes", wanted)
    assert quote["wage_max_fen"] == 30000
    assert quote["total_fen"] == quote["wage_max_fen"] + quote["premium_fen"] + quote["fee_fen"]
    order = boss.caller.pay("orders", wanted)
    assert order["escrow_fen"] == quote["total_fen"]

    seen = worker.caller.must("GET", "feed")["items"]
    assert order["order_id"] in {row["id"] for row in seen}
    won = worker.caller.must("POST", f"orders/{order['order_id']}/grab", {})
    place = f"assignments/{won['assignment_id']}"
    check_problem(boss.caller.post(f"{place}/start-code"), 409, "cover_pending")
    relay(jiangle)  # the sandbox insurer answers
    relay(jiangle)  # its answer reaches the order
    code = boss.caller.must("POST", f"{place}/start-code", {})["code"]

    wrong = "000000" if code != "000000" else "111111"
    check_problem(worker.caller.post(f"{place}/check-in", {"code": wrong}), 422, "start_code_wrong")
    shown = boss.caller.must("POST", f"{place}/start-code", {})
    assert shown["tries_left"] == 4, "a wrong try counts although it was refused"
    assert worker.caller.must("POST", f"{place}/check-in", {"code": code})["state"] == "checked_in"
    check_problem(
        boss.caller.post(f"orders/{order['order_id']}/cancel", key=new_key()), 409, "cannot_cancel_started"
    )
    worker.caller.must("POST", f"{place}/check-out", {})
    paid = boss.caller.pay(f"orders/{order['order_id']}/confirm")
    assert (paid["state"], paid["wage_fen"]) == ("settled", 30000)
    check_problem(
        boss.caller.post(f"orders/{order['order_id']}/confirm", key=new_key()), 409, "nothing_to_confirm"
    )

    wallet = f"workers/{worker.id}"
    assert worker.caller.must("GET", f"{wallet}/wallet")["available_fen"] == 30000
    lines = worker.caller.must("GET", f"{wallet}/wallet/statement")["items"]
    assert [line["amount_fen"] for line in lines] == [30000]
    out = worker.caller.pay(f"{wallet}/withdrawals", {"amount_fen": 30000, "payment_account": "6222"})
    relay(jiangle)
    assert worker.caller.must("GET", f"withdrawals/{out['id']}")["state"] == "succeeded"
    assert worker.caller.must("GET", f"{wallet}/wallet")["balance_fen"] == 0

    praise = {"direction": "of_employer", "rating": 5, "text": "结账及时"}
    worker.caller.must("POST", f"{place}/reviews", praise)
    check_problem(worker.caller.post(f"{place}/reviews", praise), 409, "review_twice")
    assert worker.caller.must("GET", f"orders/{order['order_id']}/reviews")["items"][0]["rating"] == 5
    moves = worker.caller.must("GET", f"orders/{order['order_id']}/timeline")["items"]
    assert [move["to"] for move in moves if move["machine"] == "assignment"][-1] == "paid"
    name = worker.caller.must("POST", f"{place}/contact", {"of": "employer"})
    assert name["name"] == "李四"


def test_a_full_order_an_undo_and_a_cancellation(jiangle):
    boss, first, second = an_employer(jiangle), a_worker(jiangle), a_worker(jiangle)
    order = published(boss)["order_id"]
    won = first.caller.must("POST", f"orders/{order}/grab", {})
    assert won["filled"] is True
    check_problem(second.caller.post(f"orders/{order}/grab"), 409, "order_full")
    given_back = first.caller.must("POST", f"assignments/{won['assignment_id']}/undo", {})
    assert given_back["state"] == "withdrawn"
    check_problem(first.caller.post(f"assignments/{won['assignment_id']}/undo"), 409, "stale_state")
    detail = boss.caller.must("GET", f"orders/{order}")
    assert detail["order"]["free_places"] == 1
    assert detail["roster"][0]["worker_name"] != "张三丰", "names are masked"
    cancelled = boss.caller.pay(f"orders/{order}/cancel")
    assert cancelled["state"] == "cancelled"
    assert boss.caller.must("GET", f"employers/{boss.id}/wallet")["balance_fen"] == 100_000_00
    check_problem(boss.caller.post(f"orders/{order}/cancel", key=new_key()), 409, "stale_state")
    check_problem(second.caller.post(f"orders/{order}/grab"), 409, "order_closed")


def test_too_little_money_says_how_much_is_missing(jiangle):
    boss = an_employer(jiangle, fen=100)
    answer = boss.caller.send("POST", "orders", terms_at(soon()), key=new_key())
    check_problem(answer, 409, "insufficient_funds")
    quote = boss.caller.must("POST", "quotes", terms_at(soon()))
    assert answer.body["params"]["shortfall_fen"] == quote["total_fen"] - 100
    assert boss.caller.must("GET", "orders")["items"] == []


def test_a_restricted_trade_needs_an_approved_certificate(jiangle):
    boss = an_employer(jiangle)
    worker = a_worker(jiangle, can_do=["babysitting"])
    order = published(boss, trade="babysitting")["order_id"]
    answer = worker.caller.post(f"orders/{order}/grab")
    check_problem(answer, 403, "certificate_needed")
    assert answer.body["source"]
    held = worker.caller.must(
        "POST",
        "certificates",
        {
            "kind": "health_certificate",
            "number": f"JK-{new_key()[:12]}",
            "issued_on": "2026-01-01",
            "expires_on": "2035-01-01",
        },
    )
    check_problem(worker.caller.post(f"certificates/{held['id']}/approve"), 403, "forbidden")
    officer = staff_member(jiangle, "certificate_officer")
    assert held["id"] in {row["id"] for row in officer.must("GET", "certificates?limit=100")["items"]}
    assert officer.must("POST", f"certificates/{held['id']}/approve", {})["state"] == "approved"
    check_problem(officer.post(f"certificates/{held['id']}/approve"), 409, "stale_state")
    worker.caller.must("POST", f"orders/{order}/grab", {})


def test_a_hall_does_every_verb_for_somebody_present(jiangle):
    hall = staff_member(jiangle, "hall_operator", channel="hall")
    body = worker_body(for_other=True, phone=new_phone())
    worker = hall.must("POST", "workers", body)["id"]
    assert hall.must("POST", "workers/find", {"id_number": body["id_number"]})["id"] == worker
    boss = hall.must("POST", "employers", employer_body(for_other=True, phone=new_phone()))["id"]
    give(jiangle, boss, 1_000_00)
    order = hall.pay("orders", terms(employer_id=boss))["order_id"]
    won = hall.must("POST", f"orders/{order}/grab", {"worker_id": worker})
    moves = hall.must("GET", f"orders/{order}/timeline")["items"]
    assert {move["channel"] for move in moves} == {"hall"}
    changed = hall.must(
        "POST", f"workers/{worker}/phone", {"id_number": body["id_number"], "phone": new_phone()}
    )
    assert changed["id"] == worker
    clear = hall.must("POST", f"workers/{worker}/reveal", {"purpose": "核对身份证"})
    assert clear["id_number"] == body["id_number"]
    hall.must("POST", f"assignments/{won['assignment_id']}/undo", {})


def test_only_staff_may_claim_a_staff_channel(jiangle):
    worker = a_worker(jiangle)
    claimed = Caller(jiangle, token=worker.caller.token, channel="hall")
    check_problem(claimed.get("me"), 403, "forbidden")
    check_problem(worker.caller.get("me", X_Channel="fax"), 400, "channel_unknown", "X-Channel")


def test_a_treasurer_verifies_the_books(jiangle):
    treasurer = staff_member(jiangle, "treasurer")
    report = treasurer.must("GET", "ledger/verification")
    assert (report["problems"], report["sum_fen"]) == ([], 0)
    kinds = {row["kind"] for row in treasurer.must("GET", "ledger/accounts")["items"]}
    assert kinds == {kind.value for kind in AccountKind if kind not in GUARDED}
    check_problem(a_worker(jiangle).caller.get("ledger/verification"), 403, "forbidden")
