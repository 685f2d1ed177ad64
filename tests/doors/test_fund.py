"""The fund over REST: the treasurer's whole year, and who may not touch it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from compliance.fund import selectors, use_cases
from kernel.clock import business_day
from kernel.ids import uuid7
from tenants.clock import market_now
from tenants.county import run_in_county
from tests.doors.rest import a_worker, an_employer, check_problem, new_key, staff_member


@pytest.fixture(scope="module")
def county(counties):
    return counties["mingxi"]


def program_body(**changes):
    today = business_day(market_now())
    return {
        "name": "零工基本保障",
        "from_day": today.isoformat(),
        "to_day": (today + timedelta(days=40)).isoformat(),
        "budget_fen": 100_000,
        "slice_fen": 10_000,
        **changes,
    }


def test_a_year_of_the_fund(county):
    treasurer = staff_member(county, "treasurer")
    program = treasurer.must("POST", "fund/programs", program_body(), key=new_key())
    assert (program["state"], program["remaining_fen"]) == ("open", 100_000)
    overlapping = treasurer.post("fund/programs", program_body(name="又一个"))
    check_problem(overlapping, 409, "program_overlaps", "from_day")

    reference = f"ZF-{uuid7()}"
    money = {"amount_fen": 60_000, "reference": reference}
    check_problem(treasurer.post("fund/deposits", money), 400, "idempotency_key_missing")
    key = new_key()
    paid = treasurer.must("POST", "fund/deposits", money, key=key)
    again = treasurer.post("fund/deposits", money, key=key)
    assert (again.status, again.body["id"]) == (201, paid["id"])
    check_problem(treasurer.post("fund/deposits", money, key=new_key()), 409, "deposit_reference_used")

    with run_in_county(county) as work:
        policy = uuid7()
        drawn = use_cases.draw(policy_id=policy, insurer="minjiang", amount_fen=120, now=work.now)
        assert drawn is not None
    seen = treasurer.must("GET", "fund")
    assert (seen["balance_fen"] + seen["sliced_fen"], seen["reserve"]) == (60_000 - 120, None)
    assert seen["programs"][0]["spent_fen"] == 120
    assert treasurer.must("GET", f"fund/programs/{program['id']}")["remaining_fen"] == 99_880
    assert [one["reference"] for one in treasurer.must("GET", "fund/deposits?limit=1")["items"]] == [
        reference
    ]
    assert treasurer.must("GET", "fund/verification") == {"problems": []}

    budget = f"fund/programs/{program['id']}/budget"
    check_problem(
        treasurer.post(budget, {"budget_fen": 119, "reason": "少"}), 409, "budget_spent", "budget_fen"
    )
    assert treasurer.must("POST", budget, {"budget_fen": 50_000, "reason": "调整"})["remaining_fen"] == 49_880
    close = f"fund/programs/{program['id']}/close"
    assert treasurer.must("POST", close, {"reason": "年度结束"})["state"] == "closed"
    check_problem(treasurer.post(close, {"reason": "再来"}), 409, "stale_state")
    check_problem(treasurer.get(f"fund/programs/{uuid7()}"), 404, "program_not_found")

    back = {"amount_fen": 59_881, "reference": str(uuid7())}
    refused = treasurer.post("fund/returns", back, key=new_key())
    check_problem(refused, 409, "insufficient_funds", "amount_fen")
    treasurer.must("POST", "fund/returns", {**back, "amount_fen": 59_880}, key=new_key())
    assert treasurer.must("GET", "fund/verification") == {"problems": []}
    kinds = {row["kind"]: row["balance_fen"] for row in treasurer.must("GET", "ledger/accounts")["items"]}
    assert (kinds["cover_fund"], kinds["cover_reserve"]) == (0, 0)


def test_the_reserve_is_declared_paid_into_and_withdrawn(county):
    treasurer = staff_member(county, "treasurer")
    money = {"target": "reserve", "amount_fen": 500, "reference": str(uuid7())}
    check_problem(
        treasurer.post("fund/deposits", money, key=new_key()), 409, "reserve_not_declared", "target"
    )
    treasurer.must("POST", "fund/reserve", {"document": "县人社〔2026〕12 号"})
    check_problem(treasurer.post("fund/reserve", {"document": "二"}), 409, "reserve_declared")
    treasurer.must("POST", "fund/deposits", money, key=new_key())
    assert treasurer.must("GET", "fund")["reserve"]["balance_fen"] == 500
    treasurer.must("POST", "fund/returns", {**money, "reference": str(uuid7())}, key=new_key())
    treasurer.must("POST", "fund/reserve/withdraw", {"reason": "不再需要"})
    check_problem(treasurer.post("fund/reserve/withdraw", {"reason": "再"}), 409, "reserve_not_declared")


def test_a_worker_and_an_employer_choose_for_themselves_alone(county):
    worker, boss = a_worker(county), an_employer(county, fen=0)
    address = f"workers/{worker.id}/basic-cover"
    made = worker.caller.must("POST", address, {"declined": True, "reason": "已有商业保险"})
    assert (made["declined"], made["channel"]) == (True, "app")
    with run_in_county(county):
        assert selectors.opted_out(worker_id=worker.id) is not None
    worker.caller.must("POST", address, {"declined": False})
    assert [row["declined"] for row in worker.caller.must("GET", address)["items"]] == [False, True]
    other = a_worker(county)
    check_problem(other.caller.post(address, {"declined": True}), 404, "worker_not_found")
    theirs = f"employers/{boss.id}/basic-cover"
    boss.caller.must("POST", theirs, {"declined": True})
    check_problem(worker.caller.post(theirs, {"declined": False}), 403, "forbidden")
    assert len(boss.caller.must("GET", theirs)["items"]) == 1


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "fund", None),
        ("GET", "fund/deposits", None),
        ("POST", "fund/programs", program_body),
        ("POST", "fund/reserve", lambda: {"document": "x"}),
        ("POST", "fund/returns", lambda: {"amount_fen": 1, "reference": "x"}),
    ],
)
def test_workers_and_clerks_do_not_touch_the_fund(county, method, path, body):
    for caller in (a_worker(county).caller, staff_member(county, "station_clerk")):
        answer = caller.send(method, path, body() if body else None, key=new_key() if body else None)
        check_problem(answer, 403, "forbidden")
