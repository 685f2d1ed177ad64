"""Public tables of the city's figures. The folder writes them, the city login reads them. The county
is an id without a foreign key, for rows come from the county's own schema."""

from __future__ import annotations

from django.db import models

from kernel.ids import uuid7


class Rollup(models.Model):
    """The sum of one metric over one county, day, trade, town and station."""

    county_id = models.UUIDField()
    day = models.DateField()
    trade = models.CharField(max_length=40)
    town = models.CharField(max_length=40, default="")
    station = models.CharField(max_length=40)
    metric = models.CharField(max_length=40)
    value = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["county_id", "day", "trade", "town", "station", "metric"], name="rollup_once"
            )
        ]


class PersonDay(models.Model):
    """That somebody counted in a role on a day. Distinct people do not add up, so they are kept one
    by one, under a key that names nobody (`kernel.crypto.person_key`)."""

    county_id = models.UUIDField()
    day = models.DateField()
    trade = models.CharField(max_length=40)
    person_key = models.CharField(max_length=32)
    role = models.CharField(max_length=20)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["county_id", "day", "role", "trade", "person_key"], name="person_day_once"
            )
        ]
        indexes = [models.Index(fields=["role", "day"], name="person_day_of_city")]


class MonthRollup(models.Model):
    """Rollups of a county summed over a month, towns and stations, written beside them: a page of counties
    over years reads a few rows each."""

    metric = models.CharField(max_length=40)
    county_id = models.UUIDField()
    month = models.DateField()
    trade = models.CharField(max_length=40)
    value = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["metric", "county_id", "month", "trade"], name="month_rollup_once"
            )
        ]


class CityDelta(models.Model):
    """What one fold added to the city's sums and nobody has merged yet. Appended by every county's folder,
    so that no row of the city's is hot; taken away by `city_folder.fold_city`."""

    day = models.DateField()
    trade = models.CharField(max_length=40)
    metric = models.CharField(max_length=40)
    value = models.BigIntegerField()


class CityRollup(models.Model):
    """The sum of one metric over all counties but sandboxes, a day and a trade; exact together with the
    unmerged `CityDelta` rows."""

    metric = models.CharField(max_length=40)
    day = models.DateField()
    trade = models.CharField(max_length=40)
    value = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["metric", "day", "trade"], name="city_rollup_once"),
        ]


class CityMonthRollup(models.Model):
    """The same over whole months."""

    metric = models.CharField(max_length=40)
    month = models.DateField()
    trade = models.CharField(max_length=40)
    value = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["metric", "month", "trade"], name="city_month_rollup_once"),
        ]


class PersonMonth(models.Model):
    """That somebody counted in a role in a month anywhere in the city, and in how many person-days. The
    first of them adds one to the month's people, the last one taken away takes it off: people of whole
    months then add up like any other sum, though nobody is counted twice. Rows of 0 days are only passing."""

    role = models.CharField(max_length=20)
    month = models.DateField()
    person_key = models.CharField(max_length=32)
    days = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["role", "month", "person_key"], name="person_month_once"),
            models.CheckConstraint(condition=models.Q(days__gte=0), name="person_month_days"),
        ]


class PersonEver(models.Model):
    """The same over all time."""

    role = models.CharField(max_length=20)
    person_key = models.CharField(max_length=32)
    days = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["role", "person_key"], name="person_ever_once"),
            models.CheckConstraint(condition=models.Q(days__gte=0), name="person_ever_days"),
        ]


class Target(models.Model):
    """What the city set out to reach: one metric of a county, or of the whole city (no county), in a month
    or a year that begins on `starts`. Changed only by `set_target`."""

    metric = models.CharField(max_length=40)
    county_id = models.UUIDField(null=True)
    span = models.CharField(max_length=5)
    starts = models.DateField()
    value = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["metric", "county_id", "span", "starts"], name="target_once", nulls_distinct=False
            )
        ]


class TargetChange(models.Model):
    """Who set which target to what, and when; `value` is None where it was taken away. Append-only."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    metric = models.CharField(max_length=40)
    county_id = models.UUIDField(null=True)
    span = models.CharField(max_length=5)
    starts = models.DateField()
    before = models.BigIntegerField(null=True)
    value = models.BigIntegerField(null=True)
    actor = models.CharField(max_length=80)
    channel = models.CharField(max_length=10)
    request_id = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["metric", "starts"], name="target_change_of")]


class Freshness(models.Model):
    """How far a county's facts are folded. `folded_at` is real time, so that a folder that stands still
    shows; `last_fact_recorded_at` is the market's."""

    county_id = models.UUIDField(primary_key=True)
    folded_at = models.DateTimeField()
    last_fact_recorded_at = models.DateTimeField(null=True)
    backlog = models.BigIntegerField()
