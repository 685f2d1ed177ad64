"""Swagger UI in a real browser: complete without another host, and a verb can be tried out from it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from api import schema
from tests.doors.browser import need_chromium, served, visiting
from tests.doors.rest import signed_in


def shown_by_scrolling(page: Page) -> set[str]:
    """Every operation that passes while somebody scrolls to the end: the page draws only what is near."""
    seen: set[str] = set()
    at_end = 0
    for _ in range(400):
        seen.update(page.locator(".opblock").evaluate_all("blocks => blocks.map(block => block.id)"))
        before = page.evaluate("window.scrollY")
        page.mouse.wheel(0, 400)
        page.evaluate("new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)))")
        at_end = at_end + 1 if page.evaluate("window.scrollY") == before else 0
        if at_end > 10:
            break
    return seen


@pytest.mark.browser
def test_swagger_shows_every_verb_and_sends_one(counties):
    need_chromium()
    caller = signed_in(counties["jiangle"])
    with served() as site, visiting(site) as visit:
        page = visit.page
        page.goto(f"{site}/jiangle/api/v1/docs")
        expect(page.locator(".opblock").first).to_be_visible(timeout=30_000)
        paths = schema.document()["paths"].values()
        assert len(shown_by_scrolling(page)) == sum(len(item) for item in paths)
        page.mouse.wheel(0, -1_000_000)
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
