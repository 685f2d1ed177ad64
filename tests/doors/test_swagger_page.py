"""Swagger UI of a county's REST door in a real Chromium: complete without another host."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from api import schema
from tests.doors.browser import need_chromium, served, visiting

pytestmark = pytest.mark.usefixtures("counties")


@pytest.mark.browser
def test_swagger_ui_shows_the_operations_without_another_host():
    need_chromium()
    with served() as site, visiting(site) as visit:
        one = visit.page
        operation = schema.document()["paths"]["/trades"]["get"]
        # A link to one operation opens it, however far down the page it stands.
        one.goto(f"{site}/jiangle/api/v1/docs#/{operation['tags'][0]}/{operation['operationId']}")
        block = one.locator(f"#operations-{operation['tags'][0]}-{operation['operationId']}")
        expect(block).to_be_visible(timeout=30_000)
        block.get_by_role("button", name="Try it out").click()
        block.get_by_role("button", name="Execute").click()
        expect(block.locator(".live-responses-table tr.response .response-col_status")).to_contain_text("200")
        assert visit.foreign == []
        # The page warns of every underscore in a link; ours stand in names and mean themselves.
        known = ("Failed to load resource", "Deprecated: escaping deep link whitespace")
        assert [said for said in visit.complaints if not any(text in said for text in known)] == []
