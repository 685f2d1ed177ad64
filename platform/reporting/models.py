"""Public tables of the city's figures. The folder writes them, the city login reads them. The county
is an id without a foreign key, for rows come from the county's own schema."""

from __future__ import annotations

from django.db import models


class Rollup(models.Model):
    """The sum of one metric over one county, day, trade and station."""

    county_id = models.UUIDField()
    day = models.DateField()
    trade = models.CharField(max_length=40)
    station = models.CharField(max_length=40)
    metric = models.CharField(max_length=40)
    value = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["county_id", "day", "trade", "station", "metric"], name="rollup_once"
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


class Freshness(models.Model):
    """How far a county's facts are folded. `folded_at` is real time, so that a folder that stands still
    shows; `last_fact_recorded_at` is the market's."""

    county_id = models.UUIDField(primary_key=True)
    folded_at = models.DateTimeField()
    last_fact_recorded_at = models.DateTimeField(null=True)
    backlog = models.BigIntegerField()
