"""What the insurer does by itself: answers what is pending, sends its news to the counties, polls theirs.

One task a service. Sending: POST to the county's partners' door with a token and a signature, the same
`webhook-id` until it is taken. Polling finds what webhooks lost.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import logging
import time
import uuid
from collections import defaultdict
from sqlite3 import Row
from typing import Any

import aiohttp

from examples.reference_insurer.adjuster import Adjuster
from examples.reference_insurer.book import Book
from examples.reference_insurer.connections import Connection, connect, connection, connections
from examples.reference_insurer.linggong_api import LinggongApi, statement_csv
from examples.reference_insurer.signing import sign

TICK_SECONDS = 0.1
POLL_SECONDS = 1.0
LONGEST_POLL_SECONDS = 8.0
LONGEST_PAUSE = 60.0
TIMEOUT = aiohttp.ClientTimeout(total=10)
GIVE_UP_AFTER = 12  # attempts; by then it has been polled, or the county asks

log = logging.getLogger("reference_insurer")


class Outbound:
    def __init__(self, book: Book, api: LinggongApi) -> None:
        self.book, self.api, self.store, self.faults = book, api, book.store, book.faults
        self.adjuster = Adjuster(book)
        self._bell = asyncio.Event()
        self._tokens: dict[tuple[str, str, str], tuple[str, float]] = {}
        self._polled: defaultdict[str, float] = defaultdict(float)
        self._pauses: defaultdict[str, float] = defaultdict(lambda: POLL_SECONDS)
        book.wake = self._bell.set

    async def run(self) -> None:
        """Until cancelled. A county that cannot be reached holds up nobody else for long."""
        async with aiohttp.ClientSession(timeout=TIMEOUT, trust_env=False) as http:
            while True:
                try:
                    await self.once(http)
                except Exception:  # a fault in one county's news must not silence the others
                    log.exception("the round failed; it is tried again")
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._bell.wait(), TICK_SECONDS)
                self._bell.clear()

    async def once(self, http: aiohttp.ClientSession) -> None:
        if not self.faults.hold:
            with self.store.transaction():
                self.book.decide_pending()
        for one in connections(self.store):
            if not one.partners_url:
                continue
            await self._send_due(http, one)
            if one.poll and time.monotonic() - self._polled[one.county] > self._pauses[one.county]:
                self._polled[one.county] = time.monotonic()
                # A quiet county is asked less and less often, a busy one at once again.
                self._pauses[one.county] = min(self._pauses[one.county] * 1.5, LONGEST_POLL_SECONDS)
                await self._poll(http, one)
            await self._look_after_claims(http, one)

    # -- sending -----------------------------------------------------------------------------------------

    async def _send_due(self, http: aiohttp.ClientSession, to: Connection) -> None:
        due = self.store.rows(
            "SELECT * FROM news WHERE county = ? AND next_at <= ? ORDER BY position LIMIT 100",
            to.county, time.time(),
        )  # fmt: skip
        if self.faults.reorder:
            due.reverse()
        for row in due:
            dropped = self.faults.drop_every and row["position"] % self.faults.drop_every == 0
            if dropped or self.faults.late_lost:
                self._note(row, "not sent: fault switch", done=True)
                continue
            for _ in range(1 + self.faults.duplicate):
                await self._send(http, to, row)

    async def register(self, county: str, url: str) -> str:
        """Has the county push its events to `url`; keeps the secret, which is shown once. The endpoint's id.
        ValueError when the county is unknown or refuses."""
        to = self._known(county)
        made = await self._post(to, "endpoints", {"type": "endpoint.register", "url": url, "types": []})
        keys = [made["secret"], *to.endpoint_keys][:2]
        with self.store.transaction():
            connect(self.store, {"county": county, "endpoint_keys": keys})
        return str(made["endpoint"]["id"])

    async def hand_in_statement(self, county: str, month: str) -> int:
        """Sends our account of a month (`YYYY-MM`) to the county; the rows it read. ValueError as above."""
        content = base64.b64encode(statement_csv(self.book, county, month).encode()).decode()
        message = {"type": "bordereau.statement", "month": month, "name": f"{month}.csv", "content": content}
        return int((await self._post(self._known(county), "statements", message))["rows"])

    def _known(self, county: str) -> Connection:
        if (to := connection(self.store, county)) is None:
            raise ValueError(f"{county}: not connected")
        return to

    async def _post(self, to: Connection, path: str, message: dict[str, Any]) -> Any:
        """A signed call that makes something at the county."""
        body = json.dumps(message).encode()
        headers = {"Content-Type": "application/json"}
        headers |= sign(to.inbound_keys, f"msg_{uuid.uuid4().hex}", int(time.time()), body)
        async with aiohttp.ClientSession(timeout=TIMEOUT, trust_env=False) as http:
            headers["Authorization"] = f"Bearer {await self._token(http, to)}"
            async with http.post(f"{to.partners_url}/{path}", data=body, headers=headers) as answer:
                if answer.status != 201:
                    raise ValueError(f"{answer.status} {(await answer.text())[:300]}")
                return await answer.json()

    async def _send(self, http: aiohttp.ClientSession, to: Connection, row: Row) -> None:
        data = self.api.book_data(row["county"], row["type"], row["subject"], row["data"])
        message = {"type": row["type"], "subject": row["subject"], "time": row["time"], "data": data}
        body = json.dumps(message, ensure_ascii=False).encode()
        headers = {"Content-Type": "application/json"}
        if not self.faults.late_unsigned:
            headers |= sign(to.inbound_keys, row["id"], int(time.time()), body)
        try:
            headers["Authorization"] = f"Bearer {await self._token(http, to)}"
            async with http.post(f"{to.partners_url}/webhooks", data=body, headers=headers) as answer:
                said = f"{answer.status} {(await answer.text())[:300]}"
                if answer.status == 401:
                    self._tokens.pop(_client(to), None)
                # What the county will never take is not sent for ever. `stale_state` may pass: our news about
                # one claim can overtake each other, and the county then waits for the earlier.
                refused = answer.status in {404, 409, 422} and "stale_state" not in said
                final = answer.status < 300 or refused
        except (aiohttp.ClientError, TimeoutError, ValueError, KeyError) as fault:
            said, final = f"failed: {type(fault).__name__}", False
        if not said.startswith("2"):
            log.warning("%s to %s: %s", row["type"], to.county, said)
        self._note(row, said, done=final or row["attempts"] + 1 >= GIVE_UP_AFTER)

    def _note(self, row: Row, said: str, *, done: bool) -> None:
        pause = min(LONGEST_PAUSE, 0.2 * 2 ** row["attempts"])
        self.store.run(
            "UPDATE news SET attempts = attempts + 1, told = ?, next_at = ? WHERE position = ?",
            said, None if done else time.time() + pause, row["position"],
        )  # fmt: skip

    async def _token(self, http: aiohttp.ClientSession, to: Connection) -> str:
        """OAuth 2.0 client credentials (RFC 6749, section 4.4), kept until shortly before its end."""
        token, until = self._tokens.get(_client(to), ("", 0.0))
        if time.monotonic() < until:
            return token
        asked = {"grant_type": "client_credentials", "scope": "partner:read partner:write"}
        auth = aiohttp.BasicAuth(to.client_id, to.client_secret)
        async with http.post(to.token_url, data=asked, auth=auth) as answer:
            answer.raise_for_status()
            told = await answer.json()
        token = str(told["access_token"])
        self._tokens[_client(to)] = (token, time.monotonic() + float(told.get("expires_in", 60)) - 30)
        return token

    # -- polling and claims ------------------------------------------------------------------------------

    async def _get(self, http: aiohttp.ClientSession, to: Connection, path: str) -> Any:
        """None when the county does not answer; it will be asked again."""
        try:
            headers = {"Authorization": f"Bearer {await self._token(http, to)}"}
            async with http.get(f"{to.partners_url}/{path}", headers=headers) as answer:
                if answer.status == 401:
                    self._tokens.pop(_client(to), None)
                answer.raise_for_status()
                return await answer.json()
        except (aiohttp.ClientError, TimeoutError, ValueError, KeyError) as fault:
            log.warning("GET %s of %s: %s", path.partition("?")[0], to.county, fault)
            return None

    async def _poll(self, http: aiohttp.ClientSession, to: Connection) -> None:
        page = await self._get(http, to, f"events?limit=100&after={to.cursor}")
        if not page or not page["items"]:
            return
        with self.store.transaction():
            for event in page["items"]:
                self.book.hear(to.county, event)
            connect(self.store, {"county": to.county, "cursor": page["next"]})
        self._pauses[to.county] = POLL_SECONDS
        if page.get("more"):
            self._polled[to.county] = 0.0

    async def _look_after_claims(self, http: aiohttp.ClientSession, to: Connection) -> None:
        for claim_id in self.adjuster.waiting(to.county):
            file = await self._get(http, to, f"claims/{claim_id}")
            if file is not None:
                with self.store.transaction():
                    self.adjuster.handle(to.county, claim_id, file)


def _client(to: Connection) -> tuple[str, str, str]:
    """Whose token it is; another client at the same county has another."""
    return to.county, to.token_url, to.client_id
