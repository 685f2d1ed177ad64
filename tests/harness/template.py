"""Builds the template database: `tables` as the owner, then `seeds` as the running site would."""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime

import django

SINCE = date(2025, 4, 1)


def tables() -> None:
    from tenants import snapshot
    from tenants.migrate import applied_in, migrate_county, migrate_public
    from tenants.provision import SANDBOX, provision, sanming, seed_public

    migrate_public()
    now = datetime.now(UTC)
    city = seed_public(now=now)
    first, *others = [*sanming(), SANDBOX]
    text = snapshot.FILE.read_text(encoding="utf-8") if snapshot.FILE.exists() else ""
    if not snapshot.is_fresh(text):
        # While migrations are being written the committed text lags; tests/tenants compares the two.
        provision(first, city=city, now=now, since=SINCE, sql="")
        migrate_county(first.schema)
        text = snapshot.from_dump(
            pg_dump(first.schema), schema=first.schema, applied=sorted(applied_in(first.schema))
        )
    for spec in (first, *others):
        provision(spec, city=city, now=now, since=SINCE, sql=text)


def pg_dump(schema: str) -> str:
    from linggong.dump import dump_schema

    return dump_schema(schema)


def seeds() -> None:
    from linggong.seeds import seed_all

    seed_all(since=SINCE, now=datetime.now(UTC))


if __name__ == "__main__":
    django.setup()
    {"tables": tables, "seeds": seeds}[sys.argv[1]]()
