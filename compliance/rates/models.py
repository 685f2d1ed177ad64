"""Products, rate tables and quotes of one county. Of a product the role may change only whether it is on
offer, of a table only its state and who moved it; rankings and quotes are append-only."""

from __future__ import annotations

from django.db import models

from compliance.rates.contracts import Layer, Starts
from compliance.rates.states import EVER_PUBLISHED, TableState
from kernel.db import CountyModel

_PUBLISHED = [state.value for state in sorted(EVER_PUBLISHED)]


class Product(CountyModel):
    """What an insurer sells in this county. `insurer` is its short code."""

    code = models.SlugField(max_length=40, unique=True)
    insurer = models.CharField(max_length=40)
    layer = models.CharField(max_length=10, choices=[(item.value, item.value) for item in Layer])
    name = models.CharField(max_length=60)
    name_en = models.CharField(max_length=80)
    starts = models.CharField(max_length=15, choices=[(item.value, item.value) for item in Starts])
    active = models.BooleanField(default=True)
    added_at = models.DateTimeField()
    added_by = models.CharField(max_length=80)


class Ranking(CountyModel):
    """The order in which a layer's products are asked, from a day on. Of two for one day the later
    number counts; no row is ever changed."""

    layer = models.CharField(max_length=10, choices=[(item.value, item.value) for item in Layer])
    number = models.PositiveIntegerField()
    effective_from = models.DateField()
    codes = models.JSONField()
    ranked_at = models.DateTimeField()
    ranked_by = models.CharField(max_length=80)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["layer", "number"], name="rates_ranking_once")]


class RateTable(CountyModel):
    """A version of a product's rates: one canonical JSON document and its SHA-256.

    `published_number` counts a product's publications; of two tables for one date the later counts.
    """

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="tables")
    version = models.PositiveIntegerField()
    effective_from = models.DateField()
    state = models.CharField(max_length=12, choices=[(s.value, s.value) for s in TableState])
    source = models.CharField(max_length=200)
    content = models.TextField()
    digest = models.CharField(max_length=64)
    drafted_at = models.DateTimeField()
    drafted_by = models.CharField(max_length=80)
    submitted_at = models.DateTimeField(null=True)
    submitted_by = models.CharField(max_length=80, blank=True)
    published_at = models.DateTimeField(null=True)
    published_by = models.CharField(max_length=80, blank=True)
    published_number = models.PositiveIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["product", "version"], name="rates_version_once"),
            models.UniqueConstraint(fields=["product", "published_number"], name="rates_published_once"),
            models.CheckConstraint(
                condition=~models.Q(state__in=_PUBLISHED) | models.Q(published_number__isnull=False),
                name="rates_published_has_number",
            ),
        ]
        indexes = [
            models.Index(
                fields=["product", "-effective_from", "-published_number"],
                condition=models.Q(published_number__isnull=False),
                name="rates_in_force",
            ),
        ]


class Quote(CountyModel):
    """A price that was given: what was asked, by which table it was answered, and the answer."""

    table = models.ForeignKey(RateTable, on_delete=models.PROTECT, related_name="+")
    trade = models.CharField(max_length=40)
    level = models.CharField(max_length=40)
    heads = models.PositiveIntegerField()
    days = models.PositiveIntegerField()
    on = models.DateField()
    risk_class = models.PositiveSmallIntegerField()
    premium_per_head_fen = models.BigIntegerField()
    total_fen = models.BigIntegerField()
    death_disability_cover_fen = models.BigIntegerField()
    medical_cover_fen = models.BigIntegerField()
    from_age = models.PositiveSmallIntegerField()
    to_age = models.PositiveSmallIntegerField()
    quoted_at = models.DateTimeField()
    expires_at = models.DateTimeField()
