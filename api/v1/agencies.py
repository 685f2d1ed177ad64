"""Labour agencies of the city, as everybody in a county may know them."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from rest_framework import serializers

from api.endpoint import Act, Call
from api.shapes import Out
from kernel.clock import business_day
from tenants.county import CountyWork
from tenants.partners.agencies import agencies


class AgencyOut(Out):
    code = serializers.CharField()
    name = serializers.CharField()
    name_en = serializers.CharField()
    credit_code = serializers.CharField(help_text="unified social credit code, GB 32100")
    licence = serializers.CharField(help_text="number of the permit for human resource services")
    licence_until = serializers.DateField(allow_null=True, help_text="its last day; null: without an end")
    active = serializers.BooleanField(help_text="false: suspended by the city")
    may_act = serializers.BooleanField(help_text="neither suspended nor past its permit today")
    since = serializers.DateField()


class ListAgencies(Act):
    """Every labour agency that the city registered, and whether it may act today."""

    tag = "agencies"
    gives = AgencyOut
    listed = True

    def act(self, work: CountyWork, call: Call) -> Any:
        today = business_day(work.now)
        return [{**asdict(view), "may_act": view.may_act(today)} for view in agencies()]
