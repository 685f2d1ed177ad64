"""What claims cost by the day worked, for loss ratios of one open county."""

from __future__ import annotations

from datetime import date

from django.db.models import Sum

from compliance.claims.models import Claim


def accepted_by_trade(first: date, last: date, insurer: str | None = None) -> dict[str, int]:
    """Fen that insurers accepted, paid or not, by trade, of claims under policies for work on the days."""
    rows = Claim.objects.filter(on__gte=first, on__lte=last, accepted_fen__isnull=False)
    if insurer is not None:
        rows = rows.filter(insurer=insurer)
    grouped = rows.values("trade").annotate(fen=Sum("accepted_fen")).order_by("trade")
    return {row["trade"]: int(row["fen"]) for row in grouped}
