"""The portal's pages: some weeks of figures, and people of the city who are signed in."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date
from typing import Any, TypeVar

import pytest
from django.conf import settings
from django.db import connections
from playwright.sync_api import expect

from tests.browser.played import Day, play
from tests.doors.browser import Visit, need_chromium, served, visiting
from tests.identity.helpers import log_in, staff

KEEP = bool(os.environ.get("LINGGONG_KEEP_SCREENSHOTS"))  # docs/img is written only when asked for
FIRST = date(2025, 3, 1) if KEEP else date(2091, 3, 1)
"""A year of this folder's own, so that no other test's facts are among them; for pictures a plain one."""
MONTH = (FIRST.replace(month=4), FIRST.replace(month=4, day=30))
QUERY = f"period=days&first={MONTH[0]}&last={MONTH[1]}"
T = TypeVar("T")
expect.set_options(
    timeout=30_000
)  # a machine with all its tests at once is slow, and nothing here measures time


@pytest.fixture(scope="session")
def played(counties: Any) -> list[Day]:
    """March and April, of which April is looked at."""
    return play(counties, first=FIRST, days=61)


@pytest.fixture(scope="session")
def session_of(counties: Any) -> Callable[[str], str]:
    """The session of somebody of the city's staff by role, signed in once a run."""
    known: dict[str, str] = {}

    def session(role: str) -> str:
        if role not in known:
            phone, made = staff(role, None)
            known[role] = log_in(phone, totp_secret=made.totp_secret)
        return known[role]

    return session


class Dashboard(Visit):
    """The city's page in a browser. `sent` are the bodies that went to the GraphQL door."""

    def __init__(self, visit: Visit) -> None:
        self.page, self.site = visit.page, visit.site
        self.asked, self.complaints = visit.asked, visit.complaints
        self.sent: list[Any] = []
        self.page.on(
            "request",
            lambda request: (
                self.sent.append(request.post_data_json) if request.url.endswith("/graphql/") else None
            ),
        )

    def open(self, query: str = QUERY) -> None:
        """Goes there and waits until everything is drawn."""
        self.page.goto(f"{self.site}/city/?{query}")
        self.drawn()

    def drawn(self) -> None:
        """Waits until the page has all that it asked for."""
        expect(self.page.locator("body.city:not([aria-busy])")).to_be_visible()
        expect(self.page.locator("#ranking-table tbody tr").first).to_be_visible()
        if self.page.locator("#series-chart").is_visible():
            expect(self.page.locator("#series-chart[data-points] .main-svg").first).to_be_visible()

    def tile(self, metric: str) -> Any:
        return self.page.locator(f'[data-metric="{metric}"]')


@contextmanager
def looking(
    session: str, *, lang: str = "zh-CN", size: tuple[int, int] = (1366, 768), dark: bool = False
) -> Iterator[Dashboard]:
    """A browser whose owner is signed in."""
    need_chromium()
    with served() as site, visiting(site, lang=lang) as visit:
        visit.page.context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": site}]
        )
        visit.page.set_viewport_size({"width": size[0], "height": size[1]})
        visit.page.emulate_media(color_scheme="dark" if dark else "light")
        yield Dashboard(visit)


def meanwhile(work: Callable[[], T]) -> T:
    """Does something with the database while a browser is open: in another thread, for the browser's loop
    runs in this one."""

    def alone() -> T:
        try:
            return work()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as other:
        return other.submit(alone).result()
