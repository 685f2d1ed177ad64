"""Public tables about counties and what all counties share. None holds personal data."""

from __future__ import annotations

from typing import Any

from django.db import models
from django_tenants.models import DomainMixin, TenantMixin

from kernel.ids import uuid7
from tenants.contracts import CountyState


class City(models.Model):  # type: ignore[django-manager-missing]  # django-tenants ships no types
    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=6, unique=True)
    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=40)
    name_en = models.CharField(max_length=60)


_ACTIVE = str(CountyState.ACTIVE)
_STATES = [(str(state), str(state)) for state in CountyState]


class County(TenantMixin):
    """One market. Schema, role and id are for ever; names and codes are dated (`Designation`).

    `state` is what was last decided; what holds on a day also minds `opens_on` and `succeeded_on`
    (`tenants.states.state_on`). A successor stands on its predecessors' rows: none of theirs moves.
    """

    auto_create_schema = False
    auto_drop_schema = False

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    city = models.ForeignKey(City, on_delete=models.PROTECT, related_name="counties")
    slug = models.SlugField(unique=True)
    role_name = models.CharField(max_length=63, unique=True)
    sandbox = models.BooleanField(default=False, help_text="left out of every figure")
    min_wage_month_fen = models.BigIntegerField(help_text="floor the county's first policy row starts from")
    min_wage_hour_fen = models.BigIntegerField()
    opened_at = models.DateTimeField()
    state = models.CharField(max_length=16, default=_ACTIVE, db_default=_ACTIVE, choices=_STATES)
    opens_on = models.DateField(null=True, help_text="no order or registration before; null: from the start")
    succeeded_by = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="predecessors")
    succeeded_on = models.DateField(null=True, help_text="the successor's first day")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(succeeded_by__isnull=True, succeeded_on__isnull=True)
                | models.Q(succeeded_by__isnull=False, succeeded_on__isnull=False),
                name="succession_has_its_day",
            )
        ]

    def save(self, *args: Any, **kwargs: Any) -> None:
        # The mixin asks the default connection which tenant it serves, and makes schemas; neither is ours.
        models.Model.save(self, *args, **kwargs)

    def __enter__(self) -> None:
        # The mixin keeps the previous tenant in a list shared by all threads.
        raise RuntimeError("use run_in_county")


class CountyChange(models.Model):
    """Who opened, suspended, resumed, renamed, succeeded or closed a county. Append-only by privilege."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    county = models.ForeignKey(County, on_delete=models.PROTECT, related_name="changes")
    act = models.CharField(max_length=20)
    actor = models.CharField(max_length=80)
    channel = models.CharField(max_length=10)
    detail = models.JSONField()
    request_id = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField()


class Domain(DomainMixin):
    """A host name that means one county."""


class Designation(models.Model):
    """The county's division code (GB/T 2260) and names from a date on."""

    county = models.ForeignKey(County, on_delete=models.PROTECT, related_name="designations")
    code = models.CharField(max_length=6)
    name = models.CharField(max_length=40)
    name_en = models.CharField(max_length=60)
    valid_from = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["county", "valid_from"], name="designation_once_a_day")
        ]


class RetiredCode(models.Model):
    """A code that is no longer given but still stands on people's identity cards."""

    code = models.CharField(max_length=6, primary_key=True)
    county = models.ForeignKey(County, on_delete=models.PROTECT, related_name="retired_codes")


class Trade(models.Model):
    """The city's trade catalogue."""

    code = models.SlugField(primary_key=True, max_length=40, allow_unicode=False)
    name = models.CharField(max_length=40)
    name_en = models.CharField(max_length=60)
    risk_class = models.PositiveSmallIntegerField()
    certificate = models.CharField(max_length=60, blank=True, help_text="kind required by law, or empty")


class MarketClock(models.Model):
    """The single row of the market clock; see `tenants.clock`."""

    id = models.PositiveSmallIntegerField(primary_key=True)
    anchor_market = models.DateTimeField()
    anchor_real = models.DateTimeField()
    speed_permille = models.IntegerField()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="one_market_clock")]


class SiteFact(models.Model):
    """Facts about the installation itself, such as the fingerprint of its keys."""

    name = models.CharField(primary_key=True, max_length=40)
    value = models.CharField(max_length=200)
