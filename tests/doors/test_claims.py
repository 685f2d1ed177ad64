"""Claims through the REST door: reported in two minutes by whoever stands near, followed to the money."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import pytest

from compliance.claims.contracts import PaperWanted
from compliance.claims.use_cases import acknowledge_claim, decide_claim, record_payment, want_papers
from kernel.clock import SHANGHAI
from kernel.ids import uuid7
from kernel.models import AuditRow, IdempotencyRecord
from tenants.clock import market_now
from tenants.county import run_in_county
from tests.compliance.claims.made import INSURER
from tests.doors.rest import (
    Caller,
    Party,
    a_worker,
    an_employer,
    check_problem,
    new_key,
    relay,
    soon,
    staff_member,
    terms_at,
    worker_body,
)
from tests.doors.test_rest_queries import SIGNED_IN, counted
from tests.files import samples
from tests.identity.helpers import new_phone, sign_up

COUNTY = "datian"
WORDS = "搬箱子时被叉车碰到左脚"


@dataclass(frozen=True)
class Work:
    """A worker at insured work, checked in."""

    boss: Party
    worker: Party
    place: str
    phone: str


def at_work(county) -> Work:
    boss, phone = an_employer(county), new_phone()
    caller = Caller(county, token=sign_up(phone))
    worker = Party(caller, UUID(caller.must("POST", "workers", worker_body(insurance_consent=True))["id"]))
    order = boss.caller.pay("orders", terms_at(soon(), insured=True))["order_id"]
    won = worker.caller.must("POST", f"orders/{order}/grab", {})
    relay(county)  # the sandbox insurer answers
    relay(county)  # its answer reaches the order
    place = f"assignments/{won['assignment_id']}"
    code = boss.caller.must("POST", f"{place}/start-code", {})["code"]
    worker.caller.must("POST", f"{place}/check-in", {"code": code})
    return Work(boss, worker, won["assignment_id"], phone)


@pytest.fixture(scope="module")
def job(counties):
    return at_work(counties[COUNTY])


def report(work: Work, **changes):
    return {
        "assignment_id": work.place,
        "happened_at": market_now().astimezone(SHANGHAI).isoformat(),
        "what": WORDS,
        "where": "分拣棚东侧",
        "injured": True,
        **changes,
    }


def upload(
    caller: Caller, path: str = "claim-pictures", content: bytes = b"", media: str = "image/jpeg"
) -> str:
    answer = caller.post(f"{path}?name=a", raw=content or samples.picture(), content_type=media)
    assert answer.status == 201, answer.body
    return answer.body["id"]


def insurer_says(county, verb, claim, **more):
    """One of the insurer's verbs, as the partners' door would call it."""
    with run_in_county(county) as work:
        verb(claim_id=UUID(claim["id"]), insurer=claim["insurer"], actor=INSURER, now=work.now, **more)


def test_an_accident_from_the_report_to_the_money(counties):
    county = counties[COUNTY]
    job = at_work(county)
    me = job.worker.caller
    picture = upload(me)
    body = report(job, pictures=[picture], hospital="县医院")
    made = me.must("POST", "claims", body, key="report-1")
    (claim,) = made["items"]
    assert (claim["state"], claim["due"], claim["reporter"]) == ("filed", "answer", "worker")
    assert me.must("POST", "claims", body, key="report-1") == made, "sent twice, reported once"
    check_problem(job.boss.caller.post("claims", report(job)), 409, "claim_exists")

    insurer_says(county, acknowledge_claim, claim)
    insurer_says(county, want_papers, claim, wanted=[PaperWanted("hospital_receipt", "医院发票")])
    shown = me.must("GET", f"claims/{claim['id']}")
    assert shown["requests"][0]["papers"] == [{"code": "hospital_receipt", "note": "医院发票"}]
    assert shown["claim"]["due"] is None
    paper = upload(me, "claim-papers", samples.pdf(), "application/pdf")
    handed = me.must("POST", f"claims/{claim['id']}/papers", {"files": [paper]})
    assert (handed["state"], handed["due"]) == ("under_review", "decision")
    insurer_says(county, decide_claim, claim, accepted=True, amount_fen=1_234_56, reason_text="按票据赔付")
    insurer_says(county, record_payment, claim, amount_fen=1_234_56, reference="PAY-9")
    officer = staff_member(county, "insurance_officer")
    assert officer.must("POST", f"claims/{claim['id']}/close")["state"] == "closed"
    shown = me.must("GET", f"claims/{claim['id']}")
    assert (shown["what"], shown["hospital"], shown["reason"]) == (WORDS, "县医院", "按票据赔付")
    assert (shown["claim"]["accepted_fen"], shown["claim"]["paid_fen"]) == (1_234_56, 1_234_56)
    assert [one["role"] for one in shown["documents"]] == ["picture", "paper"]
    assert shown["file"]["checked_in_at"] is not None
    assert shown["file"]["policies"] == [claim["certificate_number"]]
    assert [move["to"] for move in shown["timeline"]][-3:] == ["accepted", "paid", "closed"]
    assert [one["id"] for one in me.must("GET", "claims")["items"]] == [claim["id"]]


def test_station_and_hall_report_for_one_who_has_no_smartphone(counties):
    county = counties[COUNTY]
    hall = staff_member(county, "hall_operator")
    clerk = staff_member(county, "station_clerk", channel="station")
    job = at_work(county)
    found = clerk.must("POST", "claims/find-work", {"phone": job.phone})["items"]
    assert [row["assignment_id"] for row in found] == [job.place]
    assert found[0]["insurers"]
    assert found[0]["worker_name"] != "张三丰", "names are masked"
    (claim,) = clerk.must("POST", "claims", report(job))["items"]
    assert (claim["reporter"], claim["channel"]) == ("station", "station")
    picture = upload(clerk)
    clerk.must("POST", f"claims/{claim['id']}/papers", {"files": [picture]})
    assert hall.must("GET", f"claims/{claim['id']}")["what"] == WORDS
    assert [one["id"] for one in clerk.must("GET", "claims")["items"]] == [claim["id"]]
    with run_in_county(county):
        looked = AuditRow.objects.filter(subject=job.worker.id, act="claim.find_work")
        assert [(row.channel, row.detail) for row in looked] == [("station", {"side": "station"})]
    assert hall.must("POST", f"claims/{claim['id']}/withdraw", {"reason": "mistake"})["state"] == "withdrawn"
    (again,) = hall.must("POST", "claims", report(job))["items"]
    assert again["reporter"] == "hall"


def test_an_officer_writes_down_what_came_on_paper(counties):
    county = counties[COUNTY]
    job = at_work(county)
    (claim,) = job.worker.caller.must("POST", "claims", report(job))["items"]
    officer, letters = staff_member(county, "insurance_officer"), f"claims/{claim['id']}/insurers-letter"
    asked = {"step": "papers_wanted", "papers": [{"code": "id_card", "note": "身份证复印件"}]}
    assert officer.must("POST", letters, asked)["state"] == "papers_wanted"
    check_problem(
        officer.post(letters, {"step": "paid", "amount_fen": 5, "reference": "V"}), 409, "stale_state"
    )
    check_problem(officer.post(letters, {"step": "accepted"}), 422, "claim_decision")
    check_problem(officer.post(letters, {"step": "odd"}), 422, "choice_unknown")
    assert officer.must("POST", letters, {"step": "accepted", "amount_fen": 500})["state"] == "accepted"
    paid = {"step": "paid", "amount_fen": 500, "reference": "V-1"}
    assert officer.must("POST", letters, paid)["state"] == "paid"
    assert officer.must("POST", letters, paid)["state"] == "paid"
    check_problem(officer.post(letters, {**paid, "reference": "V-2"}), 409, "claim_paid_otherwise")
    check_problem(staff_member(county, "hall_operator").post(letters, paid), 403, "forbidden")


def test_the_employers_side_reports_too(counties):
    job = at_work(counties[COUNTY])
    boss = job.boss.caller
    (claim,) = boss.must("POST", "claims", report(job, injured=False))["items"]
    assert (claim["reporter"], claim["injured"]) == ("employer", False)
    assert job.worker.caller.must("GET", f"claims/{claim['id']}")["what"] == WORDS
    assert [one["id"] for one in job.worker.caller.must("GET", "claims")["items"]] == [claim["id"]]
    assert boss.must("POST", f"claims/{claim['id']}/withdraw", {"reason": "mistake"})["state"] == "withdrawn"


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"happened_at": "2099-01-01T08:00:00+08:00"}, 422, "claim_moment"),
        ({"happened_at": "2024-01-01T08:00:00+08:00"}, 422, "claim_moment"),
        ({"what": "x"}, 422, "text_length"),
        ({"injured": "yes"}, 422, "wrong_type"),
        ({"pictures": [str(uuid7())]}, 422, "claim_files"),
        ({"pictures": ["x"]}, 422, "id_malformed"),
        ({"pictures": [str(uuid7()) for _ in range(13)]}, 422, "list_length"),
        ({"assignment_id": str(uuid7())}, 404, "not_found"),
        ({"amount_fen": 1}, 422, "unknown_field"),
    ],
)
def test_reports_that_cannot_be_are_refused(job, changes, status, code):
    check_problem(job.worker.caller.post("claims", report(job, **changes)), status, code)


def test_before_the_cover_began_there_is_no_claim(job):
    early = (market_now() - timedelta(days=2)).isoformat()
    check_problem(job.worker.caller.post("claims", report(job, happened_at=early)), 422, "claim_no_cover")


def test_an_uninsured_place_has_no_claim(counties):
    county = counties[COUNTY]
    boss, worker = an_employer(county), a_worker(county)
    order = boss.caller.pay("orders", terms_at(soon(), basic_cover=False))["order_id"]
    won = worker.caller.must("POST", f"orders/{order}/grab", {})
    refused = report(Work(boss, worker, won["assignment_id"], ""))
    check_problem(worker.caller.post("claims", refused), 422, "claim_no_cover")


def test_strangers_hear_nothing(counties):
    county = counties[COUNTY]
    job = at_work(county)
    (claim,) = job.worker.caller.must("POST", "claims", report(job))["items"]
    other, shop = a_worker(county).caller, an_employer(county, fen=0).caller
    for stranger in (other, shop):
        check_problem(stranger.post("claims", report(job)), 404, "not_found")
        check_problem(stranger.get(f"claims/{claim['id']}"), 404, "claim_not_found")
        check_problem(
            stranger.post(f"claims/{claim['id']}/withdraw", {"reason": "other"}), 404, "claim_not_found"
        )
        check_problem(
            stranger.post(f"claims/{claim['id']}/papers", {"files": [upload(stranger)]}),
            404,
            "claim_not_found",
        )
        check_problem(stranger.post("claims/find-work", {"phone": new_phone()}), 403, "forbidden")
        check_problem(stranger.get("county-claims"), 403, "forbidden")
        check_problem(stranger.get("claim-statistics?first=2026-01-01&last=2026-02-01"), 403, "forbidden")
        check_problem(stranger.post(f"claims/{claim['id']}/close"), 403, "forbidden")
        assert stranger.must("GET", "claims")["items"] == []
    elsewhere = Caller(counties["taining"], token=job.worker.caller.token)
    check_problem(elsewhere.get(f"claims/{claim['id']}"), 404, "claim_not_found")
    check_problem(Caller(county).get(f"claims/{claim['id']}"), 401, "unauthenticated")
    taken = job.boss.caller.post(f"claims/{claim['id']}/withdraw", {"reason": "other"})
    check_problem(taken, 403, "claim_not_yours_to_withdraw")


def test_a_number_without_work_is_not_found(counties):
    hall = staff_member(counties[COUNTY], "hall_operator")
    check_problem(hall.post("claims/find-work", {"phone": new_phone()}), 404, "claim_work_not_found", "phone")
    check_problem(hall.post("claims/find-work", {"phone": "12345"}), 422, "phone_format")


def test_officers_list_and_count(counties):
    county = counties["jiangle"]
    officer = staff_member(county, "insurance_officer")
    day = market_now().astimezone(SHANGHAI).date()
    span = f"first={day - timedelta(days=1)}&last={day + timedelta(days=1)}"
    before = officer.must("GET", f"claim-statistics?{span}")
    jobs = [at_work(county) for _ in range(3)]
    made = [job.worker.caller.must("POST", "claims", report(job))["items"][0] for job in jobs]
    page = officer.must("GET", "county-claims?limit=2&state=filed")
    rest = officer.must("GET", f"county-claims?limit=2&state=filed&cursor={page['next']}")
    listed = [one["id"] for one in page["items"] + rest["items"]][:3]  # the newest first
    assert listed == sorted((one["id"] for one in made), reverse=True)
    assert officer.must("GET", "county-claims?overdue=true")["items"] == []
    assert officer.must("GET", "county-claims?insurer=nobody")["items"] == []
    check_problem(officer.get("county-claims?state=odd"), 422, "choice_unknown")
    insurer_says(county, decide_claim, made[0], accepted=False, reason="not_at_work")
    after = officer.must("GET", f"claim-statistics?{span}")
    assert after["claims"] - before["claims"] == 3
    assert after["decided"] - before["decided"] == 1
    assert after["days_to_decision_p50"] == 1
    assert counted_by(after, "days_to_decision", "up_to_days", 1, before) == 1
    assert counted_by(after, "by_state", "key", "filed", before) == 2
    assert counted_by(after, "by_state", "key", "rejected", before) == 1
    check_problem(officer.get(f"claim-statistics?first={day}&last=2020-01-01"), 422, "invalid_value")


def counted_by(after, table, name, value, before) -> int:
    """How many claims a line of the statistics has more than before."""
    now, then = (
        sum(line["claims"] for line in figures[table] if line[name] == value) for figures in (after, before)
    )
    return now - then


def test_kept_answers_hold_nobodys_words(counties):
    """An idempotency record outlives the claim, so a report's answer carries none of its words."""
    county = counties[COUNTY]
    job = at_work(county)
    key = new_key()
    job.worker.caller.must("POST", "claims", report(job), key=key)
    with run_in_county(county):
        kept = IdempotencyRecord.objects.get(key=key)
        assert WORDS not in json.dumps(kept.body, ensure_ascii=False)
        assert kept.body["items"][0]["state"] == "filed"


def test_lists_cost_the_same_at_any_length(counties):
    county = counties[COUNTY]
    job = at_work(county)
    clerk = staff_member(county, "station_clerk")
    costs = []
    for _ in range(3):
        with counted() as found:
            clerk.must("GET", "claims")
        costs.append(len(found))
        (claim,) = clerk.must("POST", "claims", report(job))["items"]
        clerk.must("POST", f"claims/{claim['id']}/withdraw", {"reason": "other"})
    assert costs == [SIGNED_IN + 3] * 3
