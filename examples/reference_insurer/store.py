"""The insurer's own database: one SQLite file, so that a restart forgets nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from jwcrypto.jwk import JWK

from examples.reference_insurer.person import new_key

SCHEMA = """
CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS connection (
    county TEXT PRIMARY KEY,
    call_keys TEXT NOT NULL DEFAULT '[]',      -- the county signs its requests with these, newest first
    endpoint_keys TEXT NOT NULL DEFAULT '[]',  -- and its events with these
    inbound_keys TEXT NOT NULL DEFAULT '[]',   -- we sign what we send to it with these
    partners_url TEXT NOT NULL DEFAULT '',
    token_url TEXT NOT NULL DEFAULT '',
    client_id TEXT NOT NULL DEFAULT '',
    client_secret TEXT NOT NULL DEFAULT '',
    poll INTEGER NOT NULL DEFAULT 0,
    cursor INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS policy (
    county TEXT NOT NULL,
    policy_id TEXT NOT NULL,
    terms TEXT NOT NULL,             -- all members but `insured`; '' when its cancel came first
    person TEXT NOT NULL,            -- digest of the decrypted person
    state TEXT NOT NULL,
    on_day TEXT NOT NULL DEFAULT '',
    trade TEXT NOT NULL DEFAULT '',
    cover_fen INTEGER NOT NULL DEFAULT 0,
    medical_fen INTEGER NOT NULL DEFAULT 0,
    days INTEGER NOT NULL DEFAULT 1,
    premium_fen INTEGER NOT NULL DEFAULT 0,
    number TEXT NOT NULL DEFAULT '',
    sha256 TEXT NOT NULL DEFAULT '',
    pdf BLOB NOT NULL DEFAULT x'',
    reason TEXT NOT NULL DEFAULT '',
    refund_fen INTEGER NOT NULL DEFAULT 0,
    started INTEGER NOT NULL DEFAULT 0,
    asked INTEGER NOT NULL DEFAULT 1,   -- how often the bind came
    answer_at REAL,                     -- when a pending one is decided
    PRIMARY KEY (county, policy_id)
);
CREATE TABLE IF NOT EXISTS amendment (
    county TEXT NOT NULL,
    amendment_id TEXT NOT NULL,
    policy_id TEXT NOT NULL,
    terms TEXT NOT NULL,
    person TEXT NOT NULL,
    PRIMARY KEY (county, amendment_id)
);
CREATE TABLE IF NOT EXISTS message (
    county TEXT NOT NULL,
    channel TEXT NOT NULL,   -- call or event
    message_id TEXT NOT NULL,
    body_sha256 TEXT NOT NULL,
    at REAL NOT NULL,
    PRIMARY KEY (county, channel, message_id)
);
CREATE TABLE IF NOT EXISTS heard (   -- the county's events; applied in order of sequence
    county TEXT NOT NULL,
    id TEXT NOT NULL,
    type TEXT NOT NULL,
    subject TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    data TEXT NOT NULL,
    applied INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (county, id)
);
CREATE INDEX IF NOT EXISTS heard_subject ON heard (county, subject, sequence);
CREATE TABLE IF NOT EXISTS news (    -- our own events
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    county TEXT NOT NULL,
    id TEXT NOT NULL UNIQUE,
    type TEXT NOT NULL,
    subject TEXT NOT NULL,
    time TEXT NOT NULL,
    data TEXT NOT NULL,
    next_at REAL,            -- NULL: sent, or given up
    attempts INTEGER NOT NULL DEFAULT 0,
    told TEXT NOT NULL DEFAULT ''
);
CREATE TABLE IF NOT EXISTS claim (
    county TEXT NOT NULL,
    claim_id TEXT NOT NULL,
    reference TEXT NOT NULL,
    state TEXT NOT NULL,
    amount_fen INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (county, claim_id)
);
"""


class Store:
    """One connection, used by one event loop; every request is one transaction."""

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")
        self._db.executescript(SCHEMA)

    def close(self) -> None:
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def run(self, sql: str, *values: object) -> int:
        """Executes one statement; the number of rows it changed."""
        return self._db.execute(sql, values).rowcount

    def row(self, sql: str, *values: object) -> sqlite3.Row | None:
        found: sqlite3.Row | None = self._db.execute(sql, values).fetchone()
        return found

    def rows(self, sql: str, *values: object) -> list[sqlite3.Row]:
        return self._db.execute(sql, values).fetchall()

    def key(self) -> JWK:
        """Our private key; made at the first start and kept."""
        if (row := self.row("SELECT value FROM setting WHERE name = 'key'")) is None:
            self.run("INSERT INTO setting VALUES ('key', ?)", new_key().export_private())
            row = self.row("SELECT value FROM setting WHERE name = 'key'")
        assert row is not None
        return JWK.from_json(row["value"])

    def next_number(self) -> int:
        """1, 2, 3, … for certificates."""
        row = self.row(
            "INSERT INTO setting VALUES ('number', '1') "
            "ON CONFLICT (name) DO UPDATE SET value = CAST(value AS INTEGER) + 1 RETURNING value"
        )
        assert row is not None
        return int(row["value"])
