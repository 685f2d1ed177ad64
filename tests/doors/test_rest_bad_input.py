"""Bad input at the REST door: always a 4xx problem with a stable code and the field, and no trace left."""

from __future__ import annotations

import json
import uuid
from datetime import date

import pytest

from compliance.people.models import Worker
from kernel.models import IdempotencyRecord
from orders.models import Order
from tenants.county import run_in_county
from tests.compliance.people import id_number
from tests.doors.rest import (
    Caller,
    Party,
    a_worker,
    an_employer,
    check_problem,
    employer_body,
    new_key,
    published,
    signed_in,
    terms,
    worker_body,
)

GHOST = "01900000-0000-7000-8000-000000000000"


@pytest.fixture(scope="module")
def jiangle(counties):
    return counties["jiangle"]


@pytest.fixture(scope="module")
def boss(jiangle) -> Party:
    return an_employer(jiangle)


@pytest.fixture(scope="module")
def somebody(jiangle) -> Caller:
    return signed_in(jiangle)


@pytest.fixture
def nothing_new(jiangle):
    """No worker, order or key more than before."""

    def count() -> tuple[int, ...]:
        with run_in_county(jiangle):
            return tuple(model.objects.count() for model in (Worker, Order, IdempotencyRecord))

    before = count()
    yield
    assert count() == before


def bad_checksum() -> str:
    good = id_number()
    return good[:17] + ("0" if good[17] != "0" else "1")


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"id_number": bad_checksum()}, "id_number_checksum", "id_number"),
        ({"id_number": "350428199902290019"}, "id_number_date", "id_number"),
        ({"id_number": "350428190002290019"}, "id_number_date", "id_number"),
        ({"id_number": "３５０４２８１９８５０３１５００１Ｘ"}, "id_number_format", "id_number"),
        ({"id_number": 350428198503150012}, "json_number_too_large", "id_number"),
        ({"id_number": 42}, "id_number_format", "id_number"),
        ({"id_number": id_number(date(2020, 2, 29))}, "worker_too_young", "id_number"),
        ({"name": "张"}, "name_length", "name"),
        ({"name": "张3丰"}, "name_characters", "name"),
        ({"name": "张\u200b丰"}, "name_characters", "name"),
        ({"name": ["张三"]}, "name_length", "name"),
        ({"name": None}, "field_null", "name"),
        ({"phone": "13800138000"}, "phone_not_yours", "phone"),
        ({"phone": "１３８００１３８０００"}, "phone_format", "phone"),
        ({"for_other": True, "phone": "13800138000"}, "forbidden", None),
        ({"for_other": "true"}, "wrong_type", "for_other"),
        ({"for_other": 1}, "wrong_type", "for_other"),
        ({"can_do": ["astrology"]}, "trade_unknown", "can_do"),
        ({"can_do": "sorting"}, "wrong_type", "can_do"),
        ({"can_do": [1]}, "wrong_type", "can_do.0"),
        ({"can_do": ["sorting"] * 101}, "list_length", "can_do"),
        ({"consent_version": ""}, "text_length", "consent_version"),
        ({"admin": True}, "unknown_field", "admin"),
        ({"__proto__": {}}, "unknown_field", "__proto__"),
    ],
)
def test_registering_a_worker(somebody, nothing_new, changes, code, field):
    answer = somebody.post("workers", worker_body(**changes), key=new_key())
    assert 400 <= answer.status < 500
    check_problem(answer, answer.status, code, field)


@pytest.mark.parametrize("name", ["𠮷田", "迪丽娜尔·艾力", "〇一二", "㛃𬭎", "ཀརྨ་ཚེ་རིང"[:2]])
def test_rare_names_and_the_leap_day_are_welcome(jiangle, name):
    born = id_number(date(1996, 2, 29))
    party = a_worker(jiangle, name=name, id_number=born)
    clear = party.caller.must("POST", f"workers/{party.id}/reveal", {"purpose": "本人查看"})
    assert (clear["name"], clear["id_number"]) == (name, born)


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"pay": {"basis": "lump", "rate_fen": 0}}, "amount_invalid", "pay.rate_fen"),
        ({"pay": {"basis": "lump", "rate_fen": -1}}, "amount_invalid", "pay.rate_fen"),
        ({"pay": {"basis": "lump", "rate_fen": 0.005}}, "amount_invalid", "pay.rate_fen"),
        ({"pay": {"basis": "lump", "rate_fen": 300.0}}, "amount_invalid", "pay.rate_fen"),
        ({"pay": {"basis": "lump", "rate_fen": "300"}}, "amount_invalid", "pay.rate_fen"),
        ({"pay": {"basis": "lump", "rate_fen": True}}, "amount_invalid", "pay.rate_fen"),
        ({"pay": {"basis": "lump", "rate_fen": 10**12}}, "amount_invalid", "pay.rate_fen"),
        ({"pay": {"basis": "lump", "rate_fen": 10**400}}, "json_number_too_large", "pay.rate_fen"),
        ({"pay": {"basis": "lump", "rate_fen": 1}}, "pay_below_floor", None),
        ({"pay": {"basis": "tip", "rate_fen": 30000}}, "choice_unknown", "pay.basis"),
        ({"pay": {"basis": "lump", "rate_fen": 30000, "rate": 1}}, "unknown_field", "pay.rate"),
        ({"pay": []}, "wrong_type", "pay"),
        ({"pay": None}, "wrong_type", "pay"),
        ({"headcount": 0}, "number_range", "headcount"),
        ({"headcount": -3}, "number_range", "headcount"),
        ({"headcount": 1.0}, "wrong_type", "headcount"),
        ({"headcount": True}, "wrong_type", "headcount"),
        ({"headcount": 2**53 - 1}, "number_range", "headcount"),
        ({"headcount": 2**53}, "json_number_too_large", "headcount"),
        ({"trade": "astrology"}, "trade_unknown", "trade"),
        ({"starts_at": "2026-03-01T08:00:00"}, "moment_invalid", "starts_at"),
        ({"starts_at": "2026-02-29T08:00:00+08:00"}, "moment_invalid", "starts_at"),
        ({"starts_at": "2026-03-01T08:00:00+99:00"}, "moment_invalid", "starts_at"),
        ({"starts_at": "0001-01-01T00:00:00+14:00"}, "moment_invalid", "starts_at"),
        ({"starts_at": "9999-12-31T23:59:59-14:00"}, "moment_invalid", "starts_at"),
        ({"starts_at": 1772323200}, "moment_invalid", "starts_at"),
        (
            {"starts_at": "2026-01-01T08:00:00+08:00", "ends_at": "2026-01-01T17:00:00+08:00"},
            "order_times_invalid",
            None,
        ),
        ({"starts_at": "2020-03-01T08:00:00+08:00"}, "policy_missing", None),
        ({"title": " "}, "text_length", "title"),
        ({"title": "摘果\u202e"}, "text_characters", "title"),
        ({"title": "摘" * 5000}, "text_length", "title"),
        ({"point": {"lat": 91, "lng": 117}}, "number_range", "point.lat"),
        ({"point": {"lat": True, "lng": 117}}, "wrong_type", "point.lat"),
        ({"point": {"lat": 26}}, "field_missing", "point.lng"),
        ({"point": {"lat": 26, "lng": 117, "datum": "MARS"}}, "choice_unknown", "point.datum"),
        ({"insured": 0}, "wrong_type", "insured"),
        ({"employer_id": GHOST}, "employer_not_found", "employer_id"),
        ({"employer_id": "../etc"}, "id_malformed", "employer_id"),
        ({"employer_id": 7}, "id_malformed", "employer_id"),
    ],
)
def test_publishing_an_order(boss, nothing_new, changes, code, field):
    for path in ("quotes", "orders"):
        answer = boss.caller.post(path, terms(**changes), key=new_key())
        assert 400 <= answer.status < 500
        check_problem(answer, answer.status, code, field)


@pytest.mark.parametrize(
    ("raw", "status", "code"),
    [
        (b'{"id_number": NaN}', 400, "json_nan"),
        (b'{"id_number": -Infinity}', 400, "json_nan"),
        (b'{"id_number": 1e999}', 400, "json_number_too_large"),
        (b'{"name": "a", "name": "b"}', 400, "json_duplicate_key"),
        (b'{"name": "a", "n\\u0061me": "b"}', 400, "json_duplicate_key"),
        (b'{"name": "\\u0000"}', 400, "json_nul"),
        (b'{"name": "\x00"}', 400, "json_nul"),
        (b'{"name": "\\ud83d"}', 400, "json_surrogate"),
        (b'{"name": "\xed\xa0\x80"}', 400, "json_surrogate"),
        (b'{"\\udc00": 1}', 400, "json_surrogate"),
        (b'{"name": "\xff"}', 400, "json_encoding"),
        (b"\xef\xbb\xbf{}", 400, "json_bom"),
        (b"[" * 10_000 + b"]" * 10_000, 400, "json_too_deep"),
        (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, 400, "json_too_deep"),
        (b"[" * 10_000, 400, "json_too_deep"),
        (b"{", 400, "json_invalid"),
        (b"{'name': 1}", 400, "json_invalid"),
        (b"{} {}", 400, "json_invalid"),
        (b"[]", 400, "body_not_object"),
        (b"null", 400, "body_not_object"),
        (b'"text"', 400, "body_not_object"),
        (b"7", 400, "body_not_object"),
        (b'{"name": "' + b"a" * 1_100_000 + b'"}', 413, "body_too_large"),
        (b"", 422, "field_missing"),
    ],
)
def test_a_body_that_is_no_plain_json_object(somebody, nothing_new, raw, status, code):
    check_problem(somebody.post("workers", raw=raw), status, code)


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/json; charset=gbk",
        "application/jsonp",
        "",
    ],
)
def test_a_content_type_that_is_not_json(somebody, nothing_new, content_type):
    raw = json.dumps(worker_body()).encode()
    answer = somebody.post("workers", raw=raw, content_type=content_type)
    check_problem(answer, 415, "content_type_unsupported", "Content-Type")


def test_every_fault_of_a_body_is_named_at_once(somebody):
    body = {"name": 7, "id_number": "1", "extra": 1}
    answer = somebody.post("workers", body, Accept_Language="en-GB,zh;q=0.5")
    assert {(error["code"], error["field"]) for error in answer.body["errors"]} == {
        ("unknown_field", "extra"),
        ("name_length", "name"),
        ("id_number_format", "id_number"),
        ("field_missing", "consent_version"),
    }
    assert answer.headers["Content-Language"] == "en"
    assert answer.body["detail"].isascii()


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("workers/nobody", 422, "id_malformed"),
        ("workers/%00", 422, "id_malformed"),
        ("workers/１", 422, "id_malformed"),
        (f"workers/{GHOST}", 404, "worker_not_found"),
        (f"workers/{GHOST}0", 422, "id_malformed"),
        (f"employers/{GHOST}", 404, "employer_not_found"),
        (f"withdrawals/{GHOST}", 404, "not_found"),
        (f"certificates/{GHOST}", 404, "certificate_not_found"),
        ("nothing/here", 404, "not_found"),
        ("me/", 404, "not_found"),
    ],
)
def test_malformed_and_unknown_ids(somebody, path, status, code):
    check_problem(somebody.get(path), status, code)


def test_ids_of_others_are_as_good_as_unknown(jiangle, counties, boss):
    worker, other = a_worker(jiangle), a_worker(jiangle)
    order = published(boss)["order_id"]
    won = worker.caller.must("POST", f"orders/{order}/grab", {})["assignment_id"]
    stranger = an_employer(jiangle, fen=0).caller
    check_problem(other.caller.get(f"workers/{worker.id}"), 404, "worker_not_found")
    check_problem(other.caller.get(f"workers/{worker.id}/wallet"), 404, "worker_not_found")
    check_problem(other.caller.post(f"workers/{worker.id}/reveal", {"purpose": "好奇"}), 403, "forbidden")
    check_problem(other.caller.post(f"assignments/{won}/undo"), 404, "worker_not_found")
    check_problem(stranger.post(f"orders/{order}/cancel", key=new_key()), 404, "employer_not_found")
    check_problem(stranger.get(f"employers/{boss.id}/wallet"), 404, "employer_not_found")
    neighbour = Caller(counties["shaxian"], token=worker.caller.token)
    check_problem(neighbour.get(f"orders/{order}"), 403, "forbidden")  # no role there
    body = worker_body(id_number=id_number())
    there = Party(neighbour, neighbour.must("POST", "workers", body)["id"])
    check_problem(there.caller.get(f"orders/{order}"), 404, "not_found")


def test_foreign_ids_inside_a_body(boss, jiangle):
    worker = a_worker(jiangle)
    order = published(boss)["order_id"]
    grabbing = worker.caller.post(f"orders/{order}/grab", {"worker_id": str(a_worker(jiangle).id)})
    check_problem(grabbing, 404, "worker_not_found", "worker_id")
    assert boss.caller.must("GET", f"orders/{order}")["order"]["free_places"] == 1


def test_a_key_is_good_for_one_request(boss, jiangle):
    key, body = new_key(), terms()
    first = boss.caller.send("POST", "orders", body, key=key)
    again = boss.caller.send("POST", "orders", body, key=key)
    assert (first.status, again.status, again.body) == (201, 201, first.body)
    assert again.headers["Idempotency-Replayed"] == "true"
    reordered = boss.caller.send("POST", "orders", dict(reversed(body.items())), key=key)
    assert reordered.body == first.body
    check_problem(
        boss.caller.send("POST", "orders", {**body, "headcount": 2}, key=key),
        409,
        "idempotency_key_reused",
        "Idempotency-Key",
    )
    elsewhere = boss.caller.post(f"orders/{first.body['order_id']}/cancel", key=key)
    check_problem(elsewhere, 409, "idempotency_key_reused", "Idempotency-Key")
    assert len(boss.caller.must("GET", "orders?limit=100")["items"]) >= 1
    mine = an_employer(jiangle)
    assert mine.caller.send("POST", "orders", body, key=key).body["order_id"] != first.body["order_id"]


def test_a_refusal_keeps_no_key(jiangle):
    boss, key = an_employer(jiangle, fen=0), new_key()
    check_problem(boss.caller.send("POST", "orders", terms(), key=key), 409, "insufficient_funds")
    refused = boss.caller.send("POST", "orders", terms(headcount=0), key=key)
    check_problem(refused, 422, "number_range", "headcount")


def test_money_verbs_want_a_key(boss, nothing_new):
    check_problem(boss.caller.post("orders", terms()), 400, "idempotency_key_missing", "Idempotency-Key")
    for key in ("", " ", "钥匙", "a" * 101, "a b"):
        answer = boss.caller.post("orders", terms(), key=key)
        check_problem(answer, 400, "idempotency_key_invalid", "Idempotency-Key")


@pytest.mark.parametrize(
    ("query", "status", "code", "field"),
    [
        ("limit=0", 422, "number_range", "limit"),
        ("limit=101", 422, "number_range", "limit"),
        ("limit=ten", 422, "wrong_type", "limit"),
        ("limit=１０", 422, "wrong_type", "limit"),
        ("limit=1e1", 422, "wrong_type", "limit"),
        ("limit=5&limit=6", 400, "parameter_repeated", "limit"),
        ("cursor=abc", 422, "cursor_invalid", "cursor"),
        ("cursor=%00", 422, "text_characters", "cursor"),
        ("cursor=%ED%A0%80", 422, "cursor_invalid", "cursor"),
        ("state=lost", 422, "choice_unknown", "state"),
        ("page=2", 422, "unknown_field", "page"),
    ],
)
def test_query_parameters(boss, query, status, code, field):
    check_problem(boss.caller.get(f"orders?{query}"), status, code, field)


def test_a_cursor_is_good_for_its_own_list(boss, jiangle):
    for _ in range(2):
        published(boss)
    page = boss.caller.must("GET", "orders?limit=1")
    assert len(page["items"]) == 1
    following = boss.caller.must("GET", f"orders?limit=1&cursor={page['next']}")
    assert following["items"][0]["id"] != page["items"][0]["id"]
    elsewhere = boss.caller.get(f"employers/{boss.id}/wallet/statement?cursor={page['next']}")
    check_problem(elsewhere, 422, "cursor_invalid", "cursor")


def test_hosts_and_counties(somebody, jiangle):
    check_problem(somebody.get("me", Host="evil.example"), 400, "host_invalid", "Host")
    check_problem(somebody.get("me", Host="a b"), 400, "host_invalid", "Host")
    for slug in ("atlantis", "public", "c350428", "city"):
        check_problem(somebody.get(f"/{slug}/api/v1/me"), 404, "county_unknown", "county")
    check_problem(somebody.get("/将乐/api/v1/me"), 404, "not_found")
    check_problem(somebody.get("/api/v1/me"), 404, "county_unknown", "county")


def test_a_countys_own_host(somebody, jiangle, settings, monkeypatch):
    from tenants import directory

    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "jiangle.example"]
    monkeypatch.setattr(
        directory, "by_host", lambda host: jiangle if host.lower() == "jiangle.example" else None
    )
    assert somebody.must("GET", "/api/v1/me", Host="jiangle.example")["county"]["slug"] == "jiangle"
    assert somebody.must("GET", "me", Host="JIANGLE.example:8000")["county"]["slug"] == "jiangle"
    answer = somebody.get("/shaxian/api/v1/me", Host="jiangle.example")
    check_problem(answer, 421, "county_mismatch", "county")


def test_methods_and_strangers(somebody, jiangle):
    answer = somebody.send("PATCH", "me", {})
    check_problem(answer, 405, "method_not_allowed")
    assert answer.headers["Allow"] == "GET, OPTIONS"
    stranger = Caller(jiangle)
    answer = stranger.get("me")
    check_problem(answer, 401, "unauthenticated")
    assert answer.headers["WWW-Authenticate"]
    for token in ("x", "'; DROP TABLE", "a" * 5000, "令牌", str(uuid.uuid4())):
        check_problem(Caller(jiangle, token=token).get("me"), 401, "unauthenticated")
        check_problem(Caller(jiangle, bearer=token).get("me"), 401, "unauthenticated")


def test_request_ids_come_back(somebody):
    assert somebody.get("me", X_Request_ID="abc-1").headers["X-Request-ID"] == "abc-1"
    assert somebody.get("me", X_Request_ID="a b\t").headers["X-Request-ID"] != "a b\t"


def test_a_company_with_a_wrong_credit_code(somebody):
    good = employer_body()["credit_code"]
    wrong = good[:-1] + ("0" if good[-1] != "0" else "1")
    answer = somebody.post("employers", employer_body(credit_code=wrong))
    check_problem(answer, 422, "credit_code_checksum", "credit_code")
    check_problem(
        somebody.post("employers", employer_body(credit_code=good.lower()[:17])), 422, "credit_code_format"
    )
