"""Phone, code and TOTP over HTTP."""

from __future__ import annotations

import json
import time

import pytest
from django.conf import settings
from django.db import connections
from django.test import Client

from kernel.clock import real_now
from tenants.identity.models import User
from tenants.identity.phones import open_phone, phone_index
from tenants.identity.selectors import user_view, verified_phone
from tenants.identity.totp import totp_code
from tests.identity.helpers import BASE, call, last_sms, log_in, new_phone, sign_up, staff

pytestmark = pytest.mark.usefixtures("counties")


def user_of(phone: str) -> User:
    return User.objects.get(phone_index=phone_index(phone))


def test_sign_up_then_log_in_by_code():
    phone = new_phone()
    token = sign_up(phone)
    status, answer = call("GET", "auth/session", token=token)
    assert status == 200
    assert answer["data"]["user"] == {
        "id": str(user_of(phone).id),
        "phone": f"138****{phone[-4:]}",
        "staff": False,
    }
    assert log_in(phone) != token
    assert verified_phone(user_of(phone).id) == phone


def test_a_phone_may_be_typed_without_its_country():
    phone = new_phone()
    sign_up(phone.removeprefix("+86"))
    assert open_phone(user_of(phone)) == phone


def test_a_wrong_code_is_refused_and_the_third_ends_the_login():
    phone = new_phone()
    sign_up(phone)
    _, answer = call("POST", "auth/code/request", {"phone": phone})
    token = answer["meta"]["session_token"]
    right = last_sms(phone)["code"]
    wrong = f"{(int(right) + 1) % 1_000_000:06d}"
    for _ in range(3):
        status, answer = call("POST", "auth/code/confirm", {"code": wrong}, token=token)
        assert status == 400
        assert answer["errors"][0]["code"] == "incorrect_code"
    status, _ = call("POST", "auth/code/confirm", {"code": right}, token=token)
    assert status in {409, 410}


def test_nobody_learns_whether_a_number_is_registered():
    known, unknown = new_phone(), new_phone()
    sign_up(known)
    answers = []
    for phone in (known, unknown):
        status, answer = call("POST", "auth/code/request", {"phone": phone})
        answer["meta"].pop("session_token")
        answers.append((status, answer))
    assert answers[0] == answers[1]
    assert last_sms(known)["code"]
    assert last_sms(unknown)["code"] == ""
    again, answer = call("POST", "auth/signup", {"phone": known})
    assert again == 401
    assert last_sms(known)["code"] == ""
    status, _ = call("POST", "auth/phone/verify", {"code": ""}, token=answer["meta"]["session_token"])
    assert status == 400


def test_an_unverified_sign_up_keeps_nobody_out():
    phone = new_phone()
    call("POST", "auth/signup", {"phone": phone})  # somebody else types the number and gets no further
    token = log_in(phone)
    assert call("GET", "auth/session", token=token)[0] == 200
    assert user_of(phone).phone_verified


def test_a_hall_behind_one_address_is_not_throttled_but_one_phone_is():
    for _ in range(40):
        assert call("POST", "auth/code/request", {"phone": new_phone()})[0] == 401
    phone = new_phone()
    statuses = [call("POST", "auth/code/request", {"phone": phone})[0] for _ in range(4)]
    assert statuses == [401, 401, 401, 400]


def test_too_many_sign_ups_of_one_phone_are_no_server_error():
    phone = new_phone()
    statuses = [call("POST", "auth/signup", {"phone": phone})[0] for _ in range(5)]
    assert set(statuses[:3]) == {401}
    assert statuses[4] == 429


def test_logging_out_ends_the_session():
    token = sign_up(new_phone())
    assert call("DELETE", "auth/session", token=token)[0] == 401
    assert call("GET", "auth/session", token=token)[0] == 410


def test_an_inactive_login_gets_no_session():
    phone = new_phone()
    token = sign_up(phone)
    User.objects.filter(id=user_of(phone).id).update(is_active=False)
    assert call("GET", "auth/session", token=token)[0] == 401
    _, answer = call("POST", "auth/code/request", {"phone": phone})
    status, _ = call(
        "POST",
        "auth/code/confirm",
        {"code": last_sms(phone)["code"]},
        token=answer["meta"]["session_token"],
    )
    assert status == 401


def test_staff_log_in_with_totp_and_a_used_password_is_used_up(counties):
    phone, made = staff("hall_operator", counties["jiangle"])
    assert made.totp_secret is not None
    token = log_in(phone, totp_secret=made.totp_secret)
    _, answer = call("GET", "auth/session", token=token)
    assert answer["data"]["user"]["staff"] is True
    assert [method["method"] for method in answer["data"]["methods"]] == ["code", "mfa"]
    _, answer = call("POST", "auth/code/request", {"phone": phone})
    pending = answer["meta"]["session_token"]
    call("POST", "auth/code/confirm", {"code": last_sms(phone)["code"]}, token=pending)
    again = {"code": totp_code(made.totp_secret, at=time.time())}
    assert call("POST", "auth/2fa/authenticate", again, token=pending)[0] == 400
    assert call("GET", "auth/session", token=pending)[0] == 401


def test_a_login_without_totp_may_enrol_once():
    phone = new_phone()
    token = sign_up(phone)
    status, answer = call("GET", "account/authenticators/totp", token=token)
    assert status == 404
    secret = answer["meta"]["secret"]
    assert "138" in answer["meta"]["totp_url"]
    assert phone[3:] not in answer["meta"]["totp_url"]
    status, answer = call("POST", "account/authenticators/totp", {"code": "000"}, token=token)
    assert (status, answer["errors"][0]["code"]) == (400, "incorrect_code")
    status, answer = call("POST", "account/authenticators/totp", {"code": totp_code(secret)}, token=token)
    assert status == 200, answer
    assert user_view(user_of(phone).id).totp_enrolled
    assert call("DELETE", "account/authenticators/totp", token=token)[0] == 405
    with connections["identity"].cursor() as cursor:
        cursor.execute("SELECT data::text FROM mfa_authenticator WHERE user_id = %s", [user_of(phone).id])
        assert secret not in cursor.fetchone()[0]
    log_in(phone, totp_secret=secret)


@pytest.mark.parametrize(
    "phone",
    [
        "",
        "１３８００１３８０００",
        "+8613800138\x00000",
        "\ud83d",
        "12345",
        "+8659812345678",
        "x" * 5000,
        None,
        0,
        [],
        {"a": 1},
    ],
)
@pytest.mark.parametrize("path", ["auth/signup", "auth/code/request"])
def test_bad_phones_are_refused(path, phone):
    body = json.dumps({"phone": phone}).encode()
    status, answer = call("POST", path, raw=body)
    assert status in {400, 422}, answer
    assert answer["errors"]


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"[" * 10_000, "json_too_deep"),
        (b'{"phone": NaN}', "json_nan"),
        (b'{"phone": "1", "phone": "2"}', "json_duplicate_key"),
        (b'{"phone"', "json_invalid"),
        (b"\xff\xfe", "json_bom"),
    ],
)
@pytest.mark.parametrize("path", ["auth/signup", "auth/session", "auth/2fa/authenticate"])
def test_bad_json_is_refused_before_it_is_parsed(path, raw, code):
    status, answer = call("POST", path, raw=raw)
    assert (status, answer["errors"][0]["code"]) == (400, code)


@pytest.mark.parametrize("raw", [b"[]", b'"x"', b"1", b"null"])
def test_json_that_is_no_object_is_refused(raw):
    response = Client().generic("POST", BASE + "auth/code/request", raw, content_type="application/json")
    assert response.status_code == 400


@pytest.mark.parametrize("token", ["", "x", "a" * 32, "\x00" * 32, "é" * 32, "a" * 5000])
def test_a_made_up_session_token_is_gone_or_nobody(token):
    response = Client().get(BASE + "auth/session", headers={"X-Session-Token": token})
    assert response.status_code in {401, 410}


@pytest.mark.parametrize(
    "path", ["auth/login", "auth/password/request", "auth/email/verify", "account/phone"]
)
def test_passwords_and_addresses_are_not_served(path):
    assert Client().generic("POST", BASE + path, b"{}", content_type="application/json").status_code == 404


def test_sessions_and_messages_at_rest_hold_no_phone():
    phone = new_phone()
    token = sign_up(phone)
    with connections["identity"].cursor() as cursor:
        cursor.execute("SELECT session_data FROM django_session WHERE session_key = %s", [token])
        data = cursor.fetchone()[0]
        cursor.execute(
            "SELECT body_sealed FROM identity_smsmessage WHERE phone_index = %s", [phone_index(phone)]
        )
        body = cursor.fetchone()[0]
        cursor.execute("SELECT phone_sealed FROM identity_user WHERE phone_index = %s", [phone_index(phone)])
        sealed = cursor.fetchone()[0]
    from django.core import signing

    plain = signing.b64_decode(data.lstrip(".").split(":")[0].encode())
    for stored in (data.encode(), body.encode(), sealed.encode(), plain):
        assert phone[3:].encode() not in stored


def test_the_sandbox_sender_refuses_outside_a_sandbox(monkeypatch):
    from tenants.identity.sms import sandbox_messages, sender

    monkeypatch.setattr(settings, "LINGGONG_SANDBOX", False)
    with pytest.raises(RuntimeError, match="sandbox"):
        sender()
    with pytest.raises(RuntimeError, match="sandbox"):
        sandbox_messages("+8613800138000")


def test_the_last_login_is_kept():
    phone = new_phone()
    before = real_now()
    sign_up(phone)
    last = user_of(phone).last_login
    assert last is not None
    assert last >= before


def shared_cache(url):
    backend = "django.core.cache.backends.redis.RedisCache"
    return {"default": {"BACKEND": backend, "LOCATION": url, "KEY_PREFIX": "lg"}}


def test_limits_and_used_passwords_are_remembered_for_all_processes(counties, settings):
    settings.CACHES = shared_cache(settings.LINGGONG_CACHE_URL)
    phone, made = staff("hall_operator", counties["jiangle"])
    assert made.totp_secret is not None
    log_in(phone, totp_secret=made.totp_secret)
    statuses = [call("POST", "auth/code/request", {"phone": phone})[0] for _ in range(3)]
    assert statuses == [401, 401, 400]


def test_without_the_shared_memory_nobody_guesses_and_nothing_breaks(settings):
    settings.CACHES = shared_cache("unix:///nowhere/valkey.sock")
    status, answer = call("POST", "auth/code/request", {"phone": new_phone()})
    assert (status, answer["errors"][0]["code"]) == (503, "auth_unavailable")
