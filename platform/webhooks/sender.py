"""Sends deliveries: claims what is due in each county, posts it signed, writes results in batches.

One event loop sends; database work runs beside it in threads, one transaction at a time each. Several
processes may run: a lease gives a delivery to one of them, and a killed one's leases run out. Each endpoint
has a lane of its own with few deliveries in hand, so one that hangs keeps only its own waiting: after five
failures in a row it is left alone for a while, then probed by one delivery.
"""

from __future__ import annotations

import asyncio
import random
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Final, TypeVar
from uuid import UUID

import structlog
from django.db import connections

from egress.client import Client, EgressFailed, EgressRefused
from kernel.clock import real_now
from tenants import directory
from tenants.contracts import CountyRef
from webhooks import queue, vault
from webhooks.queue import Claimed, Lane, LaneNews, Result
from webhooks.retries import BREAKS_AFTER, pause_after, retry_after, wait_after
from webhooks.signing import sign

log = structlog.get_logger(__name__)
T = TypeVar("T")

AT_ONCE: Final = 8  # deliveries on the wire to one endpoint
IN_HAND: Final = 32  # and claimed for it
FIRST: Final = 2  # until its first success
IN_ALL: Final = 2_000
TIMEOUT_SECONDS: Final = 10.0
MOST_ANSWER_BYTES: Final = 65_536  # nobody reads it
_BATCH_SECONDS: Final = 0.02
_SHORTEST_PAUSE: Final = 0.02
_LONGEST_PAUSE: Final = 0.5
_GIVE_UP_EVERY: Final = 60.0
_AFTER_FAILURE: Final = 1.0
_A_MOMENT: Final = timedelta(seconds=5)
_SPARE: Final = timedelta(seconds=TIMEOUT_SECONDS + 5)


@dataclass
class _Lane:
    """One endpoint of one county in this process."""

    county: CountyRef
    row: Lane
    secrets: list[str]
    waiting: deque[Claimed] = field(default_factory=deque)
    on_wire: int = 0
    width: int = FIRST
    failures: int = 0
    open_until: datetime | None = None

    @property
    def free(self) -> int:
        in_hand = IN_HAND if self.width == AT_ONCE else self.width
        return max(in_hand - len(self.waiting) - self.on_wire, 0)


@dataclass
class _Tally:
    """What results since the last write mean for one endpoint."""

    recovered: bool = False
    failures: int = 0
    open_until: datetime | None = None
    dead_at: datetime | None = None
    gone: bool = False
    matters: bool = False

    def then(self, later: _Tally) -> _Tally:
        """Both as one, when the first could not be written."""
        return _Tally(
            recovered=self.recovered or later.recovered,
            failures=later.failures + (0 if later.recovered else self.failures),
            open_until=later.open_until if later.matters else self.open_until,
            dead_at=later.dead_at or self.dead_at,
            gone=self.gone or later.gone,
            matters=self.matters or later.matters,
        )


class Sender:
    """`run` sends until told to stop; `drain` until nothing is due. `counties` is asked at every round."""

    def __init__(self, counties: Callable[[], Sequence[CountyRef]], client: Client | None = None) -> None:
        self._counties = counties
        self._client = client if client is not None else Client(limit=1_000)
        self._lanes: dict[tuple[str, UUID], _Lane] = {}
        self._sends: set[asyncio.Task[None]] = set()
        self._results: dict[CountyRef, list[Result]] = {}
        self._tallies: dict[CountyRef, dict[UUID, _Tally]] = {}
        self._unsent: dict[CountyRef, list[Claimed]] = {}
        self._news = asyncio.Event()
        self._done = False
        # One thread each, so each keeps its connection: one claims while the other writes.
        self._claimer = ThreadPoolExecutor(1, thread_name_prefix="claims")
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="results")
        self.delivered = 0

    async def run(self, stop: asyncio.Event) -> None:
        """Sends until `stop` is set; what is on the wire then is waited for, what is not is given back."""
        async with self._client:
            writing = asyncio.create_task(self._write_batches())
            try:
                await self._claim_rounds(stop)
            finally:
                await self._finish(writing)

    async def drain(self) -> int:
        """Sends what is due now until nothing is; returns how many were delivered."""
        async with self._client:
            writing = asyncio.create_task(self._write_batches())
            try:
                for county in await self._in(self._claimer, self._counties):
                    await self._in(self._writer, partial(queue.give_up, county))
                    await self._drain(county)
            finally:
                await self._finish(writing)
        return self.delivered

    async def _drain(self, county: CountyRef) -> None:
        while True:
            idle = not self._sends  # a claim made meanwhile leaves out lanes that are busy
            claimed = await self._claim(county)
            if idle and not claimed:
                return
            if self._sends:
                await asyncio.wait(self._sends, return_when=asyncio.FIRST_COMPLETED)
            if not self._sends:
                await self._write()  # a claim must see what has failed

    # -- claiming ------------------------------------------------------------------------------

    async def _claim_rounds(self, stop: asyncio.Event) -> None:
        pause, swept = _SHORTEST_PAUSE, float("-inf")
        while not stop.is_set():
            sweeps = time.monotonic() - swept > _GIVE_UP_EVERY
            if sweeps:
                swept = time.monotonic()
            claimed = await self._claim_round(sweeps)
            pause = _SHORTEST_PAUSE if claimed else min(pause * 2, _LONGEST_PAUSE)
            try:
                await asyncio.wait_for(stop.wait(), pause)
            except TimeoutError:
                continue

    async def _claim_round(self, sweeps: bool) -> int:
        """One claim in each county; a county that fails stops no other."""
        claimed = 0
        try:
            counties = await self._in(self._claimer, self._counties)
        except Exception:
            log.exception("counties cannot be read")
            await asyncio.sleep(_AFTER_FAILURE)
            return 0
        for county in counties:
            try:
                if sweeps:
                    await self._in(self._claimer, partial(queue.give_up, county))
                claimed += await self._claim(county)
            except Exception:
                log.exception("claiming deliveries failed", county=county.slug)
                await asyncio.sleep(_AFTER_FAILURE)
        return claimed

    async def _claim(self, county: CountyRef) -> int:
        """Claims what is due in one county and starts sending it."""
        own = {key[1]: lane for key, lane in self._lanes.items() if key[0] == county.schema_name}
        busy = {endpoint_id: self._room(lane) for endpoint_id, lane in own.items()}
        room = IN_ALL - sum(len(lane.waiting) + lane.on_wire for lane in self._lanes.values())
        if room <= 0:
            return 0
        items, rows = await self._in(
            self._claimer, partial(queue.claim, county, busy=busy, fresh=FIRST, limit=room)
        )
        for endpoint_id, row in rows.items():
            self._lane(county, endpoint_id, row)
        for item in items:
            self._lanes[county.schema_name, item.endpoint_id].waiting.append(item)
        for endpoint_id in rows:
            self._pump(self._lanes[county.schema_name, endpoint_id])
        self._forget_idle(county)
        return len(items)

    def _room(self, lane: _Lane) -> int:
        return 0 if lane.open_until is not None and lane.open_until > real_now() else lane.free

    def _lane(self, county: CountyRef, endpoint_id: UUID, row: Lane) -> None:
        lane = self._lanes.get((county.schema_name, endpoint_id))
        now = real_now()
        if lane is None:
            lane = _Lane(county, row, _secrets(county, row, now), failures=row.failures)
            self._lanes[county.schema_name, endpoint_id] = lane
        elif lane.row != row or (row.previous_until is not None and row.previous_until <= now):
            lane.row, lane.secrets = row, _secrets(county, row, now)
        if not lane.on_wire:
            lane.failures = row.failures  # other processes' failures count too, and so does a clean slate
        if lane.open_until is not None and lane.open_until <= now:
            lane.open_until = None

    def _forget_idle(self, county: CountyRef) -> None:
        """Healthy lanes that have had nothing to do cost a claim nothing and need not be named."""
        if len(self._lanes) > IN_ALL:
            for key, lane in list(self._lanes.items()):
                if key[0] == county.schema_name and not lane.waiting and not lane.on_wire:
                    del self._lanes[key]

    # -- sending -------------------------------------------------------------------------------

    def _pump(self, lane: _Lane) -> None:
        """Puts what waits on the wire, as far as the lane is wide."""
        if lane.open_until is not None and lane.open_until > real_now():
            self._give_back(lane)
            return
        while lane.waiting and lane.on_wire < lane.width:
            item = lane.waiting.popleft()
            if item.lease_until - real_now() < _SPARE:
                self._unsent.setdefault(lane.county, []).append(item)
                self._news.set()
                continue
            lane.on_wire += 1
            task = asyncio.create_task(self._send(lane, item))
            self._sends.add(task)
            task.add_done_callback(self._sends.discard)

    def _give_back(self, lane: _Lane) -> None:
        if lane.waiting:
            self._unsent.setdefault(lane.county, []).extend(lane.waiting)
            lane.waiting.clear()
            self._news.set()

    async def _send(self, lane: _Lane, item: Claimed) -> None:
        """One attempt and its result."""
        at, began = real_now(), time.perf_counter()
        status: int | None = None
        error, wait = "", None
        try:
            body = item.event.body(county=lane.county.slug)
            headers = sign(lane.secrets, str(item.event.id), at, body)
            answer = await self._client.request(
                "POST",
                lane.row.url,
                headers={**headers, "Content-Type": "application/json"},
                body=body,
                timeout_seconds=TIMEOUT_SECONDS,
                max_bytes=MOST_ANSWER_BYTES,
            )
            status = answer.status
            if not 200 <= status < 300:
                error, wait = f"answered {status}", retry_after(answer.headers.get("retry-after"), at)
        except EgressRefused as refused:
            error = f"refused: {refused.reason}"
        except EgressFailed as failed:
            error = failed.reason
        except Exception:
            # A defect of ours must neither stop the lane nor lose the delivery: it is tried again.
            log.exception("sending failed", county=lane.county.slug, delivery=str(item.id))
            error = "internal error"
        took = round((time.perf_counter() - began) * 1000)
        self._conclude(lane, item, at=at, took=took, status=status, error=error[:120], wait=wait)

    def _conclude(
        self,
        lane: _Lane,
        item: Claimed,
        *,
        at: datetime,
        took: int,
        status: int | None,
        error: str,
        wait: timedelta | None,
    ) -> None:
        """Notes the result and what it means for the lane, and goes on with the lane."""
        lane.on_wire -= 1
        tally = self._tallies.setdefault(lane.county, {}).setdefault(item.endpoint_id, _Tally())
        next_at = None
        if error:
            next_at = self._failed(lane, item, tally, gone=status == 410, wait=wait)
        else:
            self.delivered += 1
            if lane.failures or tally.failures:
                tally.matters = tally.recovered = True
                tally.failures, tally.open_until = 0, lane.open_until
            lane.failures = 0
            lane.width = min(lane.width * 2, AT_ONCE)
        self._results.setdefault(lane.county, []).append(
            Result(item.id, item.endpoint_id, item.lease_until, at, took, status, error, not error, next_at)
        )
        self._news.set()
        self._pump(lane)

    def _failed(
        self, lane: _Lane, item: Claimed, tally: _Tally, *, gone: bool, wait: timedelta | None
    ) -> datetime | None:
        """When the delivery is tried again, None for never; narrows the lane, and closes it when it has
        failed too often, asked for a pause or is gone."""
        now, none = real_now(), timedelta(0)
        pause = wait_after(item.attempts + 1, dice=random.random())  # noqa: S311  # jitter, not a secret
        next_at = None if pause is None or gone else now + max(pause, wait or none)
        lane.failures += 1
        lane.width = 1
        rest = pause_after(lane.failures, dice=random.random())  # noqa: S311  # jitter, not a secret
        if rest or wait or gone:
            lane.open_until = now + max(rest or none, wait or none, _A_MOMENT)
        tally.matters = True
        tally.failures += 1
        tally.open_until = lane.open_until
        tally.gone |= gone
        if next_at is None:
            tally.dead_at = now
        if gone or next_at is None or lane.failures == BREAKS_AFTER:
            log.warning(
                "endpoint in trouble",
                county=lane.county.slug,
                endpoint=str(item.endpoint_id),
                failures=lane.failures,
                gone=gone,
                dead=next_at is None,
            )
        return next_at

    # -- writing -------------------------------------------------------------------------------

    async def _write_batches(self) -> None:
        while not self._done:
            await self._news.wait()
            await asyncio.sleep(_BATCH_SECONDS)  # what comes in the meantime shares the transaction
            await self._write()

    async def _write(self) -> None:
        """Writes everything noted so far, a transaction a county."""
        self._news.clear()
        results, self._results = self._results, {}
        tallies, self._tallies = self._tallies, {}
        unsent, self._unsent = self._unsent, {}
        for county in results.keys() | tallies.keys():
            news = [_lane_news(id_, tally) for id_, tally in tallies.get(county, {}).items() if tally.matters]
            batch = results.get(county, [])
            try:
                await self._in(self._writer, partial(queue.record, county, batch, news))
                self._leave_to_database(county, news)
            except Exception:
                # Kept for the next time. If there is none, leases run out and they are sent again, and
                # receivers know them by their id.
                log.exception("results wait to be written", county=county.slug, results=len(batch))
                self._keep(county, batch, tallies.get(county, {}))
        for county, items in unsent.items():
            try:
                await self._in(self._writer, partial(queue.release, county, items))
            except Exception:
                log.exception("deliveries wait for their lease to end", county=county.slug)

    def _keep(self, county: CountyRef, batch: list[Result], tallies: dict[UUID, _Tally]) -> None:
        self._results[county] = batch + self._results.get(county, [])
        since = self._tallies.setdefault(county, {})
        for endpoint_id, tally in tallies.items():
            since[endpoint_id] = tally.then(since[endpoint_id]) if endpoint_id in since else tally
        asyncio.get_running_loop().call_later(_AFTER_FAILURE, self._news.set)

    def _leave_to_database(self, county: CountyRef, news: Sequence[LaneNews]) -> None:
        """A pause that is written counts for every process, and ends early when the endpoint is changed
        or enabled: from here on claims heed it."""
        for item in news:
            lane = self._lanes.get((county.schema_name, item.endpoint_id))
            if lane is not None and lane.open_until == item.open_until:
                lane.open_until = None

    async def _finish(self, writing: asyncio.Task[None]) -> None:
        """Waits for what is on the wire, gives back what is not, writes the rest, closes the threads."""
        for lane in self._lanes.values():
            self._give_back(lane)
        while self._sends:
            await asyncio.wait(self._sends)
        self._done = True
        self._news.set()
        await writing
        await self._write()
        for pool in (self._claimer, self._writer):
            await self._in(pool, connections.close_all)
            pool.shutdown()

    async def _in(self, pool: ThreadPoolExecutor, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(pool, work)


def run_forever(stop: threading.Event) -> None:
    """Sends every county's deliveries until `stop` is set. The whole of `linggong deliver`."""

    async def until_stopped() -> None:
        told = asyncio.Event()
        waiting = asyncio.create_task(asyncio.to_thread(stop.wait))
        waiting.add_done_callback(lambda _: told.set())
        try:
            await Sender(lambda: directory.working()).run(told)
        finally:
            stop.set()  # whatever ended the sender: the thread that waits for it must end too

    asyncio.run(until_stopped())


def deliver_once(county: CountyRef) -> int:
    """Sends what is due in one county until nothing is; returns how many were delivered. For timers,
    tests and sites that run no sender."""

    async def once() -> int:
        return await Sender(lambda: [county]).drain()

    return asyncio.run(once())


def _secrets(county: CountyRef, row: Lane, now: datetime) -> list[str]:
    scope = county.schema_name
    live = [vault.opened_endpoint(row.secret_sealed, row=row.id, scope=scope)]
    if row.previous_sealed and row.previous_until is not None and row.previous_until > now:
        live.append(
            vault.opened_endpoint(row.previous_sealed, row=row.id, column="previous_sealed", scope=scope)
        )
    return live


def _lane_news(endpoint_id: UUID, tally: _Tally) -> LaneNews:
    return LaneNews(endpoint_id, tally.recovered, tally.failures, tally.open_until, tally.dead_at, tally.gone)
