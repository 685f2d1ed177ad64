"""What of deliveries must be over before a county closes. Counts in the open county."""

from __future__ import annotations

from tenants.operations.obligations import Obligation
from webhooks.models import WAITING, Delivery


def _deliveries() -> tuple[int, None]:
    return Delivery.objects.filter(WAITING).count(), None


OBLIGATIONS = (Obligation("deliveries", "未送达的推送", "Messages to partners on their way", _deliveries),)
