"""Callers of the REST door: people with logins, made new for each test, and what they send."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.test import Client

from kernel.clock import SHANGHAI
from ledger.contracts import AccountKind, Line
from ledger.use_cases.open_account import open_account
from ledger.use_cases.transfer import transfer
from linggong.wiring import relay_news
from tenants.clock import market_now
from tenants.contracts import CountyRef
from tenants.county import run_in_county
from tests.compliance.people import NOTICE, credit_code, id_number
from tests.identity.helpers import log_in, new_phone, sign_up, staff

OLD_ENOUGH = date(1985, 3, 15)


@dataclass(frozen=True)
class Answer:
    status: int
    body: Any
    headers: Any

    @property
    def code(self) -> str:
        return str(self.body.get("code"))


@dataclass(frozen=True)
class Caller:
    """Somebody with a session (or nobody, without a token) at one county's API."""

    county: CountyRef
    token: str | None = None
    bearer: str | None = None
    channel: str | None = None

    def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        raw: bytes | None = None,
        key: str | None = None,
        content_type: str = "application/json",
        **headers: str,
    ) -> Answer:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.token:
            sent["X-Session-Token"] = self.token
        if self.bearer:
            sent["Authorization"] = f"Bearer {self.bearer}"
        if self.channel:
            sent.setdefault("X-Channel", self.channel)
        if key is not None:
            sent["Idempotency-Key"] = key
        data = raw if raw is not None else b"" if body is None else json.dumps(body).encode()
        address = path if path.startswith("/") else f"/{self.county.slug}/api/v1/{path}"
        response = Client().generic(method, address, data, content_type=content_type, headers=sent)
        is_json = "json" in response.headers.get("Content-Type", "")
        return Answer(
            response.status_code,
            json.loads(response.content) if is_json else response.content,
            response.headers,
        )

    def get(self, path: str, **headers: str) -> Answer:
        return self.send("GET", path, **headers)

    def post(self, path: str, body: Any = None, **more: Any) -> Answer:
        return self.send("POST", path, {} if body is None and "raw" not in more else body, **more)

    def must(self, method: str, path: str, body: Any = None, **more: Any) -> Any:
        """The body of an answer that has to be a success."""
        answer = self.send(method, path, body, **more)
        assert answer.status < 300, (answer.status, answer.body)
        return answer.body

    def pay(self, path: str, body: Any = None) -> Any:
        """A money verb that has to succeed."""
        return self.must("POST", path, body or {}, key=new_key())


def new_key() -> str:
    return uuid.uuid4().hex


def check_problem(answer: Answer, status: int, code: str, field: str | None = None) -> None:
    """The answer is an RFC 9457 problem with this status, code and field."""
    assert (answer.status, answer.body.get("code")) == (status, code), answer.body
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.body["status"] == status
    assert answer.body["type"] == f"/api/errors#{code}"
    assert answer.body["request_id"] == answer.headers["X-Request-ID"]
    assert answer.body["title"]
    assert answer.body["detail"]
    if field is not None:
        assert answer.body["field"] == field


@dataclass(frozen=True)
class Party:
    """A registered worker or employer: who calls, and the id of the county's row."""

    caller: Caller
    id: UUID


def signed_in(county: CountyRef) -> Caller:
    return Caller(county, token=sign_up(new_phone()))


def staff_member(county: CountyRef, role: str, *, channel: str | None = None) -> Caller:
    phone, created = staff(role, county)
    return Caller(county, token=log_in(phone, totp_secret=created.totp_secret), channel=channel)


def worker_body(**changes: Any) -> dict[str, Any]:
    return {
        "name": "张三丰",
        "id_number": id_number(OLD_ENOUGH),
        "consent_version": NOTICE,
        "insurance_consent": True,
        "can_do": ["sorting", "moving"],
        "want_to_do": ["fruit_picking"],
        **changes,
    }


def a_worker(county: CountyRef, **changes: Any) -> Party:
    caller = signed_in(county)
    body = caller.must("POST", "workers", worker_body(**changes))
    return Party(caller, UUID(body["id"]))


def employer_body(**changes: Any) -> dict[str, Any]:
    return {
        "kind": "company",
        "contact_name": "李四",
        "consent_version": NOTICE,
        "credit_code": credit_code(),
        "display_name": "将乐县金溪果业有限公司",
        **changes,
    }


def an_employer(county: CountyRef, *, fen: int = 100_000_00) -> Party:
    caller = signed_in(county)
    body = caller.must("POST", "employers", employer_body())
    party = Party(caller, UUID(body["id"]))
    if fen:
        give(county, party.id, fen)
    return party


def give(county: CountyRef, employer_id: UUID, fen: int) -> None:
    """Money in an employer's wallet, as if topped up."""
    with run_in_county(county) as work:
        clearing = open_account(kind=AccountKind.CHANNEL_CLEARING, now=work.now)
        wallet = open_account(kind=AccountKind.EMPLOYER_WALLET, owner_id=employer_id, now=work.now)
        transfer(lines=[Line(clearing, wallet, fen, "top_up", employer_id)], now=work.now)


def soon() -> datetime:
    """A start in half an hour, when check-in is open already; never too late in its day to end in it."""
    start = market_now().astimezone(SHANGHAI).replace(second=0, microsecond=0) + timedelta(minutes=30)
    if (start.hour, start.minute) >= (23, 50):
        start = (start + timedelta(minutes=10)).replace(minute=1)
    return start


def terms(*, days: int = 2, **changes: Any) -> dict[str, Any]:
    """A day's work, eight to five, so many days from now."""
    start = (market_now().astimezone(SHANGHAI) + timedelta(days=days)).replace(
        hour=8, minute=0, second=0, microsecond=0
    )
    return {
        "trade": "sorting",
        "title": "分拣脐橙",
        "address": "将乐县古镛镇果园路 8 号",
        "starts_at": start.isoformat(),
        "ends_at": (start + timedelta(hours=9)).isoformat(),
        "break_minutes": 60,
        "headcount": 1,
        "pay": {"basis": "lump", "rate_fen": 30000},
        "insured": False,
        **changes,
    }


def terms_at(start: datetime, **changes: Any) -> dict[str, Any]:
    """Two hours from the start, or to the end of its day."""
    ends = min(start + timedelta(hours=2), start.replace(hour=23, minute=59))
    return terms(starts_at=start.isoformat(), ends_at=ends.isoformat(), break_minutes=0, **changes)


def published(boss: Party, **changes: Any) -> dict[str, Any]:
    body: dict[str, Any] = boss.caller.pay("orders", terms(**changes))
    return body


def relay(county: CountyRef) -> None:
    """Everything in the outbox reaches its handlers."""
    relay_news(county)


def machine(admin: Caller, scopes: list[str]) -> Caller:
    """A machine client of the administrator's county, with a token from /o/token/."""
    made = admin.must("POST", "api-clients", {"name": "乐享零工", "scopes": scopes})
    response = Client().post(
        "/o/token/",
        {
            "grant_type": "client_credentials",
            "client_id": made["client_id"],
            "client_secret": made["secret"],
        },
    )
    assert response.status_code == 200, response.content
    return Caller(admin.county, bearer=response.json()["access_token"])
