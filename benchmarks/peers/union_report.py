"""The city's report without rollups: UNION ALL over every county's facts, as it is first written.

One statement. Each county's part adds up its own facts of the days that are asked for before the parts are
put together, so that only small rows travel; people are counted over all counties by their keys. It may read
every schema, which no login of this house may: that is what rollups save, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import psycopg
from psycopg import sql

_PART = """
SELECT %(id)s::uuid AS county_id,
    sum(("values"->>'orders')::bigint) FILTER (WHERE kind = 'order.published') AS orders_posted,
    sum(("values"->>'orders')::bigint) FILTER (WHERE kind = 'order.settled') AS orders_settled,
    sum(("values"->>'places')::bigint) FILTER (WHERE kind = 'order.settled') AS places_settled,
    sum(("values"->>'insured_orders')::bigint) FILTER (WHERE kind = 'order.settled') AS insured_orders,
    sum(("values"->>'wage_fen')::bigint) FILTER (WHERE kind = 'order.settled') AS wages_fen,
    sum(("values"->>'fee_fen')::bigint) FILTER (WHERE kind = 'order.settled') AS fees_fen,
    array_agg(DISTINCT person_key) FILTER (WHERE kind = 'place.paid') AS workers
FROM {schema}.kernel_fact
WHERE day BETWEEN %(first)s AND %(last)s AND kind IN ('order.published', 'order.settled', 'place.paid')
"""
_TOTAL = """
WITH parts AS MATERIALIZED ({parts})
SELECT sum(orders_posted), sum(orders_settled), sum(places_settled), sum(insured_orders), sum(wages_fen),
    sum(fees_fen), (SELECT count(DISTINCT key) FROM parts, unnest(workers) AS key)
FROM parts
"""
Row = tuple[int, ...]


def report(
    server: psycopg.Connection, counties: Sequence[tuple[str, str]], *, first: date, last: date
) -> Row:
    """Orders posted and settled, places, insured orders, wages and fees in fen, and distinct workers of the
    city. `counties` are (id, schema)."""
    parts = [
        sql.SQL(
            _PART.replace("%(id)s", "{id}").replace("%(first)s", "{first}").replace("%(last)s", "{last}")
        ).format(
            id=sql.Literal(id_),
            schema=sql.Identifier(schema),
            first=sql.Literal(first),
            last=sql.Literal(last),
        )
        for id_, schema in counties
    ]
    row = server.execute(sql.SQL(_TOTAL).format(parts=sql.SQL(" UNION ALL ").join(parts))).fetchone()
    assert row is not None
    return tuple(int(value) for value in row)
