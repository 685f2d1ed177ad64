"""A real browser against the site, served from this process with threads of its own."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from playwright.sync_api import Page, sync_playwright

CHROMIUM = Path("/usr/bin/chromium")


def need_chromium() -> None:
    """Skips where there is no browser; in CI its absence is a failure, or the test would never run."""
    if CHROMIUM.exists():
        return
    reason = f"no {CHROMIUM}; on Debian: apt-get install chromium libatomic1 fonts-noto-cjk"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Nothing: a failing test shows what the browser said."""


@contextmanager
def served() -> Iterator[str]:
    """Serves the configured site; gives its address."""
    server = ThreadedWSGIServer(("127.0.0.1", 0), _Quiet)
    server.set_app(WSGIHandler())
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Visit:
    """A page, and what it asked for and complained of."""

    def __init__(self, page: Page, site: str) -> None:
        self.page, self.site = page, site
        self.asked: list[str] = []
        self.complaints: list[str] = []
        page.on("request", lambda request: self.asked.append(request.url))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)

    @property
    def foreign(self) -> list[str]:
        """Requests that left this site. What a page holds in itself (data:, blob:) leaves nothing."""
        return [
            url
            for url in self.asked
            if urlsplit(url).scheme not in ("data", "blob") and not url.startswith(self.site + "/")
        ]


@contextmanager
def visiting(site: str, *, lang: str = "zh-CN") -> Iterator[Visit]:
    """A new browser on a page of its own. Keep Django's database out of the block: it runs in an event
    loop, where Django refuses to wait for a database."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        )
        try:
            page = browser.new_page(locale=lang, viewport={"width": 1280, "height": 800})
            page.set_default_timeout(30_000)
            yield Visit(page, site)
        finally:
            browser.close()
