"""webhook-rate: deliveries a second through the whole path, and what dead endpoints cost the others.

The path: rows in PostgreSQL (fsync and synchronous_commit on), claimed by `linggong deliver` in a process
of its own, signed, posted over HTTP to a receiver in another process on this machine that verifies each,
and written back as delivered. Nothing may be lost in any run.

The second figure tells events at a steady pace to 20 partners. 14 have a healthy endpoint; the other 6 have
a dead one (3 refuse the connection, 3 accept it and never answer) or, on the other side, none, so that the
healthy ones have the same to do and only what the dead ones cost differs. Compared is their 95th percentile
from commit to receipt. Endpoints are new each time, so the first failures count.
"""

from __future__ import annotations

import json
import signal
import statistics
import subprocess
import sys
import time
import urllib.request
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from benchmarks.figure import Figure, p95, rounded
from benchmarks.ground import site, use

COUNTY = "jiangle"
ENDPOINTS, EVENTS, RATE_RUNS = 20, 400, 3
DEAD, SECONDS, PER_SECOND, BATCH, PAIRS = 6, 6, 200, 4, 5
TYPE = "cn.linggong.webhook.test.v1"


@dataclass(frozen=True)
class Peer:
    """The receiver's addresses."""

    port: int
    silent: int

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def ask(self, method: str, path: str, body: object = None) -> Any:
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(self.url(path), data=data, method=method)
        with urllib.request.urlopen(request, timeout=30) as answer:
            text = answer.read()
        return json.loads(text) if text else None


def run() -> list[Figure]:
    with site() as env, _receiver() as peer:
        use(env, "site")
        rates = [_rate(env, peer) for _ in range(RATE_RUNS)]
        with _sender(env):
            _latency(peer, dead=False)  # not counted
            pairs = [(_latency(peer, dead=True), _latency(peer, dead=False)) for _ in range(PAIRS)]
    rate = statistics.median(rates)
    ratio = statistics.median(dead / none for dead, none in pairs)
    with_dead = statistics.median(dead for dead, _ in pairs)
    share = f"the same without the {DEAD} of {ENDPOINTS} endpoints that are dead"
    return [
        Figure(
            "webhook-rate", rounded(rate), 600, "higher", "the bar itself", rounded(rate), "1/s", RATE_RUNS
        ),
        Figure("webhook-rate", rounded(ratio), 1.3, "lower", share, rounded(with_dead), "ms p95", PAIRS),
    ]


def _rate(env: Mapping[str, str], peer: Peer) -> float:
    """Deliveries a second from the first receipt until the last row is written."""
    partner = f"rate{uuid.uuid4().hex[:8]}"
    _endpoints(peer, {f"{partner}-{number}": partner for number in range(ENDPOINTS)})
    peer.ask("DELETE", "/got")
    for _ in range(EVENTS // 50):
        _tell([partner] * 50)
    total = ENDPOINTS * EVENTS
    with _sender(env):
        while _delivered(partner) < total:
            time.sleep(0.02)
        done = time.time()
    got = _received(peer)
    if len(got) != total:
        raise RuntimeError(f"{total - len(got)} of {total} deliveries were lost")
    return total / (done - min(got.values()))


def _latency(peer: Peer, *, dead: bool) -> float:
    """Milliseconds, 95th percentile, from commit to receipt at the endpoints that are always healthy."""
    names = [f"lag{number}-{uuid.uuid4().hex[:8]}" for number in range(ENDPOINTS)]
    healthy = set(names[DEAD:])
    _endpoints(peer, {name: name for name in healthy})
    if dead:
        urls = {
            name: f"http://127.0.0.1:{peer.silent if number % 2 else 1}/{name}"
            for number, name in enumerate(names[:DEAD])
        }
        _endpoints(peer, {name: name for name in urls}, urls)
    peer.ask("DELETE", "/got")
    told: dict[str, float] = {}
    began = time.time()
    for step in range(SECONDS * PER_SECOND // BATCH):
        to = [names[(step * BATCH + place) % ENDPOINTS] for place in range(BATCH)]
        ids = _tell(to)
        at = time.time()
        told.update({f"{name} {id_}": at for name, id_ in zip(to, ids, strict=True) if name in healthy})
        time.sleep(max(0.0, began + (step + 1) * BATCH / PER_SECOND - time.time()))
    deadline = time.time() + 60
    got = _received(peer)
    while not told.keys() <= got.keys():
        if time.time() > deadline:
            raise RuntimeError(f"{len(told.keys() - got.keys())} of {len(told)} deliveries were lost")
        time.sleep(0.1)
        got = _received(peer)
    _retire(names)
    return p95([(got[key] - at) * 1000 for key, at in told.items()])


def _received(peer: Peer) -> dict[str, float]:
    answer = peer.ask("GET", "/got")
    if answer["bad"]:
        raise RuntimeError(f"{answer['bad']} messages came with a bad signature")
    got: dict[str, float] = answer["got"]
    return got


def _endpoints(peer: Peer, partners: Mapping[str, str], urls: Mapping[str, str] | None = None) -> None:
    """One endpoint a name, each of its partner."""
    from kernel.actor import SYSTEM
    from tenants.county import run_in_county
    from webhooks.use_cases.register_endpoint import register_endpoint

    secrets = {}
    with run_in_county(COUNTY) as work:
        for name, partner in partners.items():
            url = (urls or {}).get(name, peer.url(f"/e/{name}"))
            _, secrets[name] = register_endpoint(partner=partner, url=url, actor=SYSTEM, now=work.now)
    peer.ask("PUT", "/secrets", secrets)


def _tell(partners: list[str]) -> list[uuid.UUID]:
    """One event each, in one transaction."""
    from kernel.ids import uuid7
    from tenants.county import run_in_county
    from webhooks.stream import tell

    with run_in_county(COUNTY) as work:
        return [
            tell(
                partner=partner,
                type=TYPE,
                subject=uuid7(),
                data={"endpoint_id": str(uuid7())},
                now=work.now,
            )
            for partner in partners
        ]


def _delivered(partner: str) -> int:
    from tenants.county import run_in_county
    from webhooks.models import Delivery

    with run_in_county(COUNTY):
        return int(Delivery.objects.filter(endpoint__partner=partner, delivered_at__isnull=False).count())


def _retire(partners: list[str]) -> None:
    """Switches a round's endpoints off, so that the next one is alone."""
    from kernel.actor import SYSTEM
    from tenants.county import run_in_county
    from webhooks.selectors import endpoints
    from webhooks.use_cases.disable_endpoint import disable_endpoint

    with run_in_county(COUNTY) as work:
        for partner in partners:
            for view in endpoints(partner):
                disable_endpoint(partner=partner, endpoint_id=view.id, actor=SYSTEM, now=work.now)


@contextmanager
def _sender(env: Mapping[str, str]) -> Iterator[None]:
    process = subprocess.Popen([sys.executable, "-m", "linggong.cli", "deliver"], env={**env})
    try:
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        if process.wait(60):
            raise RuntimeError("the sender did not end well")


@contextmanager
def _receiver() -> Iterator[Peer]:
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.peers.webhook_receiver"], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        port, silent = process.stdout.readline().split()
        yield Peer(int(port), int(silent))
    finally:
        process.terminate()
        process.wait(30)
