"""Rules about certificates. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta

from compliance.certificates.errors import CERTIFICATE_DATES, CERTIFICATE_EXPIRED, CERTIFICATE_NUMBER

_NUMBER = re.compile(r"[A-Z0-9][A-Z0-9./()-]{3,39}\Z")
_LONGEST = timedelta(days=366 * 60)


def clean_number(value: object) -> str:
    """The certificate's number in upper case without spaces, or `certificate_number`."""
    text = value.replace(" ", "").upper() if isinstance(value, str) and value.isascii() else ""
    if not _NUMBER.match(text):
        raise CERTIFICATE_NUMBER.error(field="number")
    return text


def check_dates(issued_on: date, expires_on: date, *, today: date) -> None:
    """Raises `certificate_dates` for an impossible span, `certificate_expired` for a past one."""
    if issued_on > today:
        raise CERTIFICATE_DATES.error(field="issued_on")
    if expires_on < issued_on or expires_on - issued_on > _LONGEST:
        raise CERTIFICATE_DATES.error(field="expires_on")
    check_not_expired(expires_on, today=today)


def check_not_expired(expires_on: date, *, today: date) -> None:
    if expires_on < today:
        raise CERTIFICATE_EXPIRED.error(field="expires_on", expires_on=expires_on.isoformat())


def covers(spans: Iterable[tuple[date, date]], *, first: date, last: date) -> bool:
    """Whether the spans (both ends included) together hold every day from `first` to `last`."""
    need = first
    for start, end in sorted(spans):
        if start <= need <= end:
            if end >= last:
                return True
            need = end + timedelta(days=1)
    return False


def mask_number(number: str) -> str:
    """`T350428199001011234` -> `T3**************34`."""
    keep = 2 if len(number) > 6 else 1
    return number[:keep] + "*" * (len(number) - 2 * keep) + number[-keep:]
