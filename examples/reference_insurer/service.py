"""The process: routes of one dialect, the switches behind the counter, and what runs by itself."""

from __future__ import annotations

import asyncio
import ipaddress
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from examples.reference_insurer.book import Book
from examples.reference_insurer.connections import connect, connections
from examples.reference_insurer.faults import Faults
from examples.reference_insurer.jinxi_api import JinxiApi
from examples.reference_insurer.linggong_api import LinggongApi
from examples.reference_insurer.outbound import Outbound
from examples.reference_insurer.person import public_jwk
from examples.reference_insurer.store import Store

LARGEST_READ = 4_000_000  # the contract's bound is checked by the API, with its own error
PREFIXES = {"linggong": "MJ", "jinxi": "JX"}

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Options:
    """`code` is the insurer's short name as the counties know it."""

    database: Path
    dialect: str = "linggong"
    code: str = "minjiang"
    name: str = "Minjiang Sample Insurance"


class Service:
    def __init__(self, options: Options) -> None:
        self.store = Store(options.database)
        self.faults = Faults()
        prefix = PREFIXES[options.dialect]
        self.book = Book(self.store, insurer=options.name, prefix=prefix, faults=self.faults)
        self.api = LinggongApi(self.book, code=options.code)
        self.outbound = Outbound(self.book, self.api)
        routes = self.api.routes() if options.dialect == "linggong" else JinxiApi(self.book).routes()
        self.app = web.Application(client_max_size=LARGEST_READ, middlewares=[self._misfortunes])
        self.app.add_routes(
            [
                web.get("/_faults", self._private(self._show_faults)),
                web.post("/_faults", self._private(self._change_faults)),
                web.delete("/_faults", self._private(self._mend)),
                web.get("/_ledger", self._private(self._ledger)),
                web.get("/_heard", self._private(self._heard)),
                web.get("/_news", self._private(self._news)),
                web.post("/_connect", self._private(self._connect)),
                web.post("/_register", self._private(self._register)),
                web.post("/_statement", self._private(self._statement)),
                web.post("/_settle", self._private(self._settle)),
                web.get("/_key", self._private(self._show_key)),
                *routes,
            ]
        )
        self.app.cleanup_ctx.append(self._background)

    async def _background(self, _app: web.Application) -> AsyncIterator[None]:
        task = asyncio.create_task(self.outbound.run())
        yield
        while not task.done():  # wait_for of Python 3.11 may swallow a cancellation that meets the bell
            task.cancel()
            await asyncio.wait([task], timeout=0.5)
        self.store.close()

    @web.middleware
    async def _misfortunes(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """The switches that work on every answer. The counter's own addresses are spared."""
        if request.path.startswith("/_"):
            return await handler(request)
        if self.faults.slow_ms:
            await asyncio.sleep(self.faults.slow_ms / 1000)
        if self.faults.down:
            return _hang_up(request)
        if self.faults.unavailable:
            return web.json_response(
                {"type": "about:blank", "title": "busy", "status": 503, "code": "busy", "detail": "later"},
                status=503,
                content_type="application/problem+json",
                headers={"Retry-After": "1"},
            )
        try:
            answer = await handler(request)
        except web.HTTPException as fault:
            if fault.status not in {404, 405}:
                raise
            answer = self.api.problem("route_unknown", "no such address")
        return _hang_up(request) if self.faults.answer_lost else answer

    # -- behind the counter ------------------------------------------------------------------------------

    def _private(self, handler: Handler) -> Handler:
        """Only for callers on the same machine that no proxy speaks for."""

        async def guarded(request: web.Request) -> web.StreamResponse:
            local = request.remote and ipaddress.ip_address(request.remote).is_loopback
            if not local or any(name in request.headers for name in ("Forwarded", "X-Forwarded-For")):
                return web.Response(status=404)
            try:
                return await handler(request)
            except aiohttp.ClientError as fault:
                return web.json_response({"detail": f"the county was not reached: {fault}"}, status=502)
            except (ValueError, TypeError) as fault:
                return web.json_response({"detail": str(fault)}, status=422)

        return guarded

    async def _show_faults(self, request: web.Request) -> web.Response:
        return web.json_response(asdict(self.faults))

    async def _change_faults(self, request: web.Request) -> web.Response:
        self.faults.change(await _object(request))
        return web.json_response(asdict(self.faults))

    async def _mend(self, request: web.Request) -> web.Response:
        self.faults.mend()
        self.book.wake()
        return web.json_response(asdict(self.faults))

    async def _ledger(self, request: web.Request) -> web.Response:
        """Everything sold, with how often each bind was asked. No person is shown."""
        rows = self.store.rows(
            "SELECT county, policy_id, state, trade, on_day, days, premium_fen, refund_fen, number, sha256,"
            " reason, started, asked FROM policy WHERE county = ? OR ? = '' ORDER BY rowid",
            *[request.query.get("county", "")] * 2,
        )
        policies = [{**dict(row), "started": bool(row["started"])} for row in rows]
        claims = [dict(row) for row in self.store.rows("SELECT * FROM claim ORDER BY reference")]
        return web.json_response({"policies": policies, "claims": claims})

    async def _heard(self, request: web.Request) -> web.Response:
        rows = self.store.rows("SELECT * FROM heard ORDER BY rowid")
        return web.json_response({"events": [{**dict(row), "applied": bool(row["applied"])} for row in rows]})

    async def _news(self, request: web.Request) -> web.Response:
        """Our own events and what the county said to each."""
        rows = self.store.rows("SELECT * FROM news ORDER BY position")
        return web.json_response({"events": [dict(row) for row in rows]})

    async def _connect(self, request: web.Request) -> web.Response:
        known = await _object(request)  # before the transaction: others are served while a body comes
        with self.store.transaction():
            made = connect(self.store, known)
        self.book.wake()
        told = {"county": made.county, "public_key": public_jwk(self.book.key)}
        return web.json_response(told)

    async def _register(self, request: web.Request) -> web.Response:
        """Registers our address for events with a county: `{"county", "url"}`."""
        asked = await _object(request)
        made = await self.outbound.register(str(asked.get("county")), str(asked.get("url")))
        return web.json_response({"endpoint_id": made})

    async def _statement(self, request: web.Request) -> web.Response:
        """Hands our account of a month in to a county: `{"county", "month"}`."""
        asked = await _object(request)
        rows = await self.outbound.hand_in_statement(str(asked.get("county")), str(asked.get("month")))
        return web.json_response({"rows": rows})

    async def _settle(self, request: web.Request) -> web.Response:
        with self.store.transaction():
            answered = self.book.decide_pending(force=True)
        return web.json_response({"answered": answered})

    async def _show_key(self, request: web.Request) -> web.Response:
        return web.json_response(public_jwk(self.book.key))

    def counties(self) -> list[str]:
        return [one.county for one in connections(self.store)]


async def _object(request: web.Request) -> dict[str, Any]:
    body = json.loads(await request.read() or b"{}")
    if not isinstance(body, dict):
        raise ValueError("a JSON object is wanted")
    return body


def _hang_up(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)
