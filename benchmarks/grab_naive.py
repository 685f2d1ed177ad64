"""grab-naive: 32 racers on the same order, order after order, against SELECT FOR UPDATE then UPDATE.

A racer goes on to the next order of his list when he has his answer: won, full, or busy, which is what a
worker hears while another's win is not committed; he then turns to the next order in his feed, as the
naive racer would if he were not held in the queue for the row. Nobody rolls back here, so each order that
was raced for must end with one winner: checked after each run. Counted are winners a second, read from
the tables; fsync and synchronous_commit on. Two figures, for the two ways in which a naive racer loses.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable

from benchmarks.figure import Figure, in_turn, rounded
from benchmarks.orders_ground import CLIENTS, FIRST, SERIES, Ground, ground, order_id
from benchmarks.peers import naive_grab

ORDERS = 8_000  # more than either side can give away in one run
RUNS, SECONDS = 5, 3
PEERS = {"losers roll back": naive_grab.LOSER_ROLLS_BACK, "losers commit": naive_grab.LOSER_COMMITS}

RACE = rf"""
\set order {FIRST} + :i
\set who :series + :client_id * 1000
\set it random({FIRST}, {FIRST * 9})
SELECT orders_grab('{order_id(":series", ":order")}', ':who-0000-7000-8000-:order',
    ':who-0000-7000-8000-:it', '2027-03-01T01:00Z', 'app');
\set i :i + 1
"""
# Winners of a run, and how far down the list its last winner stood: the same number, or one was left out.
WON = """
SELECT count(*), max(right(order_id::text, 12)::bigint) + 1 - %(first)s FROM {schema}.orders_place
WHERE taken_by IS NOT NULL AND order_id::text LIKE %(series)s::text || '%%'
"""
WON_NAIVELY = """
SELECT count(*), max(right(id::text, 12)::bigint) + 1 - %(first)s FROM {schema}.naive_order
WHERE taken_by IS NOT NULL AND id::text LIKE %(series)s::text || '%%'
"""


def run() -> list[Figure]:
    with ground() as on:
        on.run(naive_grab.TABLE)
        on.run("GRANT SELECT, UPDATE ON {schema}.naive_order TO PUBLIC")
        for series in range(SERIES, SERIES + len(PEERS) * (RUNS + 1)):
            on.lay_out(series, ORDERS, racing=True)
        on.settle_down()
        return [
            _measure(on, SERIES + number * (RUNS + 1), how, peer)
            for number, (how, peer) in enumerate(PEERS.items())
        ]


def _measure(on: Ground, first: int, how: str, peer: str) -> Figure:
    ratio, ours, _ = in_turn(_side(on, first, RACE, WON), _side(on, first, peer, WON_NAIVELY), RUNS)
    against = f"SELECT FOR UPDATE then UPDATE, {CLIENTS} racers on one order"
    return Figure("grab-naive", rounded(ratio), 4, "higher", against, rounded(ours), "winners/s", RUNS, how)


def _side(on: Ground, first: int, script: str, won: str) -> Callable[[], float]:
    numbers = itertools.count(first)

    def measure() -> float:
        series = next(numbers)
        on.pgbench(script, seconds=SECONDS, series=series, i=0)
        winners, reached = on.ask(won, series=series, first=FIRST)
        if not 0 < winners == reached < ORDERS:
            raise RuntimeError(f"{winners} winners of {reached} orders (of {ORDERS})")
        return float(winners / SECONDS)

    return measure
