"""Opening a county: schema, role, tables and directory row in one transaction, as the owner."""

from __future__ import annotations

import re
from datetime import date, datetime

from django.db import connection, transaction

from kernel.actor import SYSTEM, Actor
from kernel.grants import county_role, role
from tenants import snapshot
from tenants.directory import RESERVED_SEGMENTS
from tenants.models import City, County, CountyChange, Designation, Domain, RetiredCode, Trade
from tenants.provision_data import SANDBOX, CountySpec, sanming, trade_rows

__all__ = ["SANDBOX", "CountySpec", "check", "provision", "sanming", "seed_public"]

_LOCK = 5_011_204  # one provisioning at a time on a server: role grants conflict otherwise


def check(spec: CountySpec) -> str | None:
    """What is wrong with a county that a person asks for, in words, or None."""
    if not re.fullmatch(r"[1-9][0-9]{5}", spec.code):
        return f"{spec.code!r} is not a six-digit division code"
    if not re.fullmatch(r"[a-z][a-z0-9-]{1,30}", spec.slug) or spec.slug in RESERVED_SEGMENTS:
        return f"{spec.slug!r} cannot be the first part of an address"
    taken = County.objects.filter(slug=spec.slug).exclude(schema_name=spec.schema).exists()
    if taken:
        return f"{spec.slug!r} is another county's"
    if min(spec.min_wage_month_fen, spec.min_wage_hour_fen) < 1:
        return "minimum wages are whole numbers of fen above 0"
    return None


def seed_public(*, now: datetime) -> City:
    """The city and its trade catalogue. Safe to run again: new trades are added, known ones updated."""
    city, _ = City.objects.get_or_create(
        code="350400", defaults={"slug": "sanming", "name": "三明市", "name_en": "Sanming City"}
    )
    for row in trade_rows():
        Trade.objects.update_or_create(
            code=row["trade"],
            defaults={
                "name": row["name"],
                "name_en": row["name_en"],
                "risk_class": int(row["risk_class"]),
                "certificate": row["certificate"],
            },
        )
    return city


def provision(
    spec: CountySpec,
    *,
    city: City,
    now: datetime,
    since: date,
    sql: str | None = None,
    opens_on: date | None = None,
    by: Actor = SYSTEM,
) -> bool:
    """Opens the county unless it exists already; tells whether it did. Before `opens_on` it takes neither
    orders nor registrations.

    `sql` is the snapshot to replay, by default the committed one; an empty text makes the schema and
    role only, for the migrations to fill. All or nothing.
    """
    if County.objects.filter(schema_name=spec.schema).exists():
        return False
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        county = _directory_rows(spec, city=city, now=now, since=since, opens_on=opens_on)
        detail = {} if opens_on is None else {"opens_on": opens_on.isoformat()}
        CountyChange.objects.create(
            county=county,
            act="opened",
            actor=by.key,
            channel=by.channel,
            detail=detail,
            request_id=by.request_id,
            at=now,
        )
        cursor.execute(_role_and_schema(spec.schema))
        text = snapshot.FILE.read_text(encoding="utf-8") if sql is None else sql
        if text:
            cursor.execute("SET LOCAL check_function_bodies = off")
            cursor.execute(snapshot.for_county(text, schema=spec.schema))
    return True


def _directory_rows(
    spec: CountySpec, *, city: City, now: datetime, since: date, opens_on: date | None
) -> County:
    county: County = County.objects.create(
        city=city,
        schema_name=spec.schema,
        role_name=county_role(spec.schema),
        slug=spec.slug,
        sandbox=spec.sandbox,
        min_wage_month_fen=spec.min_wage_month_fen,
        min_wage_hour_fen=spec.min_wage_hour_fen,
        opened_at=now,
        opens_on=opens_on,
    )
    Designation.objects.create(
        county=county, code=spec.code, name=spec.name, name_en=spec.name_en, valid_from=since
    )
    RetiredCode.objects.bulk_create(RetiredCode(code=code, county=county) for code in spec.retired_codes)
    Domain.objects.create(tenant=county, domain=spec.host or f"{spec.slug}.localhost", is_primary=True)
    return county


def _role_and_schema(schema: str) -> str:
    """Names are made of a six-digit code and the installation's prefix, never of users' input."""
    mine = county_role(schema)
    return (
        f"DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{mine}') "
        f'THEN CREATE ROLE "{mine}" NOLOGIN; END IF; END $$;'
        f'GRANT "{role("counties")}" TO "{mine}" WITH INHERIT TRUE, SET FALSE;'
        f'GRANT "{mine}" TO "{role("county")}" WITH INHERIT FALSE, SET TRUE;'
        f'CREATE SCHEMA "{schema}";'
        f'GRANT USAGE ON SCHEMA "{schema}" TO "{mine}", "{role("folder")}";'
    )
