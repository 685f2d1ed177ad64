"""The county's policy rows. `contracts.FIELDS` says what each value means."""

from __future__ import annotations

from django.db import models

from kernel.db import CountyModel


class CountyPolicy(CountyModel):
    """All values from `effective_from` on, until a later row. Append-only by privilege: what was in
    force on a past day can always be shown. Of two rows for the same day the later revision holds."""

    revision = models.PositiveIntegerField(unique=True)
    effective_from = models.DateField()
    published_at = models.DateTimeField()
    published_by = models.CharField(max_length=80)

    min_wage_month_fen = models.BigIntegerField()
    min_wage_hour_fen = models.BigIntegerField()
    silence_days = models.PositiveIntegerField()
    undo_minutes = models.PositiveIntegerField()
    expire_hours = models.PositiveIntegerField()
    check_in_early_minutes = models.PositiveIntegerField()
    no_show_hours = models.PositiveIntegerField()
    fee_bp = models.PositiveIntegerField()
    cancel_free_hours = models.PositiveIntegerField()
    cancel_penalty_bp = models.PositiveIntegerField()
    no_show_limit = models.PositiveIntegerField()
    no_show_window_days = models.PositiveIntegerField()
    no_show_days = models.PositiveIntegerField()
    contact_days = models.PositiveIntegerField()

    class Meta:
        indexes = [models.Index(fields=["-effective_from", "-revision"], name="policy_in_force")]
