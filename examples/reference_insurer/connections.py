"""What each county has told us: keys, addresses, client. One row a county, handed in by `POST /_connect`."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from examples.reference_insurer.signing import secret_bytes
from examples.reference_insurer.store import Store

KEEP_CALLS_SECONDS = 900  # twice the tolerance and more; events are kept for good


@dataclass(frozen=True, slots=True)
class Connection:
    """Keys are `whsec_…`, newest first, two at most. Without addresses nothing is sent or polled."""

    county: str
    call_keys: tuple[str, ...] = ()
    endpoint_keys: tuple[str, ...] = ()
    inbound_keys: tuple[str, ...] = ()
    partners_url: str = ""
    token_url: str = ""
    client_id: str = ""
    client_secret: str = ""
    poll: bool = False
    cursor: int = 0


def connection(store: Store, county: str) -> Connection | None:
    row = store.row("SELECT * FROM connection WHERE county = ?", county)
    if row is None:
        return None
    values: dict[str, Any] = {key: row[key] for key in row.keys()}  # noqa: SIM118  # a Row iterates over its values
    for name in ("call_keys", "endpoint_keys", "inbound_keys"):
        values[name] = tuple(json.loads(values[name]))
    return Connection(**{**values, "poll": bool(values["poll"])})


def connections(store: Store) -> list[Connection]:
    found = (connection(store, row["county"]) for row in store.rows("SELECT county FROM connection"))
    return [one for one in found if one is not None]


def connect(store: Store, wanted: Mapping[str, Any]) -> Connection:
    """Adds a county or changes what is named of a known one. ValueError tells what is wrong."""
    known = {field.name for field in fields(Connection)}
    if strange := set(wanted) - known:
        raise ValueError(f"unknown: {', '.join(sorted(strange))}")
    county = wanted.get("county")
    if not (isinstance(county, str) and county and not county.startswith("_") and "/" not in county):
        raise ValueError("county: the county's short name")
    now = connection(store, county) or Connection(county=county)
    merged = {**asdict(now), **wanted}
    for name in ("call_keys", "endpoint_keys", "inbound_keys"):
        merged[name] = tuple(merged[name])
        for key in merged[name]:
            secret_bytes(key)
    made = Connection(**merged)
    store.run(
        "INSERT OR REPLACE INTO connection (county, call_keys, endpoint_keys, inbound_keys, partners_url,"
        " token_url, client_id, client_secret, poll, cursor) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        made.county,
        json.dumps(made.call_keys),
        json.dumps(made.endpoint_keys),
        json.dumps(made.inbound_keys),
        made.partners_url.rstrip("/"),
        made.token_url,
        made.client_id,
        made.client_secret,
        int(made.poll),
        made.cursor,
    )
    return made


def first_seen(store: Store, county: str, channel: str, message_id: str, body: bytes) -> bool:
    """Records a message; False when its id came before with another body."""
    digest = hashlib.sha256(body).hexdigest()
    if channel == "call":
        store.run("DELETE FROM message WHERE channel = 'call' AND at < ?", time.time() - KEEP_CALLS_SECONDS)
    store.run(
        "INSERT OR IGNORE INTO message VALUES (?, ?, ?, ?, ?)",
        county,
        channel,
        message_id,
        digest,
        time.time(),
    )
    row = store.row(
        "SELECT body_sha256 FROM message WHERE county = ? AND channel = ? AND message_id = ?",
        county, channel, message_id,
    )  # fmt: skip
    return row is not None and row["body_sha256"] == digest
