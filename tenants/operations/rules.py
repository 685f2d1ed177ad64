"""What a county may be called and when it may begin. Pure."""

from __future__ import annotations

import re
from datetime import date, timedelta

from tenants.directory import RESERVED_SEGMENTS
from tenants.operations.errors import (
    COUNTY_CODE_INVALID,
    COUNTY_DAY_FAR,
    COUNTY_DAY_PAST,
    COUNTY_SLUG_INVALID,
)

FARTHEST = timedelta(days=3 * 366)

_SLUG = re.compile(r"[a-z][a-z0-9-]{1,30}")
_CODE = re.compile(r"[1-9][0-9]{5}")


def check_slug(slug: str) -> str:
    """The first part of a county's addresses, or `county_slug_invalid`."""
    if not _SLUG.fullmatch(slug) or slug in RESERVED_SEGMENTS:
        raise COUNTY_SLUG_INVALID.error(field="slug")
    return slug


def check_code(code: str, *, city: str) -> str:
    """A division code (GB/T 2260) of the city whose own code is `city`: the first four digits are the
    city's. Raises `county_code_invalid`."""
    prefix = city[:4]
    if not _CODE.fullmatch(code) or not code.startswith(prefix) or code == city:
        raise COUNTY_CODE_INVALID.error(field="code", prefix=prefix)
    return code


def check_day(day: date, *, today: date, field: str) -> date:
    """A Shanghai day on which something of a county begins: today or later, within three years."""
    if day < today:
        raise COUNTY_DAY_PAST.error(field=field, today=today.isoformat())
    if day > today + FARTHEST:
        raise COUNTY_DAY_FAR.error(field=field, last=(today + FARTHEST).isoformat())
    return day
