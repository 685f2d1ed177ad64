"""The city's trade catalogue."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from api.endpoint import Act, Answer, Call
from api.shapes import Out
from tenants.catalogue import trades


class TradeOut(Out):
    code = serializers.CharField()
    name = serializers.CharField()
    name_en = serializers.CharField()
    risk_class = serializers.IntegerField(help_text="of the sample catalogue; the rate table decides")
    certificate = serializers.CharField(allow_null=True, help_text="kind required by law, or null")


class ListTrades(Act):
    """Trades of this city.

    Open to everybody. Those with a `certificate` are restricted: only workers whose certificate of that
    kind is approved and valid on the day may take them.
    """

    tag = "catalogue"
    public = True
    gives = TradeOut
    listed = True

    def perform(self, call: Call) -> Answer:
        rows: list[Any] = sorted(trades().values(), key=lambda trade: trade.code)
        return Answer(200, self.shape(rows, call))
