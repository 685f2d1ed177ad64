"""Policies over REST: who reads which, the certificate, the slip, and changes of cover."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from uuid import UUID

import pytest

from kernel.clock import SHANGHAI
from kernel.ids import uuid7
from tenants.clock import market_now
from tests.compliance.people import id_number
from tests.doors.rest import (
    OLD_ENOUGH,
    Caller,
    Party,
    a_worker,
    an_employer,
    check_problem,
    new_key,
    published,
    relay,
    soon,
    staff_member,
    terms_at,
    worker_body,
)
from tests.identity.helpers import new_phone, sign_up

COUNTY = "ninghua"
NAME = "张三丰"


@dataclass(frozen=True)
class Work:
    """An insured place that is won, and its policy's id."""

    boss: Party
    worker: Party
    phone: str
    order: str
    place: str
    policy: str

    @property
    def path(self) -> str:
        return f"insurance-policies/{self.policy}"


def booked(county, **changes) -> Work:
    boss, phone = an_employer(county), new_phone()
    caller = Caller(county, token=sign_up(phone))
    worker = Party(caller, UUID(caller.must("POST", "workers", worker_body())["id"]))
    order = published(boss, insured=True, **changes)["order_id"]
    won = caller.must("POST", f"orders/{order}/grab", {})
    return Work(boss, worker, phone, order, won["assignment_id"], won["cover_id"])


def hear(county) -> None:
    relay(county)  # the sandbox insurer answers
    relay(county)  # its answer reaches the order


@pytest.fixture(scope="module")
def county(counties):
    return counties[COUNTY]


@pytest.fixture(scope="module")
def job(county):
    work = booked(county)
    hear(county)
    return work


@pytest.fixture(scope="module")
def hall(county):
    return staff_member(county, "hall_operator", channel="hall")


@pytest.fixture(scope="module")
def station(county):
    return staff_member(county, "station_clerk")


def test_each_side_and_the_county_reads_the_policy(county, job, hall, station):
    officer = staff_member(county, "insurance_officer")
    for caller in (job.worker.caller, job.boss.caller, hall, station, officer):
        seen = caller.must("GET", job.path)
        assert (seen["id"], seen["status"], seen["layer"]) == (job.policy, "in_force", "top_up")
        assert seen["order_id"] == job.order
        assert seen["covers_from"] < seen["covers_until"]
        assert NAME not in str(seen)


@pytest.mark.parametrize("what", ["", "/certificate", "/amendments", "/cancellation"])
def test_to_others_the_policy_does_not_exist(county, job, what):
    for stranger in (a_worker(county).caller, an_employer(county, fen=0).caller):
        check_problem(stranger.get(job.path + what), 404, "not_found")
    check_problem(Caller(county).get(job.path + what), 401, "unauthenticated")
    missing = f"insurance-policies/{uuid7()}{what}"
    check_problem(job.worker.caller.get(missing), 404, "not_found")
    treasurer = staff_member(county, "certificate_officer")
    check_problem(treasurer.get(job.path + what), 404, "not_found")


def test_another_county_has_no_such_policy(counties, job):
    elsewhere = staff_member(counties["jiangle"], "insurance_officer")
    check_problem(elsewhere.get(job.path), 404, "not_found")


def test_the_certificate_has_the_announced_hash(county, job):
    for caller in (job.worker.caller, job.boss.caller):
        paper = caller.must("GET", f"{job.path}/certificate")
        content = base64.b64decode(paper["content"])
        assert content.startswith(b"%PDF")
        assert paper["sha256"] == hashlib.sha256(content).hexdigest()
        assert paper["certificate_number"] == caller.must("GET", job.path)["certificate_number"]


def test_before_the_insurer_has_answered(county):
    work = booked(county)
    seen = work.worker.caller.must("GET", work.path)
    assert (seen["status"], seen["certificate_number"]) == ("waiting", "")
    check_problem(work.worker.caller.get(f"{work.path}/certificate"), 404, "certificate_not_issued")
    (cover,) = work.worker.caller.must("GET", "covered")["items"]
    assert (cover["covered"], cover["state"]) == (False, "requested")


def test_the_list_is_for_those_who_see_to_insurance(county, job, station):
    check_problem(job.boss.caller.get("insurance-policies"), 403, "forbidden")
    check_problem(job.worker.caller.get("insurance-policies"), 403, "forbidden")
    found = station.must("GET", f"insurance-policies?order_id={job.order}")["items"]
    assert [one["id"] for one in found] == [job.policy]
    assert station.must("GET", f"insurance-policies?order_id={job.order}&state=refused")["items"] == []
    newest = booked(county).policy
    first = station.must("GET", "insurance-policies?limit=1")
    second = station.must("GET", f"insurance-policies?limit=1&cursor={first['next']}")
    seen = [one["id"] for page in (first, second) for one in page["items"]]
    assert seen[0] == newest
    assert len(set(seen)) == 2
    check_problem(station.get("insurance-policies?state=nonsense"), 422, "choice_unknown", "state")


def test_anybody_with_the_slip_may_ask(county, job):
    slip = job.worker.caller.must("GET", job.path)["slip"]
    nobody = Caller(county)
    typed = f"{slip[:5]}-{slip[5:]}".lower()
    for text in (slip, typed):
        (cover,) = nobody.must("POST", "covered/by-slip", {"slip": text})["items"]
        assert cover["certificate_number"]
        assert cover["state"] == "issued"
        assert NAME not in cover["worker_name"]
        assert cover["worker_name"].startswith("张")
        assert not {"worker_id", "phone", "id_number"} & set(cover)
    for wrong in ("2222222222", "x", slip[:9]):
        assert nobody.must("POST", "covered/by-slip", {"slip": wrong})["items"] == []


def test_a_station_asks_by_phone(county, job, hall, station):
    for caller in (station, hall):
        (cover,) = caller.must("POST", "covered/by-phone", {"phone": job.phone})["items"]
        assert cover["slip"] == job.worker.caller.must("GET", job.path)["slip"]
        assert NAME not in str(cover)
        assert caller.must("POST", "covered/by-phone", {"phone": new_phone()})["items"] == []
    for caller in (job.worker.caller, job.boss.caller):
        check_problem(caller.post("covered/by-phone", {"phone": job.phone}), 403, "forbidden")
    check_problem(Caller(county).post("covered/by-phone", {"phone": job.phone}), 401, "unauthenticated")


def test_work_today_is_covered_from_the_issue_on(county):
    start = soon()
    today = start.date() == market_now().astimezone(SHANGHAI).date()  # half an hour before midnight it is not
    hours = {name: terms_at(start)[name] for name in ("starts_at", "ends_at")}
    work = booked(county, break_minutes=0, **hours)
    hear(county)
    (cover,) = work.worker.caller.must("GET", "covered")["items"]
    assert (cover["covered"], cover["state"]) == (today, "issued")
    assert a_worker(county).caller.must("GET", "covered")["items"] == []


def test_what_would_come_back(county, job):
    seen = job.boss.caller.must("GET", job.path)
    preview = job.boss.caller.must("GET", f"{job.path}/cancellation")
    assert preview["refund_fen"] == preview["employer_refund_fen"] == seen["premium_fen"] > 0
    assert job.boss.caller.must("GET", job.path)["state"] == "issued", "nothing was cancelled"


def test_the_hall_puts_another_worker_into_the_place(county, hall):
    work = booked(county)
    hear(county)
    other = a_worker(county, id_number=id_number(OLD_ENOUGH))
    path, body = f"assignments/{work.place}/replace", {"worker_id": str(other.id)}
    for caller in (work.boss.caller, work.worker.caller):
        check_problem(caller.post(path, body), 403, "forbidden")
    unknown = {"worker_id": str(uuid7())}
    check_problem(hall.post(path, unknown), 404, "worker_not_found")
    key = new_key()
    made = hall.must("POST", path, body, key=key)
    assert hall.must("POST", path, body, key=key)["id"] == made["id"], "the same request again"
    assert made["state"] == "won"
    check_problem(hall.post(path, body, key=new_key()), 409, "not_replaceable")
    assert other.caller.must("GET", work.path)["status"] == "waiting"
    check_problem(work.worker.caller.get(work.path), 404, "not_found")
    hear(county)
    assert other.caller.must("GET", work.path)["status"] == "in_force"
    (change,) = work.boss.caller.must("GET", f"{work.path}/amendments")["items"]
    assert (change["change"], change["state"]) == ("worker_replaced", "issued")


def test_one_more_day(county, job):
    work = booked(county)
    path = f"assignments/{work.place}/cover-days"
    check_problem(work.boss.caller.post(path, key=new_key()), 409, "policy_not_amendable")
    hear(county)
    check_problem(work.worker.caller.post(path, key=new_key()), 403, "forbidden")
    check_problem(job.boss.caller.post(path, key=new_key()), 404, "employer_not_found")
    before = work.worker.caller.must("GET", work.path)
    key = new_key()
    asked = work.boss.caller.send("POST", path, {}, key=key)
    assert (asked.status, asked.body["days"]) == (202, 2)
    again = work.boss.caller.send("POST", path, {}, key=key)
    assert again.body["id"] == asked.body["id"], "paid once"
    hear(county)
    after = work.boss.caller.must("GET", work.path)
    assert after["days"] == 2
    assert after["premium_fen"] == before["premium_fen"] + asked.body["extra_fen"]
    assert after["covers_until"] > before["covers_until"]
