"""The door to an insurer. Every adapter stands behind the same protocol.

All calls are made outside any transaction, may be repeated, and must then answer as the first time: the
policy's id, or the amendment's, is the key of idempotency.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol, cast
from uuid import UUID

from django.conf import settings
from django.utils.module_loading import import_string

from compliance.insurance.contracts import Change, Payer
from compliance.rates.contracts import Layer, Starts


@dataclass(frozen=True, slots=True)
class Link:
    """Where and with which secrets an insurer is called. `secrets` are the live call keys, newest first."""

    insurer: str
    county: str
    base_url: str
    secrets: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class BindRequest:
    """Amounts in fen. `insured` is the worker's id, meaningless outside the county; `insured_jwe` is the
    person, encrypted to the insurer's key, or empty for an adapter that calls nobody."""

    policy_id: UUID
    order_id: UUID
    county: str
    product: str
    layer: Layer
    payer: Payer
    table_version: int
    level: str
    trade: str
    risk_class: int
    heads: int
    on: date
    days: int
    starts: Starts
    premium_fen: int
    death_disability_cover_fen: int
    medical_cover_fen: int
    requested_at: datetime
    insured: UUID
    insured_jwe: str = field(repr=False, default="")


@dataclass(frozen=True, slots=True)
class AmendRequest:
    """`days` and `premium_fen` are the new totals; `insured_jwe` is the new person, empty for a day added."""

    policy_id: UUID
    amendment_id: UUID
    county: str
    change: Change
    days: int
    premium_fen: int
    insured: UUID
    insured_jwe: str = field(repr=False, default="")


@dataclass(frozen=True, slots=True)
class CancelRequest:
    """`certificate_number` is empty when the insurer's answer to the binding never arrived."""

    policy_id: UUID
    county: str
    certificate_number: str
    reason: str


class Decision(StrEnum):
    ISSUED = "issued"
    PENDING = "pending"
    REFUSED = "refused"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class BindAnswer:
    """An insurer's decision.

    ISSUED carries the number, the announced SHA-256 (64 hex digits) and premium, and the certificate's
    bytes, or None where they are still to be fetched. `covers_from` is set only when cover begins later
    than the product says. REFUSED carries a code as `reason`.
    """

    state: Decision
    certificate_number: str = ""
    certificate_sha256: str = ""
    certificate: bytes | None = field(repr=False, default=None)
    premium_fen: int = 0
    covers_from: datetime | None = None
    reason: str = ""
    refund_fen: int = 0


@dataclass(frozen=True, slots=True)
class CancelAnswer:
    refund_fen: int


class InsurerUnavailable(Exception):
    """No answer, or none that counts. Nothing is known; ask again with the same id. The text names the
    fault without anybody's data."""


class UnknownToInsurer(Exception):
    """The insurer has never heard of the policy: it has to be asked anew."""


class InsurerPort(Protocol):
    """`wants_person`: whether the request carries the person. All but the constructor raise
    InsurerUnavailable."""

    wants_person: bool

    def __init__(self, link: Link) -> None:
        """Calls nobody yet."""

    def bind(self, request: BindRequest) -> BindAnswer:
        """The insurer's decision about a new policy."""

    def poll(self, policy_id: UUID) -> BindAnswer:
        """What has been decided meanwhile. Raises UnknownToInsurer."""

    def amend(self, request: AmendRequest) -> BindAnswer:
        """The decision about a change of an issued policy."""

    def cancel(self, request: CancelRequest) -> CancelAnswer:
        """Ends a policy; one it never heard of is no fault."""

    def ping(self) -> None:
        """Whether the insurer answers at all, to us."""


def adapters() -> tuple[str, ...]:
    """Names of the adapters of this installation."""
    return tuple(sorted(settings.LINGGONG_INSURER_ADAPTERS))


def insurer_port(adapter: str, link: Link) -> InsurerPort:
    """The adapter of that name, for one insurer in one county."""
    made = cast("type[InsurerPort]", import_string(settings.LINGGONG_INSURER_ADAPTERS[adapter]))
    return made(link)
