"""Tables of one county's insurance. Rate lines and occupation maps are append-only by privilege."""

from __future__ import annotations

from django.db import models

from compliance.insurance.states import LIVE, PolicyState, TableState
from kernel.db import CountyModel


class Product(CountyModel):
    """What is sold. The premium unit of every product is a person and an order of up to one day."""

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=60)
    name_en = models.CharField(max_length=80)
    insurer = models.CharField(max_length=40)


class RateTable(CountyModel):
    """A version of a product's rates. The role may change nothing of it but its state."""

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="tables")
    version = models.PositiveIntegerField()
    effective_from = models.DateField()
    state = models.CharField(max_length=12, choices=[(s.value, s.value) for s in TableState])
    source = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    drafted_at = models.DateTimeField()
    drafted_by = models.CharField(max_length=80)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["product", "version"], name="rate_table_version_once")]


class RateRow(CountyModel):
    table = models.ForeignKey(RateTable, on_delete=models.PROTECT, related_name="rows")
    risk_class = models.PositiveSmallIntegerField()
    premium_fen = models.BigIntegerField()
    death_disability_cover_fen = models.BigIntegerField()
    medical_cover_fen = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["table", "risk_class"], name="rate_row_once"),
            models.CheckConstraint(
                condition=models.Q(premium_fen__gt=0, risk_class__gte=1), name="rate_row_positive"
            ),
        ]


class OccupationClass(CountyModel):
    """The insurer's own class of a trade in one table; 0 is not insurable."""

    table = models.ForeignKey(RateTable, on_delete=models.PROTECT, related_name="occupations")
    trade = models.CharField(max_length=40)
    risk_class = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["table", "trade"], name="occupation_once")]


class Policy(CountyModel):
    """Cover of one person for one assignment. Holds ids of other rooms, no names or numbers.

    `requested_at` to `ended_at` are market time; `first_asked_at` and `asked_at` are real time, for
    a partner's silence is measured by the wall clock whatever day the market plays.
    """

    assignment_id = models.UUIDField()
    order_id = models.UUIDField(db_index=True)
    worker_id = models.UUIDField()
    trade = models.CharField(max_length=40)
    on = models.DateField()
    table = models.ForeignKey(RateTable, on_delete=models.PROTECT, related_name="+")
    risk_class = models.PositiveSmallIntegerField()
    premium_fen = models.BigIntegerField()
    death_disability_cover_fen = models.BigIntegerField()
    medical_cover_fen = models.BigIntegerField()
    state = models.CharField(max_length=12, choices=[(s.value, s.value) for s in PolicyState])
    certificate_number = models.CharField(max_length=64, blank=True)
    refusal_reason = models.CharField(max_length=100, blank=True)
    refund_fen = models.BigIntegerField(default=0)
    requested_at = models.DateTimeField()
    bound_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    first_asked_at = models.DateTimeField()
    asked_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["assignment_id", "on"],
                condition=models.Q(state__in=sorted(state.value for state in LIVE)),
                name="policy_one_live",
            ),
            models.CheckConstraint(
                condition=models.Q(refund_fen__gte=0, refund_fen__lte=models.F("premium_fen")),
                name="policy_refund_within_premium",
            ),
        ]
        indexes = [
            models.Index(fields=["assignment_id", "id"], name="policy_assignment"),
            models.Index(fields=["asked_at"], condition=models.Q(state="requested"), name="policy_waiting"),
            models.Index(fields=["on"], condition=models.Q(state="active"), name="policy_active"),
        ]
