"""What the city can still do in a closed county: look, with its purpose kept, and change nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.test import Client

from kernel.ids import uuid7
from kernel.models import AuditRow
from tenants import directory
from tenants.contracts import CountyState
from tenants.county import run_in_county
from tests.harness.servers import superuser
from tests.identity.helpers import log_in, staff

pytestmark = [pytest.mark.usefixtures("own_database"), pytest.mark.urls("tests.doors.graphql_urls")]

CLOSED, OPEN = "youxi", "ninghua"
PUBLISH = """
mutation Publish($counties: [String!]!, $from: Date!) {
  publishPolicy(
    counties: $counties, effectiveFrom: $from, values: {contactDays: 9}, reason: "样例文〔2026〕1号"
  ) {
    county rowsWritten refused { code message }
  }
}
"""
LOOK = """
query Look($county: String!, $why: String!) {
  county(slug: $county) {
    ledgerAccounts(purpose: $why) { edges { node { kind } } }
    ledgerCheck(purpose: $why) { clean }
    partners(purpose: $why) { insurer }
    staff(purpose: $why) { edges { node { phone } } }
    policyHistory { edges { node { revision } } }
  }
}
"""


@pytest.fixture(scope="module")
def ask(own_database: str) -> Any:
    phone, made = staff("city_admin", None)
    token = log_in(phone, totp_secret=made.totp_secret)

    def asked(query: str, **variables: Any) -> Any:
        response = Client().generic(
            "POST",
            "/graphql/",
            json.dumps({"query": query, "variables": variables}).encode(),
            content_type="application/json",
            headers={"X-Session-Token": token},
        )
        return json.loads(response.content)

    return asked


@pytest.fixture(autouse=True)
def closed(own_database: str) -> Iterator[None]:
    _state(CountyState.CLOSED)
    yield
    _state(CountyState.ACTIVE)


def _state(state: CountyState) -> None:
    """What only the owner may write, written by it."""
    with psycopg.connect(**superuser(), dbname=settings.DATABASES["city"]["NAME"]) as server:
        server.execute("UPDATE tenants_county SET state = %s WHERE slug = %s", [str(state), CLOSED])
    directory.forget()


def test_a_decision_reaches_the_open_county_and_is_refused_in_the_closed_one(ask: Any) -> None:
    day = directory.today() + timedelta(days=30)
    done = ask(PUBLISH, counties=[CLOSED, OPEN], **{"from": day.isoformat()})["data"]["publishPolicy"]
    assert [(row["county"], row["rowsWritten"]) for row in done] == [(CLOSED, 0), (OPEN, 1)]
    assert done[0]["refused"]["code"] == "county_closed"
    assert done[0]["refused"]["message"]


@pytest.mark.parametrize("verb", ["submitRateTable", "publishRateTable"])
def test_its_rate_tables_move_no_more(ask: Any, verb: str) -> None:
    query = f"mutation($id: ID!) {{ {verb}(county: {json.dumps(CLOSED)}, id: $id) {{ id }} }}"
    answer = ask(query, id=str(uuid7()))
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["county_closed"]


def test_its_books_are_read_and_the_reading_is_kept(ask: Any) -> None:
    why = f"清算核查 {uuid7()}"
    found = ask(LOOK, county=CLOSED, why=why)
    assert "errors" not in found
    assert found["data"]["county"]["policyHistory"]["edges"]
    with run_in_county(CLOSED):
        acts = AuditRow.objects.filter(purpose=why).values_list("act", flat=True)
        assert sorted(acts) == [
            "city.ledgerAccounts_read",
            "city.ledgerCheck_read",
            "city.partners_read",
            "city.staff_read",
        ]
