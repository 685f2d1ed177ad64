"""Swagger UI in a real browser: complete without another host, and a verb can be tried out from it."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from api import schema
from tests.doors.browser import need_chromium, served, visiting
from tests.doors.rest import signed_in


@pytest.mark.browser
def test_swagger_shows_every_verb_and_sends_one(counties):
    need_chromium()
    caller = signed_in(counties["jiangle"])
    with served() as site, visiting(site) as visit:
        page = visit.page
        page.goto(f"{site}/jiangle/api/v1/docs")
        expect(page.locator(".opblock").first).to_be_visible(timeout=30_000)
        count = sum(len(item) for item in schema.document()["paths"].values())
        expect(page.locator(".opblock")).to_have_count(count)
        page.locator("button.authorize").first.click()
        page.locator("#api_key_value").fill(str(caller.token))
        page.locator(".auth-btn-wrapper .authorize").first.click()
        page.locator(".auth-btn-wrapper .btn-done").first.click()
        me = page.locator("#operations-people-read_me")
        me.locator(".opblock-summary-control").click()
        me.locator(".try-out__btn").click()
        me.locator(".execute").click()
        answer = me.locator(".live-responses-table td.response-col_status:not(.col_header)").first
        expect(answer).to_contain_text("200")
        assert visit.foreign == []
        assert visit.complaints == []
