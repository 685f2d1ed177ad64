"""What other rooms and the doors see of people. Masked; unmasked only as the answer to a reveal."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID


@dataclass(frozen=True, slots=True)
class WorkerView:
    """A worker, masked. `adult_on` is the 18th birthday: before it the law protects the worker further
    (《未成年工特殊保护规定》). `identity_id` is the login that acts for the worker, or None."""

    id: UUID
    name_masked: str
    birth_date: date
    adult_on: date
    sex: str
    person_key: str
    can_do: tuple[str, ...]
    want_to_do: tuple[str, ...]
    phone_masked: str
    registered_at: datetime
    identity_id: UUID | None


class Duty(StrEnum):
    OWNER = "owner"
    FOREMAN = "foreman"


class EmployerKind(StrEnum):
    PERSON = "person"
    COMPANY = "company"


@dataclass(frozen=True, slots=True)
class EmployerUserView:
    identity_id: UUID
    duty: Duty


@dataclass(frozen=True, slots=True)
class EmployerView:
    """An employer, masked. `credit_code` is public information and empty for a person."""

    id: UUID
    kind: EmployerKind
    display_name: str
    credit_code: str
    contact_name_masked: str
    phone_masked: str
    person_key: str
    registered_at: datetime
    users: tuple[EmployerUserView, ...]

    def duty_of(self, identity_id: UUID | None) -> Duty | None:
        return next((user.duty for user in self.users if user.identity_id == identity_id), None)


@dataclass(frozen=True, slots=True)
class RevealedWorker:
    """A worker in the clear. Never logged, stored or sent on; its repr shows nothing."""

    id: UUID
    name: str = field(repr=False)
    id_number: str = field(repr=False)
    phone: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Contact:
    """How to reach somebody, in the clear; its repr shows nothing."""

    name: str = field(repr=False)
    phone: str = field(repr=False)
