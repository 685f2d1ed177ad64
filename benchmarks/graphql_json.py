"""graphql-json: a page of a hundred orders with their places at the city's door, against json_agg.

Both are asked over HTTP, on one kept connection each, of the same single web process, in turn. Ours is all
that the door does: the session looked up, the document found by its name and measured, the county opened,
the rows read and shaped, the audit row written and committed with its fsync. The peer
(`peers/json_agg.py`) does none of that: one statement in the county's transaction, its text handed through.
Before anything is measured both answers are compared: they say the same of the same hundred orders.
"""

from __future__ import annotations

import json
import time
from datetime import timedelta
from typing import Any
from uuid import UUID

from benchmarks.city_door import Door, door, read
from benchmarks.figure import Figure, in_turn, rounded
from benchmarks.ground import site, use

COUNTY = "jiangle"
ORDERS, ROWS, PLACES = 400, 100, 2
RUNS, CALLS = 15, 20

QUERY = """
query {
  county(slug: "jiangle") {
    orders(purpose: "graphql-json", first: 100) {
      edges {
        node {
          id number state endReason trade title day startsAt endsAt headcount basis rateFen wageMaxFen
          totalFen insured basicCover publishedAt filledAt startedAt endedAt paidPlaces wagePaidFen feePaidFen
          premiumPaidFen
          places {
            id no state endReason covered basicAsked wonAt checkedInAt checkedOutAt quantity wageFen paidAt
          }
        }
      }
    }
  }
}
"""


def run() -> list[Figure]:
    with site() as env:
        use(env, "site")
        _lay_out()
        with door(env, settings="benchmarks.peers.json_agg_settings") as found:
            return [_measure(found)]


def _measure(found: Door) -> Figure:
    ours_line, peer_line = found.line(), found.line()
    query = json.dumps({"query": QUERY}).encode()

    def ours() -> float:
        return _milliseconds(found, ours_line, "/graphql/", query)

    def peer() -> float:
        return _milliseconds(found, peer_line, f"/peer/{COUNTY}/orders", b"{}")

    _compare(
        read(found.post(ours_line, "/graphql/", query)[1]),
        read(found.post(peer_line, f"/peer/{COUNTY}/orders", b"{}")[1]),
    )
    ratio, took, theirs = in_turn(ours, peer, RUNS)
    against = f"json_agg of the same rows, same process, no login and no audit ({rounded(theirs)} ms)"
    return Figure("graphql-json", rounded(ratio), 4, "lower", against, rounded(took), "ms", RUNS)


def _milliseconds(found: Door, line: Any, path: str, body: bytes) -> float:
    began = time.perf_counter()
    for _ in range(CALLS):
        status, _said = found.post(line, path, body)
        if status != 200:
            raise RuntimeError(f"{path} answered {status}")
    return (time.perf_counter() - began) * 1000 / CALLS


def _compare(ours: Any, peer: Any) -> None:
    """The same hundred orders with the same values; moments are compared without their spelling."""
    said = [edge["node"] for edge in ours["data"]["county"]["orders"]["edges"]]
    wanted = [edge["node"] for edge in peer["data"]["county"]["orders"]["edges"]]
    if len(said) != ROWS or said != wanted:
        different = next((pair for pair in zip(said, wanted, strict=False) if pair[0] != pair[1]), None)
        raise RuntimeError(f"the two do not say the same: {different}")


def _lay_out() -> None:
    """Orders that are done and paid, two places each, as rows: what they say is not what is measured."""
    from django.db import connections

    from benchmarks.orders_ground import template
    from kernel.ids import uuid7
    from orders.models import Assignment, Attendance, Order, Place
    from tenants.county import run_in_county

    with run_in_county(COUNTY) as work:
        for number in range(ORDERS):
            values = template()
            start = values["starts_at"] + timedelta(days=number)
            end = start + timedelta(hours=8)
            values |= {"id": uuid7(), "number": f"b{number}", "state": "settled", "headcount": PLACES}
            values |= {"starts_at": start, "ends_at": end, "ended_at": end, "feed_seq": number + 1}
            values["total_fen"] = PLACES * values["total_fen"]
            order = Order.objects.create(**values)
            for no in range(1, PLACES + 1):
                worker = UUID(int=number * PLACES + no)
                place = Place.objects.create(id=uuid7(), order=order, no=no, taken_by=worker)
                assignment = Assignment.objects.create(
                    id=uuid7(),
                    order=order,
                    place=place,
                    place_no=no,
                    worker_id=worker,
                    state="paid",
                    channel="app",
                    starts_at=start,
                    ends_at=end,
                    won_at=work.now,
                    undo_until=work.now,
                    wage_fen=300_00,
                    fee_fen=6_00,
                    paid_at=end,
                )
                Attendance.objects.create(
                    id=uuid7(),
                    assignment=assignment,
                    checked_in_at=start,
                    checked_in_by="bench",
                    checked_in_channel="app",
                    checked_out_at=end,
                    checked_out_by="bench",
                    checked_out_channel="app",
                )
    connections.close_all()
