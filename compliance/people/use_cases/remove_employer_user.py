from __future__ import annotations

from datetime import datetime
from uuid import UUID

from compliance.people.contracts import Duty, EmployerView
from compliance.people.errors import EMPLOYER_LAST_OWNER, EMPLOYER_USER_NOT_FOUND
from compliance.people.models import Employer, EmployerUser
from compliance.people.selectors import employer_for, employer_view
from kernel import audit
from kernel.actor import Actor


def remove_employer_user(
    *, actor: Actor, employer_id: UUID | None, identity_id: UUID, now: datetime
) -> EmployerView:
    """Ends a login's acting for the employer, at once. By an owner, or a hall. One owner stays.

    Raises `employer_user_not_found`, `employer_last_owner`, `employer_duty`, `employer_not_found`.
    """
    actor.require("employers:self")
    chosen = employer_for(actor, employer_id, "publish")
    employer = Employer.objects.select_for_update().get(id=chosen.id)  # owners leave one at a time
    users = list(EmployerUser.objects.filter(employer=employer))
    leaving = next((user for user in users if user.identity_id == identity_id), None)
    if leaving is None:
        raise EMPLOYER_USER_NOT_FOUND.error(field="identity_id")
    owners = [user for user in users if user.duty == Duty.OWNER]
    if leaving.duty == Duty.OWNER and len(owners) == 1:
        raise EMPLOYER_LAST_OWNER.error(field="identity_id")
    leaving.delete()
    audit.record(
        actor,
        "employer.user_removed",
        subject=employer.id,
        purpose="delegation",
        now=now,
        detail={"identity_id": str(identity_id)},
    )
    return employer_view(employer.id)
