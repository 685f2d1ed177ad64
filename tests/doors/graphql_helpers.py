"""Asking the city's GraphQL door as a test."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from typing import Any

from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.identity.helpers import log_in, staff


@cache
def city_token(role: str = "city_admin") -> str:
    """Session token of a signed-in member of the city's staff, one a run."""
    phone, made = staff(role, None)
    return log_in(phone, totp_secret=made.totp_secret)


def post(body: Any, *, token: str | None = None, raw: bytes | None = None, **extra: Any) -> Any:
    """(status, answer) of one POST."""
    headers = {"X-Session-Token": token} if token else {}
    headers.update(extra.pop("headers", {}))
    data = raw if raw is not None else json.dumps(body).encode()
    kind = extra.pop("content_type", "application/json")
    response = Client().generic("POST", "/graphql/", data, content_type=kind, headers=headers, **extra)
    return response.status_code, json.loads(response.content)


def ask(query: str, variables: dict[str, Any] | None = None, *, role: str = "city_admin") -> Any:
    """The data of a query that has to succeed."""
    status, answer = post({"query": query, "variables": variables}, token=city_token(role))
    assert status == 200, answer
    assert "errors" not in answer, answer
    return answer["data"]


def codes(answer: Any) -> list[str]:
    return [error["extensions"]["code"] for error in answer.get("errors", ())]


@contextmanager
def queries() -> Iterator[dict[str, int]]:
    """How many statements each login ran, filled in at the end; BEGIN and COMMIT are left out."""
    counted: dict[str, int] = {}
    with ExitStack() as stack:
        traces = {
            alias: stack.enter_context(CaptureQueriesContext(connections[alias]))
            for alias in ("identity", "city", "default")
        }
        yield counted
        for alias, trace in traces.items():
            counted[alias] = sum(query["sql"] not in ("BEGIN", "COMMIT") for query in trace)
