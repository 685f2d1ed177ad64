"""What of claims must have ended before a county closes. Counts in the open county."""

from __future__ import annotations

from compliance.claims.models import Claim
from compliance.claims.states import LIVE
from tenants.operations.obligations import Obligation


def _claims() -> tuple[int, None]:
    return Claim.objects.filter(state__in=[state.value for state in LIVE]).count(), None


OBLIGATIONS = (Obligation("claims", "未了结的理赔", "Claims that are not decided or paid", _claims),)
