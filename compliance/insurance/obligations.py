"""What of cover must have ended before a county closes. Counts in the open county."""

from __future__ import annotations

from compliance.insurance.models import Amendment, Policy
from compliance.insurance.states import WAITING, AmendmentState, PolicyState
from tenants.operations.obligations import Obligation

_OPEN = [state.value for state in WAITING | {PolicyState.ISSUED, PolicyState.ACTIVE}]


def _covers() -> tuple[int, None]:
    asked = Amendment.objects.filter(state=AmendmentState.ASKED).count()
    return Policy.objects.filter(state__in=_OPEN).count() + asked, None


OBLIGATIONS = (Obligation("covers", "未终止的保障", "Cover that is asked for or in force", _covers),)
