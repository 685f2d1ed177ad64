"""The city's report out of GraphQL, held against what the players saw."""

from __future__ import annotations

import itertools
import time
from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from rich.console import Console
from rich.table import Table

from kernel.clock import real_now
from kernel.money import yuan
from linggong.commands.demo.http import Body, Wire, ask_graphql
from linggong.commands.demo.market import Market, Stuck, Tally

_FIGURES = (
    "orders insuredOrders insuredSharePercent places insuredPlaces insuredPlacesSharePercent "
    "workers wagesFen cancelled expired noShows posted withdrawnFen fillP50Seconds fillP95Seconds"
)
QUERY = f"""
query Report($first: Date!, $last: Date!) {{
  byCounty: cityReport(first: $first, last: $last, groupBy: [COUNTY]) {{
    complete behind freshness {{ county foldedAt }} total {{ {_FIGURES} }}
    rows(first: 50) {{ county {{ slug name nameEn }} figures {{ {_FIGURES} }} }}
  }}
  byTrade: cityReport(first: $first, last: $last, groupBy: [COUNTY, TRADE]) {{
    rows(first: 500) {{ county {{ slug }} trade figures {{ orders }} }}
  }}
}}
"""


def fetch(wire: Wire, token: str, first: date, last: date, *, patience: float = 60) -> Body:
    """The report once every county's figures are complete and were folded after this moment: a fact
    of the last second is not known to be missing before a folder has looked again."""
    asked, deadline = real_now(), time.monotonic() + patience
    for pause in itertools.chain((0.2, 0.3), itertools.repeat(0.5)):
        data = ask_graphql(wire, token, QUERY, {"first": first.isoformat(), "last": last.isoformat()})
        folded = [row["foldedAt"] for row in data["byCounty"]["freshness"]]
        if data["byCounty"]["complete"] and all(datetime.fromisoformat(at) > asked for at in folded):
            return data
        if time.monotonic() > deadline:
            raise Stuck(f"figures are not complete: {', '.join(data['byCounty']['behind'])}")
        time.sleep(pause)  # the folder works in the background
    raise AssertionError


def show(console: Console, data: Body) -> None:
    # Nine columns fit an 80-column terminal only without lines between them.
    table = Table(
        *("county", "orders", "insured", "share", "places", "insured", "share", "people", "wages", "p50"),
        title="The city's report, out of GraphQL (wages in yuan, p50: time to fill)",
        title_justify="left",
        box=None,
        pad_edge=False,
        padding=(0, 1, 0, 0),
    )
    for column in table.columns:
        column.no_wrap = True
    rows = [(_name(row), row["figures"]) for row in data["byCounty"]["rows"]]
    for name, figures in [*rows, ("all", data["byCounty"]["total"])]:
        table.add_row(
            name,
            str(figures["orders"]),
            str(figures["insuredOrders"]),
            f"{figures['insuredSharePercent'] or '–'}%",
            str(figures["places"]),
            str(figures["insuredPlaces"]),
            f"{figures['insuredPlacesSharePercent'] or '–'}%",
            str(figures["workers"]),
            yuan(figures["wagesFen"]),
            f"≤{figures['fillP50Seconds']} s" if figures["fillP50Seconds"] is not None else "–",
            end_section=name == (rows[-1][0] if rows else ""),
        )
    console.print(table)


def differences(data: Body, markets: list[Market]) -> list[str]:
    """Every figure of the report that is not what the players saw, in words."""
    rows = {row["county"]["slug"]: row["figures"] for row in data["byCounty"]["rows"]}
    found = []
    for market in markets:
        found += _county(market.slug, rows.pop(market.slug, {}), market.tally)
        trades = Counter(
            {
                row["trade"]: row["figures"]["orders"]
                for row in data["byTrade"]["rows"]
                if row["county"]["slug"] == market.slug and row["figures"]["orders"]
            }
        )
        if trades != market.tally.by_trade:
            found.append(f"{market.slug}: by trade {dict(trades)}, seen {dict(market.tally.by_trade)}")
    found += [f"{slug}: in the report, though nobody played there" for slug in rows]
    total = data["byCounty"]["total"]
    for key, seen in (
        ("orders", sum(market.tally.orders for market in markets)),
        ("workers", sum(len(market.tally.workers) for market in markets)),
    ):
        if total[key] != seen:
            found.append(f"city: {key} {total[key]}, seen {seen}")
    return found


def _county(slug: str, figures: Mapping[str, Any], tally: Tally) -> list[str]:
    pairs = {
        "orders": tally.orders,
        "insuredOrders": tally.insured_orders,
        "places": tally.places,
        "insuredPlaces": tally.insured_places,
        "workers": len(tally.workers),
        "wagesFen": tally.wages_fen,
        "cancelled": tally.otherwise["cancelled"],
        "expired": tally.otherwise["expired"],
        "noShows": tally.otherwise["no_show"],
        "withdrawnFen": tally.withdrawn_fen,
    }
    return [
        f"{slug}: {key} {figures.get(key, 0)}, seen {seen}"
        for key, seen in pairs.items()
        if figures.get(key, 0) != seen
    ]


def _name(row: Body) -> str:
    return str(row["county"]["slug"])
