"""The feed's long poll, limits by caller, races at the door, and what the sandbox offers."""

from __future__ import annotations

import threading
import time

import psycopg
import pytest
from django.db import OperationalError, connections

import kernel.throttle
from api import throttle, wake
from api.v1 import feed as feed_module
from api.v1.places import GrabOrderAct
from tests.doors.rest import (
    Caller,
    a_worker,
    an_employer,
    check_problem,
    machine,
    new_key,
    published,
    relay,
    signed_in,
    staff_member,
    terms,
)


@pytest.fixture(scope="module")
def qingliu(counties):
    return counties["qingliu"]


def in_thread(work):
    """Runs `work` in a thread of its own with its own connections; returns a function that waits for it."""
    result = []

    def run():
        try:
            result.append(work())
        except BaseException as fault:
            result.append(fault)
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()

    def wait():
        thread.join(60)
        assert not thread.is_alive()
        if isinstance(result[0], BaseException):
            raise result[0]
        return result[0]

    return wait


@pytest.mark.parametrize("called", [True, False])
def test_a_waiting_worker_hears_of_a_new_order(qingliu, monkeypatch, called):
    """By the wake-up call, and by looking again where the call was lost. No transaction is held meanwhile."""
    boss, worker = an_employer(qingliu), a_worker(qingliu)
    since = worker.caller.must("GET", "feed?limit=1")["since"]
    looked = threading.Event()
    open_while_waiting = []
    original = feed_module.wake.looks

    def looks(schema, seconds):
        for _ in original(schema, seconds):
            yield
            open_while_waiting.append(connections["default"].in_atomic_block)
            looked.set()

    monkeypatch.setattr(feed_module.wake, "looks", looks)
    if not called:
        monkeypatch.setattr(wake, "call", lambda schema: None)
    answer = in_thread(lambda: worker.caller.must("GET", f"feed?wait=20&since={since}"))
    assert looked.wait(30)
    order = published(boss)["order_id"]
    relay(qingliu)
    page = answer()
    assert [row["id"] for row in page["items"]] == [order]
    assert open_while_waiting
    assert not any(open_while_waiting)
    again = worker.caller.must("GET", f"feed?since={page['since']}")
    assert again["items"] == []


def test_a_wait_ends_by_itself(qingliu, settings):
    settings.LINGGONG_LONG_POLL_SECONDS = 1
    worker = a_worker(qingliu, can_do=["eldercare"], want_to_do=[])
    assert worker.caller.must("GET", "feed?wait=100")["items"] == []


def test_the_feed_without_valkey(qingliu, settings):
    settings.LINGGONG_CACHE_URL = "redis://127.0.0.1:1/0"
    settings.LINGGONG_LONG_POLL_SECONDS = 1
    settings.LINGGONG_THROTTLE = True
    worker = a_worker(qingliu, can_do=["eldercare"], want_to_do=[])
    assert worker.caller.must("GET", "feed?wait=1")["items"] == []


def test_the_nearest_first_and_pages_without_a_gap(qingliu):
    boss, worker = an_employer(qingliu), a_worker(qingliu, can_do=["painting"], want_to_do=[])
    points = [(26.18, 116.82), (26.30, 116.82), (26.19, 116.82)]
    made = [
        published(boss, trade="painting", point={"lat": lat, "lng": lng})["order_id"] for lat, lng in points
    ]
    query = "feed?near=true&lat=26.18&lng=116.82&limit=2&trade=painting"
    page = worker.caller.must("GET", query)
    following = worker.caller.must("GET", f"{query}&cursor={page['next']}")
    assert [row["id"] for row in page["items"] + following["items"]] == [made[0], made[2], made[1]]
    assert page["items"][0]["distance_m"] == 0
    assert following["next"] is None
    check_problem(worker.caller.get("feed?near=true"), 422, "field_missing", "lat")
    check_problem(worker.caller.get("feed?lat=26.1"), 422, "field_missing", "lng")
    check_problem(worker.caller.get("feed?lat=NaN&lng=1"), 422, "wrong_type", "lat")
    check_problem(worker.caller.get(f"feed?since={page['next']}"), 422, "cursor_invalid", "since")


def test_limits_are_by_caller_and_not_by_address(qingliu, settings, monkeypatch):
    settings.LINGGONG_THROTTLE = True
    monkeypatch.setattr(throttle, "USER_LIMIT", 3)
    monkeypatch.setattr(kernel.throttle, "WINDOW_SECONDS", 86_400)  # the test must not straddle two windows
    busy, other = signed_in(qingliu), signed_in(qingliu)
    for _ in range(3):
        busy.must("GET", "me")
    answer = busy.get("me")
    check_problem(answer, 429, "too_many_requests")
    assert int(answer.headers["Retry-After"]) > 0
    other.must("GET", "me")


@pytest.mark.parametrize("sqlstate", ["40001", "40P01", "55P03", "57014"])
def test_a_lost_race_in_the_database_is_busy_and_no_5xx(qingliu, monkeypatch, sqlstate):
    worker = a_worker(qingliu)

    def lose(self, work, call):
        cause = psycopg.errors.lookup(sqlstate)("lost")
        raise OperationalError("lost") from cause

    monkeypatch.setattr(GrabOrderAct, "act", lose)
    answer = worker.caller.post(f"orders/{worker.id}/grab")
    check_problem(answer, 409, "busy")
    assert answer.headers["Retry-After"] == "1"


def test_a_bug_is_a_500_problem_that_tells_nothing(qingliu, monkeypatch):
    from django.test import Client

    monkeypatch.setattr(GrabOrderAct, "act", lambda self, work, call: 1 / 0)
    worker = a_worker(qingliu)
    response = Client(raise_request_exception=False).post(
        f"/qingliu/api/v1/orders/{worker.id}/grab",
        "{}",
        content_type="application/json",
        headers={"X-Session-Token": str(worker.caller.token)},
    )
    assert (response.status_code, response.json()["code"]) == (500, "internal_error")
    assert "ZeroDivision" not in response.content.decode()


def test_a_lock_that_takes_too_long_is_busy(qingliu, monkeypatch):
    """A real lock on a real row, held by another transaction."""
    boss = an_employer(qingliu)
    order = published(boss)["order_id"]
    from django.db import connection

    from orders.models import Order
    from tenants.county import run_in_county

    def waits(self, work, call):
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '50ms'")
        Order.objects.select_for_update().get(id=order)

    monkeypatch.setattr(GrabOrderAct, "act", waits)
    with run_in_county(qingliu):
        Order.objects.select_for_update().get(id=order)
        worker_call = in_thread(lambda: a_worker(qingliu).caller.post(f"orders/{order}/grab"))
        check_problem(worker_call(), 409, "busy")


def test_the_same_publish_many_times_at_once_has_one_effect(qingliu):
    boss, key, body = an_employer(qingliu), new_key(), terms()
    waits = [in_thread(lambda: boss.caller.send("POST", "orders", body, key=key)) for _ in range(8)]
    answers = [wait() for wait in waits]
    assert {answer.status for answer in answers} == {201}
    assert len({answer.body["order_id"] for answer in answers}) == 1
    assert len(boss.caller.must("GET", "orders")["items"]) == 1


def test_a_machine_client_of_one_county(qingliu, counties):
    admin = staff_member(qingliu, "county_admin")
    client = machine(admin, ["orders:read"])
    assert client.must("GET", "me")["channel"] == "api"
    check_problem(client.get("workers"), 403, "forbidden")
    neighbour = Caller(counties["shaxian"], bearer=client.bearer)
    check_problem(neighbour.get("me"), 403, "token_other_county")
    refused = admin.post("api-clients", {"name": "x", "scopes": ["roles:grant"]})
    check_problem(refused, 422, "choice_unknown", "scopes.0")
    made = admin.must("GET", "api-clients")["items"]
    admin.must("POST", "api-clients/revoke", {"client_id": made[-1]["client_id"]})
    check_problem(client.get("me"), 401, "unauthenticated")


def test_roles_are_given_and_taken_at_once(qingliu):
    admin = staff_member(qingliu, "county_admin")
    somebody = signed_in(qingliu)
    user = somebody.must("GET", "me")["login"]["id"]
    assert admin.must("POST", f"users/{user}/roles/grant", {"role": "employer_foreman"})["changed"]
    assert not admin.must("POST", f"users/{user}/roles/grant", {"role": "employer_foreman"})["changed"]
    assert somebody.must("GET", "me")["roles"] == ["employer_foreman"]
    assert admin.must("POST", f"users/{user}/roles/revoke", {"role": "employer_foreman"})["changed"]
    assert somebody.must("GET", "me")["roles"] == []
    me = admin.must("GET", "me")["login"]["id"]
    check_problem(admin.post(f"users/{me}/roles/revoke", {"role": "county_admin"}), 409, "role_own")
    check_problem(somebody.get("staff"), 403, "forbidden")


def test_policy_is_published_from_a_day_on(qingliu):
    admin = staff_member(qingliu, "county_admin")
    change = {"effective_from": "2030-01-01", "values": {"silence_days": 2}}
    assert admin.must("POST", "policy", change)["values"]["silence_days"] == 2
    assert admin.must("GET", "policy?day=2030-06-01")["values"]["silence_days"] == 2
    assert admin.must("GET", "policy")["values"]["silence_days"] == 3
    late = {"effective_from": "2020-01-01", "values": {"silence_days": 2}}
    check_problem(admin.post("policy", late), 422, "policy_in_past", "effective_from")
    wild = {"effective_from": "2030-01-01", "values": {"silence_days": 999, "tax": 1}}
    assert {e["field"] for e in admin.post("policy", wild).body["errors"]} == {
        "values.silence_days",
        "values.tax",
    }


def test_an_employer_names_a_foreman(qingliu):
    from tests.identity.helpers import log_in, new_phone

    boss, phone = an_employer(qingliu), new_phone()
    users = f"employers/{boss.id}/users"
    body = boss.caller.must("POST", users, {"phone": phone, "duty": "foreman"})
    foreman = Caller(qingliu, token=log_in(phone))
    assert foreman.must("GET", "me")["employers"][0]["id"] == str(boss.id)
    check_problem(foreman.send("POST", "orders", terms(), key=new_key()), 403, "forbidden")
    check_problem(foreman.get(f"employers/{boss.id}/wallet"), 403, "forbidden")
    login = next(user["identity_id"] for user in body["users"] if user["duty"] == "foreman")
    boss.caller.must("POST", f"{users}/remove", {"identity_id": login})
    check_problem(boss.caller.post(f"{users}/remove", {"identity_id": login}), 404, "employer_user_not_found")
    check_problem(boss.caller.post(users, {"phone": phone, "duty": "owner"}), 403, "forbidden")


def test_the_sandbox_shows_codes_and_the_clock(qingliu):
    from tests.identity.helpers import call, new_phone

    phone, anybody = new_phone(), Caller(qingliu)
    call("POST", "auth/signup", {"phone": phone})
    shown = anybody.must("GET", f"sandbox/sms?phone={phone[3:]}")["items"]
    assert shown[0]["code"]
    assert anybody.must("POST", "sandbox/sms", {"phone": phone})["items"] == shown
    before = time.time()
    assert anybody.must("GET", "sandbox/clock")["now"]
    assert time.time() >= before
    for bad in ({"moment": "2026-13-01T00:00:00Z"}, {"moment": "soon"}, {}):
        assert anybody.post("sandbox/clock", bad).status == 422
