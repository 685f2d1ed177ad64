from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError

from compliance.people.contracts import Duty, EmployerView
from compliance.people.errors import EMPLOYER_USER_EXISTS
from compliance.people.models import EmployerUser
from compliance.people.selectors import employer_for, employer_view
from compliance.people.use_cases._shared import broke
from kernel import audit
from kernel.actor import Actor
from kernel.errors import INVALID_VALUE


def add_employer_user(
    *, actor: Actor, employer_id: UUID | None, identity_id: UUID, duty: str, now: datetime
) -> EmployerView:
    """Lets another login act for the employer, as owner or foreman. By an owner, or a hall.

    The login and its role come first (`ensure_user`, `join_county`). Raises `employer_user_exists`,
    `employer_duty`, `employer_not_found`, `invalid_value`.
    """
    actor.require("employers:self")
    employer = employer_for(actor, employer_id, "publish")
    if duty not in {Duty.OWNER, Duty.FOREMAN}:
        raise INVALID_VALUE.error(field="duty", reason="owner, foreman")
    try:
        EmployerUser.objects.create(
            employer_id=employer.id, identity_id=identity_id, duty=duty, added_at=now, added_by=actor.key
        )
    except IntegrityError as fault:
        if broke(fault, "employer_user_once"):
            raise EMPLOYER_USER_EXISTS.error(field="identity_id") from None
        raise
    audit.record(
        actor,
        "employer.user_added",
        subject=employer.id,
        purpose="delegation",
        now=now,
        detail={"identity_id": str(identity_id), "duty": str(duty)},
    )
    return employer_view(employer.id)
