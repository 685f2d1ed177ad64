"""An insurer's machine at the partners' door: a token, an inbound key, real signatures."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.test import Client

from kernel.actor import SYSTEM
from kernel.clock import real_now
from tenants.contracts import CountyRef
from tenants.county import run_in_county
from tenants.identity.use_cases.create_partner_client import create_partner_client, partner_scopes
from tenants.partners.use_cases.register_insurer import register_insurer
from tests.doors.rest import Answer
from webhooks.keys import issue_key, live_secrets
from webhooks.signing import sign
from webhooks.states import Direction


@dataclass(frozen=True)
class Machine:
    """A client of one insurer in one county."""

    county: CountyRef
    insurer: str
    bearer: str | None
    secrets: Sequence[str] = ()

    def get(self, path: str, **query: Any) -> Answer:
        return self.send("GET", path, query=query)

    def must_get(self, path: str, **query: Any) -> Any:
        answer = self.get(path, **query)
        assert answer.status == 200, answer.body
        return answer.body

    def send(
        self,
        method: str,
        path: str,
        *,
        raw: bytes = b"",
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, Any] | None = None,
        content_type: str = "application/json",
    ) -> Answer:
        """One request as it is; nothing is signed here."""
        sent = dict(headers or {})
        if self.bearer:
            sent["Authorization"] = f"Bearer {self.bearer}"
        address = path if path.startswith("/") else f"/partners/v1/{self.county.slug}/{path}"
        response = Client().generic(
            method, address, raw, content_type=content_type, headers=sent, query_params=dict(query or {})
        )
        is_json = "json" in response.headers.get("Content-Type", "")
        return Answer(
            response.status_code,
            json.loads(response.content) if is_json else response.content,
            response.headers,
        )

    def signed(
        self,
        path: str,
        body: Any,
        *,
        method: str = "POST",
        message_id: str | None = None,
        at: datetime | None = None,
    ) -> Answer:
        """A message of this machine's, signed with all its secrets."""
        raw = json.dumps(body).encode()
        headers = sign(self.secrets, message_id or new_id(), at or real_now(), raw)
        return self.send(method, path, raw=raw, headers=headers)

    def must(self, path: str, body: Any, **more: Any) -> Any:
        answer = self.signed(path, body, **more)
        assert answer.status < 300, (answer.status, answer.body)
        return answer.body

    def elsewhere(self, county: CountyRef) -> Machine:
        return replace(self, county=county)


def new_id() -> str:
    return f"msg_{uuid.uuid4().hex}"


def new_insurer() -> str:
    """The code of an insurer that no other test has; counties are shared by all."""
    code = f"t{uuid.uuid4().hex[:12]}"
    register_insurer(code=code, name=f"测试财险{code}", name_en=f"Test {code}", actor=SYSTEM, now=real_now())
    return code


def long_ago(minutes: int = 6) -> datetime:
    return real_now() - timedelta(minutes=minutes)


def a_machine(county: CountyRef, insurer: str, *, scopes: Sequence[str] = ()) -> Machine:
    """A new client of the insurer; the county's inbound key of the insurer, made if there is none."""
    made = create_partner_client(
        actor=SYSTEM,
        county=county,
        partner=insurer,
        name=f"{insurer} 测试",
        scopes=scopes or partner_scopes(),
        now=real_now(),
    )
    return Machine(county, insurer, token(made.client_id, made.secret), a_key(county, insurer))


def a_key(county: CountyRef, insurer: str) -> list[str]:
    with run_in_county(county) as work:
        if not live_secrets(insurer, Direction.IN):
            issue_key(partner=insurer, direction=Direction.IN, actor=SYSTEM, now=work.now)
        return live_secrets(insurer, Direction.IN)


def token(client_id: str, secret: str) -> str:
    response = Client().post(
        "/o/token/",
        {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret},
    )
    assert response.status_code == 200, response.content
    return str(response.json()["access_token"])
