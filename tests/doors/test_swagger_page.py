"""Swagger UI of a county's REST door in a real Chromium: complete without another host."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.doors.browser import need_chromium, served, visiting

pytestmark = pytest.mark.usefixtures("counties")


@pytest.mark.browser
def test_swagger_ui_shows_the_operations_without_another_host():
    need_chromium()
    with served() as site, visiting(site) as visit:
        one = visit.page
        one.goto(f"{site}/jiangle/api/v1/docs")
        expect(one.locator(".swagger-ui .opblock").first).to_be_visible()
        block = one.locator(".opblock-get").filter(has_text="trades").first
        block.locator(".opblock-summary").click()
        block.get_by_role("button", name="Try it out").click()
        block.get_by_role("button", name="Execute").click()
        expect(block.locator(".live-responses-table tr.response .response-col_status")).to_contain_text("200")
        assert visit.foreign == []
        assert [said for said in visit.complaints if "Failed to load resource" not in said] == []
