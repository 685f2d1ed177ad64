"""Public tables of partners. Nothing personal, no secret: keys and connections are each county's own."""

from __future__ import annotations

from django.db import models

from kernel.ids import uuid7


class Insurer(models.Model):
    """An insurer that counties may connect to; see `contracts.InsurerView`."""

    code = models.CharField(max_length=40, primary_key=True)
    name = models.CharField(max_length=60)
    name_en = models.CharField(max_length=80)
    active = models.BooleanField(default=True)
    since = models.DateField()


class InsurerChange(models.Model):
    """Who registered, renamed, suspended or resumed an insurer. Append-only by privilege."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    insurer = models.ForeignKey(Insurer, on_delete=models.PROTECT, related_name="changes")
    act = models.CharField(max_length=20)
    actor = models.CharField(max_length=80)
    channel = models.CharField(max_length=10)
    detail = models.JSONField()
    request_id = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField()


class Agency(models.Model):
    """A labour agency; see `contracts.AgencyView`. A company is registered once (GB 32100)."""

    code = models.CharField(max_length=40, primary_key=True)
    name = models.CharField(max_length=60)
    name_en = models.CharField(max_length=80)
    credit_code = models.CharField(max_length=18, unique=True)
    licence = models.CharField(max_length=40)
    licence_until = models.DateField(null=True)
    active = models.BooleanField(default=True)
    since = models.DateField()


class AgencyChange(models.Model):
    """Who registered, renamed, licensed, suspended or resumed an agency. Append-only by privilege."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="changes")
    act = models.CharField(max_length=20)
    actor = models.CharField(max_length=80)
    channel = models.CharField(max_length=10)
    detail = models.JSONField()
    request_id = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField()
