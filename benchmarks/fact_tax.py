"""fact-tax: what publishing loses because each order also writes facts, and a folder counts them.

Processes publish orders through the use case, each order in a county transaction of its own, with the
site's worker and beat beside them. On one side everything is as it runs; on the other `kernel.facts.record`
does nothing in the publishing processes, so that nothing is written and nothing is left to fold. The ratio is
the share of throughput that is lost. The second figure is the same without worker and beat: what writing
alone costs.
"""

from __future__ import annotations

import multiprocessing
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from multiprocessing.connection import Connection

from benchmarks.figure import Figure, rounded
from benchmarks.ground import site, use

COUNTIES = ("jiangle", "taining", "youxi", "shaxian")
PUBLISHERS, ORDERS, PAIRS = 4, 25, 11


def run() -> list[Figure]:
    with site() as env:
        use(env, "site")
        with _publishers(env) as lines:
            alone, alone_rate = _tax(lines)
            with folding(env):
                beside, beside_rate = _tax(lines)
        _all_counted()
    return [
        Figure(
            "fact-tax",
            rounded(beside),
            0.25,
            "lower",
            "publishing without facts, worker and beat running on both sides",
            rounded(beside_rate),
            "orders/s",
            PAIRS,
        ),
        Figure(
            "fact-tax",
            rounded(alone),
            0.25,
            "lower",
            "publishing without facts, nobody folds",
            rounded(alone_rate),
            "orders/s",
            PAIRS,
        ),
    ]


def _tax(lines: list[Connection]) -> tuple[float, float]:
    """The median share of throughput lost, and orders a second with facts."""
    _round(lines, facts=True), _round(lines, facts=False)  # not counted
    pairs = []
    for turn in range(PAIRS):  # neither side always goes first
        rates = {
            facts: _round(lines, facts=facts) for facts in ((True, False) if turn % 2 else (False, True))
        }
        pairs.append((rates[True], rates[False]))
    return statistics.median(1 - on / off for on, off in pairs), statistics.median(on for on, _ in pairs)


def _round(lines: list[Connection], *, facts: bool) -> float:
    """Orders a second of all publishers together."""
    began = time.perf_counter()
    for line in lines:
        line.send((facts, ORDERS))
    for line in lines:
        line.recv()
    return PUBLISHERS * ORDERS / (time.perf_counter() - began)


@contextmanager
def _publishers(env: Mapping[str, str]) -> Iterator[list[Connection]]:
    """One process each, all ready."""
    spawn = multiprocessing.get_context("spawn")
    with ExitStack() as stack:
        lines = []
        for number in range(PUBLISHERS):
            ours, theirs = spawn.Pipe()
            process = spawn.Process(
                target=_publish, args=(dict(env), COUNTIES[number % len(COUNTIES)], number, theirs)
            )
            process.start()
            theirs.close()  # then a publisher that dies is an error here, not a wait without end
            stack.callback(process.join, 30)
            stack.callback(ours.close)
            lines.append(ours)
        for line in lines:
            line.recv()
        yield lines


def _publish(env: dict[str, str], county: str, number: int, line: Connection) -> None:
    """Publishes as many orders as it is told, with or without facts, until the line is closed."""
    use(env, "site")
    from kernel import facts
    from orders.use_cases.publish_order import publish_order
    from tenants.county import run_in_county

    record = facts.record
    actor, command = _employer(county, number)
    line.send("ready")
    while True:
        try:
            on, count = line.recv()
        except EOFError:
            return
        facts.record = record if on else lambda *_args, **_more: None
        for _ in range(count):
            with run_in_county(county) as work:
                publish_order(command=command, actor=actor, now=work.now)
        line.send(count)


def _employer(county: str, number: int):  # type: ignore[no-untyped-def]  # Django is loaded by now, not above
    """An employer with money enough, and the order that he publishes again and again."""
    from datetime import timedelta

    from compliance.people.use_cases.register_employer import register_employer
    from kernel.actor import Actor, Channel
    from kernel.clock import SHANGHAI
    from kernel.ids import uuid7
    from ledger.contracts import AccountKind, Line
    from ledger.use_cases.open_account import open_account
    from ledger.use_cases.transfer import transfer
    from orders.contracts import OrderTerms, Pay, PayBasis, PublishOrder
    from tenants.county import run_in_county

    actor = Actor(
        uuid7(), frozenset({"employers:self", "orders:publish"}), frozenset({"employer_owner"}), Channel.API
    )
    with run_in_county(county) as work:
        view = register_employer(
            actor=actor,
            kind="person",
            contact_name="张三",
            phone=f"1390000{number:04d}",
            consent_version="2026-01",
            id_number=_id_number(number),
            identity_id=actor.user_id,
            now=work.now,
        )
        clearing = open_account(kind=AccountKind.CHANNEL_CLEARING, now=work.now)
        wallet = open_account(kind=AccountKind.EMPLOYER_WALLET, owner_id=view.id, now=work.now)
        transfer(lines=[Line(clearing, wallet, 10_000_000_00, "top_up", view.id)], now=work.now)
        start = work.now.astimezone(SHANGHAI).replace(hour=8, minute=0, second=0, microsecond=0)
    start += timedelta(days=2)
    terms = OrderTerms(
        trade="sorting",
        title="分拣脐橙",
        address="将乐县古镛镇",
        starts_at=start,
        ends_at=start + timedelta(hours=8),
        headcount=2,
        pay=Pay(PayBasis.LUMP, 300_00),
        insured=False,
    )
    return actor, PublishOrder(terms=terms)


def _id_number(number: int) -> str:
    """A number that passes the checksum (GB 11643) and belongs to nobody."""
    body = f"35042819850315{number:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return body + "10X98765432"[sum(w * int(d) for w, d in zip(weights, body, strict=True)) % 11]


@contextmanager
def folding(env: Mapping[str, str]) -> Iterator[None]:
    """The site's worker and beat."""
    command = [sys.executable, "-m", "linggong.cli"]
    running = [subprocess.Popen([*command, name], env={**env}) for name in ("worker", "beat")]
    try:
        yield
        if any(process.poll() is not None for process in running):
            raise RuntimeError("worker or beat ended in the middle")
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.wait(60)


def _all_counted() -> None:
    """Both sides did what they say: the orders with facts are in the figures, the others are not."""
    from orders.models import Order
    from reporting.folder import fold_all
    from reporting.models import Rollup
    from tenants import directory
    from tenants.county import run_in_county

    rounds = 2 * (PAIRS + 1)
    for number, slug in enumerate(COUNTIES[:PUBLISHERS]):
        ref = directory.by_slug(slug)
        fold_all(ref)
        with run_in_county(ref):
            orders = Order.objects.count()
        counted = sum(
            Rollup.objects.filter(county_id=ref.id, metric="orders_posted").values_list("value", flat=True)
        )
        if (orders, counted) != (2 * rounds * ORDERS, rounds * ORDERS):
            raise RuntimeError(f"publisher {number}: {orders} orders, {counted} counted")
