"""What only a sandbox has: showing codes instead of sending them, and moving the market's clock."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from api.endpoint import Answer, Call, IdentityAct
from api.fields import In, Moment, Phone, Whole
from api.shapes import Out
from tenants.clock import market_now, set_market_clock
from tenants.identity.sms import sandbox_messages


class SmsIn(In):
    phone = Phone()


class SmsOut(Out):
    text = serializers.CharField()
    code = serializers.CharField(help_text="empty when the message carries none")
    at = serializers.DateTimeField()


class ShowSms(IdentityAct):
    """The latest text messages to a number, newest first. Sandbox only."""

    tag = "sandbox"
    public = True
    asks = SmsIn
    gives = SmsOut
    listed = True

    def decide(self, call: Call) -> Any:
        return sandbox_messages(call.query["phone"])


class LookUpSms(IdentityAct):
    """The same, with the number in the body instead of the address. Sandbox only."""

    tag = "sandbox"
    public = True
    takes = SmsIn
    gives = SmsOut
    listed = True
    example = {"phone": "13800138000"}

    def decide(self, call: Call) -> Any:
        return sandbox_messages(call.data["phone"])


class ClockOut(Out):
    now = serializers.DateTimeField()


class ReadClock(IdentityAct):
    """The market's time. Sandbox only."""

    tag = "sandbox"
    public = True
    gives = ClockOut

    def decide(self, call: Call) -> Any:
        return {"now": market_now()}


class SetClockIn(In):
    moment = Moment()
    speed_permille = Whole(minimum=0, maximum=10_000_000, default=1_000, help_text="1000: real speed")


class SetClock(IdentityAct):
    """Move the market's time, for all counties of this installation. Sandbox only."""

    tag = "sandbox"
    public = True
    takes = SetClockIn
    gives = ClockOut
    example = {"moment": "2026-03-02T08:00:00+08:00"}

    def perform(self, call: Call) -> Answer:
        set_market_clock(moment=call.data["moment"], speed_permille=call.data["speed_permille"])
        return Answer(200, self.shape({"now": market_now()}, call))
