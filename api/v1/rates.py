"""The county's versioned rate table."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from api.endpoint import Act, Call
from api.shapes import Out, OutList
from compliance.insurance import selectors
from compliance.insurance.contracts import RateTableView
from tenants.county import CountyWork


class RateLineOut(Out):
    risk_class = serializers.IntegerField()
    premium_fen = serializers.IntegerField(help_text="a person and an order of up to one day")
    death_disability_cover_fen = serializers.IntegerField()
    medical_cover_fen = serializers.IntegerField()


class OccupationOut(Out):
    trade = serializers.CharField()
    risk_class = serializers.IntegerField(help_text="0: not insurable")


class RateTableOut(Out):
    id = serializers.UUIDField()
    product = serializers.CharField()
    version = serializers.IntegerField()
    effective_from = serializers.DateField()
    state = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]  # DRF takes declared fields off the class
    intact = serializers.BooleanField(help_text="the stored lines match the digest taken when drafted")
    lines = OutList(child=RateLineOut())
    classes = OutList(child=OccupationOut())


def _out(table: RateTableView) -> dict[str, Any]:
    classes = [{"trade": trade, "risk_class": number} for trade, number in sorted(table.classes.items())]
    names = ("id", "product", "version", "effective_from", "state", "source", "intact", "lines")
    return {**{name: getattr(table, name) for name in names}, "classes": classes}


class ListRateTables(Act):
    """Every version of the county's rate table, newest first."""

    tag = "insurance"
    scope = "orders:read"
    gives = RateTableOut
    listed = True

    def act(self, work: CountyWork, call: Call) -> list[dict[str, Any]]:
        return [_out(table) for table in selectors.rate_tables()]


class ReadRateTable(Act):
    """One version of the rate table."""

    tag = "insurance"
    scope = "orders:read"
    gives = RateTableOut

    def act(self, work: CountyWork, call: Call) -> dict[str, Any]:
        return _out(selectors.rate_table(call.path["table_id"]))
