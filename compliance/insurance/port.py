"""The door to an insurer. Real ones and the sandbox stand behind the same protocol.

Both calls are made outside any transaction, may be repeated, and must then answer as the first time:
the policy id is the idempotency key. No name or number of a person passes here; an insurer that needs
them gets them under consent, through a contract of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Protocol, cast
from uuid import UUID

from django.conf import settings
from django.utils.module_loading import import_string


@dataclass(frozen=True, slots=True)
class BindRequest:
    """Amounts in fen. `insured` is the worker's id, meaningless outside the county."""

    policy_id: UUID
    county_code: str
    product: str
    table_version: int
    trade: str
    risk_class: int
    on: date
    premium_fen: int
    death_disability_cover_fen: int
    medical_cover_fen: int
    insured: UUID


@dataclass(frozen=True, slots=True)
class BindAnswer:
    """Bound with a certificate number, or refused with a short code as reason."""

    bound: bool
    certificate_number: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class CancelRequest:
    """`certificate_number` is empty when the insurer's answer to the binding never arrived."""

    policy_id: UUID
    county_code: str
    certificate_number: str
    reason: str


class InsurerUnavailable(Exception):
    """No answer, or none that counts. Nothing is known; ask again with the same policy id."""


class InsurerPort(Protocol):
    def bind(self, request: BindRequest) -> BindAnswer:
        """The insurer's decision. Raises InsurerUnavailable."""

    def cancel(self, request: CancelRequest) -> None:
        """Ends a policy that has not started; one it never heard of is no fault. Raises
        InsurerUnavailable."""


def insurer() -> InsurerPort:
    """The insurer of `settings.LINGGONG_INSURER`."""
    return _made(settings.LINGGONG_INSURER)


@lru_cache(maxsize=8)
def _made(path: str) -> InsurerPort:
    return cast(InsurerPort, import_string(settings.LINGGONG_INSURER)())
