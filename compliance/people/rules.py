"""Ages and other rules about people. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from compliance.people.errors import (
    CONSENT_REQUIRED,
    EMPLOYER_TOO_YOUNG,
    PURPOSE_REQUIRED,
    TRADES_TOO_MANY,
    WORKER_TOO_YOUNG,
)
from kernel.errors import INVALID_VALUE
from kernel.identifiers import clean_text, full_years

WORKING_AGE = 16  # State Council Order 364, article 2
EMPLOYER_AGE = 18  # Civil Code, articles 17 and 18
ADULT_AGE = 18
MAX_TRADES = 40
_VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,19}\Z")


def check_working_age(birth: date, on: date, *, field: str) -> None:
    """Raises `worker_too_young` below 16 completed years on the day (State Council Order 364)."""
    if full_years(birth, on) < WORKING_AGE:
        raise WORKER_TOO_YOUNG.error(field=field, minimum=WORKING_AGE)


def check_employer_age(birth: date, on: date, *, field: str) -> None:
    """Raises `employer_too_young` below 18 completed years on the day."""
    if full_years(birth, on) < EMPLOYER_AGE:
        raise EMPLOYER_TOO_YOUNG.error(field=field, minimum=EMPLOYER_AGE)


def adult_on(birth: date) -> date:
    """The day on which the person has completed 18 years; 1 March for those born on 29 February."""
    try:
        return birth.replace(year=birth.year + ADULT_AGE)
    except ValueError:
        return date(birth.year + ADULT_AGE, 3, 1)


def check_consent(version: object) -> str:
    """The version of the privacy notice agreed to, or `consent_required`."""
    if not isinstance(version, str) or not _VERSION.match(version):
        raise CONSENT_REQUIRED.error(field="consent_version")
    return version


def check_purpose(purpose: object) -> str:
    """Why somebody looks, for the audit row, or `purpose_required`."""
    text = clean_text(purpose, "purpose", 200) if isinstance(purpose, str) else ""
    if not text:
        raise PURPOSE_REQUIRED.error(field="purpose")
    return text


def trade_codes(codes: Iterable[object], *, field: str) -> tuple[str, ...]:
    """The codes once each, sorted; whether they exist is the catalogue's to say."""
    if isinstance(codes, str | bytes):
        raise INVALID_VALUE.error(field=field, reason="list")
    listed = list(codes)
    if len(listed) > MAX_TRADES:
        raise TRADES_TOO_MANY.error(field=field, maximum=MAX_TRADES)
    if not all(isinstance(code, str) for code in listed):
        raise INVALID_VALUE.error(field=field, reason="text")
    return tuple(sorted({str(code) for code in listed}))
