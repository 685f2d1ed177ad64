"""Exports from the city's door to the file in hand."""

from __future__ import annotations

import base64
import csv
import io
import json
import uuid
from datetime import UTC, datetime

import openpyxl
import pytest
from django.test import Client

from reporting.exports.models import ExportJob
from reporting.exports.runner import run_next
from tests.doors.graphql_helpers import ask, city_token, codes, post, queries
from tests.doors.rest import staff_member

REQUEST = (
    "mutation($export: ExportInput!) { requestExport(export: $export) "
    "{ id kind state first last lang asSigned done total address fileName } }"
)
ONE = (
    "query($id: ID!) { export(id: $id) { id state done total fileName mediaType size sha256 address "
    "deleteAfter fault { code zh en } } }"
)


def request(**wanted) -> str:
    return str(ask(REQUEST, {"export": wanted})["requestExport"]["id"])


def fetch(path: str, token: str | None = None, **headers: str):
    if token:
        headers["X-Session-Token"] = token
    return Client().get(path, headers=headers)


def test_from_the_request_to_the_file(counties):
    made = ask(REQUEST, {"export": {"kind": "CSV", "month": "2086-05", "metrics": ["orders_settled"]}})
    asked = made["requestExport"]
    assert (asked["state"], asked["first"], asked["last"], asked["address"]) == (
        "QUEUED",
        "2086-05-01",
        "2086-05-31",
        None,
    )
    waiting = fetch(f"/city/exports/{asked['id']}", city_token())
    assert (waiting.status_code, waiting.json()["state"]) == (200, "queued")
    early = fetch(f"/city/exports/{asked['id']}/file", city_token())
    assert (early.status_code, early.json()["code"]) == (409, "export_not_ready")

    assert run_next(uuid.UUID(asked["id"]))
    done = ask(ONE, {"id": asked["id"]})["export"]
    assert (done["state"], done["fileName"], done["fault"]) == ("DONE", "linggong-csv-2086-05.csv", None)
    answer = fetch(done["address"], city_token())
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"].startswith("attachment;")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert len(answer.content) == done["size"]
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))
    assert rows[0][2] == "完成结算的订单"
    assert len(rows) == 2 + sum(not ref.sandbox for ref in counties.values())

    assert ask("mutation($id: ID!) { deleteExport(id: $id) { state address } }", {"id": asked["id"]})[
        "deleteExport"
    ] == {"state": "DELETED", "address": None}
    assert fetch(f"/city/exports/{asked['id']}/file", city_token()).status_code == 410


def test_files_are_the_citys_alone(counties):
    export_id = request(kind="OPEN_DATA", month="2086-05", metrics=["orders_settled"], groupBy=["COUNTY"])
    assert run_next(uuid.UUID(export_id))
    county_admin = staff_member(counties["youxi"], "county_admin")
    for path in (f"/city/exports/{export_id}", f"/city/exports/{export_id}/file"):
        assert fetch(path).status_code == 401
        refused = fetch(path, county_admin.token)
        assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
        assert "orders_settled" not in refused.content.decode()
        for word in ("nonsense", str(uuid.uuid4())):
            answer = fetch(path.replace(export_id, word), city_token("city_analyst"))
            assert (answer.status_code, answer.json()["code"]) == (404, "export_unknown")
    assert (
        json.loads(fetch(f"/city/exports/{export_id}/file", city_token("city_analyst")).content)["form"] == 1
    )


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        ({"kind": "CSV"}, "graphql_argument"),
        ({"kind": "CSV", "month": "2086-05", "first": "2086-05-01"}, "graphql_argument"),
        ({"kind": "CSV", "month": "2086-5"}, "month_malformed"),
        ({"kind": "BULLETIN"}, "export_month"),
        ({"kind": "BULLETIN", "first": "2086-05-02", "last": "2086-05-31"}, "export_month"),
        ({"kind": "CSV", "first": "2086-05-02", "last": "2086-05-01"}, "export_range"),
        ({"kind": "CSV", "month": "2086-05", "metrics": ["x"]}, "metric_unknown"),
        ({"kind": "CSV", "month": "2086-05", "counties": ["atlantis"]}, "county_unknown"),
        ({"kind": "CSV", "month": "2086-05", "trades": ["piracy"]}, "trade_unknown"),
        ({"kind": "CSV", "month": "2086-05", "lang": "de"}, "export_lang"),
        ({"kind": "TEMPLATE", "month": "2086-05"}, "export_template_unknown"),
        ({"kind": "TEMPLATE", "month": "2086-05", "template": "x"}, "export_template_unknown"),
        ({"kind": "CSV", "month": "2086-05", "metrics": ["a"] * 101}, "graphql_argument"),
    ],
)
def test_what_cannot_be_made_is_refused_at_once(counties, wanted, code):
    before = ExportJob.objects.count()
    _, answer = post({"query": REQUEST, "variables": {"export": wanted}}, token=city_token())
    assert codes(answer) == [code]
    assert ExportJob.objects.count() == before


def test_the_list_pages_and_filters_with_one_query(counties):
    mine = [request(kind="CSV", month="2086-06", metrics=["orders_settled"]) for _ in range(3)]
    query = (
        "query($first: Int! = 20, $after: String, $state: ExportState) { "
        "exports(first: $first, after: $after, state: $state) { "
        "edges { cursor node { id state } } pageInfo { hasNextPage endCursor } } }"
    )
    page = ask(query, {"first": 2})["exports"]
    assert [edge["node"]["id"] for edge in page["edges"]] == mine[:0:-1]
    assert page["pageInfo"]["hasNextPage"] is True
    rest = ask(query, {"first": 1, "after": page["pageInfo"]["endCursor"]})["exports"]
    assert rest["edges"][0]["node"]["id"] == mine[0]
    for export_id in mine:
        ask("mutation($id: ID!) { cancelExport(id: $id) { state } }", {"id": export_id})
    states = {
        edge["node"]["state"] for edge in ask(query, {"state": "CANCELLED", "first": 100})["exports"]["edges"]
    }
    assert states == {"CANCELLED"}
    with queries() as one:
        ask(query, {"first": 1})
    with queries() as many:
        ask(query, {"first": 100})
    assert one == many
    _, answer = post({"query": query, "variables": {"after": "forged"}}, token=city_token())
    assert codes(answer) == ["graphql_cursor"]


def test_a_template_is_uploaded_filled_and_fetched(counties):
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.title = "T"
    out = io.BytesIO()
    book.save(out)
    upload = (
        "mutation($content: String!, $cells: [TemplateCellInput!]!) "
        '{ uploadExportTemplate(name: "省厅月报", content: $content, cells: $cells) { id mapped active } }'
    )
    content = base64.b64encode(out.getvalue()).decode()
    cells = [{"cell": "T!B2", "metric": "orders_settled"}, {"cell": "T!A1", "text": "period"}]
    kept = ask(upload, {"content": content, "cells": cells})["uploadExportTemplate"]
    assert (kept["mapped"], kept["active"]) == (2, True)
    _, answer = post(
        {"query": upload, "variables": {"content": content, "cells": [{"cell": "U!B2", "text": "period"}]}},
        token=city_token(),
    )
    [fault] = answer["errors"]
    assert (fault["extensions"]["code"], fault["extensions"]["field"]) == ("export_template_cell", "cells.0")
    assert "U!B2" in fault["extensions"]["text"]["zh"]
    _, answer = post({"query": upload, "variables": {"content": "!", "cells": cells}}, token=city_token())
    assert codes(answer) == ["graphql_argument"]

    export_id = request(kind="TEMPLATE", month="2086-05", template=kept["id"])
    assert run_next(uuid.UUID(export_id))
    filled = openpyxl.load_workbook(
        io.BytesIO(fetch(f"/city/exports/{export_id}/file", city_token()).content)
    )
    assert (filled["T"]["A1"].value, filled["T"]["B2"].value) == ("2086-05", 0)
    listed = ask("{ exportTemplates(active: true) { id } }")["exportTemplates"]
    assert kept["id"] in [one["id"] for one in listed]
    ask("mutation($id: ID!) { retireExportTemplate(id: $id) { active } }", {"id": kept["id"]})
    listed = ask("{ exportTemplates(active: true) { id } }")["exportTemplates"]
    assert kept["id"] not in [one["id"] for one in listed]


def test_a_schedule_is_made_listed_and_stopped(counties):
    made = ask(
        'mutation { scheduleExport(name: "月报", day: 3, time: "08:30", '
        'export: { kind: BULLETIN, lang: "en" }) '
        "{ id day time nextAt active kind } }"
    )["scheduleExport"]
    assert (made["day"], made["time"], made["kind"], made["active"]) == (3, "08:30", "BULLETIN", True)
    due = datetime.fromisoformat(made["nextAt"])
    assert (due.astimezone(UTC).hour, due.astimezone(UTC).minute) == (0, 30)
    listed = ask("{ exportSchedules(active: true) { id } }")["exportSchedules"]
    assert made["id"] in [one["id"] for one in listed]
    stopped = ask("mutation($id: ID!) { stopExportSchedule(id: $id) { active } }", {"id": made["id"]})
    assert stopped["stopExportSchedule"]["active"] is False


def test_whoever_only_reads_may_not_ask(counties):
    """Both roles of the city may export; a county's staff is no caller here at all."""
    county_admin = staff_member(counties["youxi"], "county_admin")
    before = ExportJob.objects.count()
    status, answer = post(
        {"query": REQUEST, "variables": {"export": {"kind": "CSV", "month": "2086-05"}}},
        token=county_admin.token,
    )
    assert status == 403
    assert codes(answer) == ["forbidden"]
    assert ExportJob.objects.count() == before
