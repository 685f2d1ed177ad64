"""The county's dated policy: floors, silence days, undo minutes, fees, penalties."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from rest_framework import serializers

from api.endpoint import Act, Call, Key
from api.fields import Day, In, Whole
from api.shapes import Out
from kernel.clock import business_day
from tenants.county import CountyWork
from tenants.policy.contracts import FIELDS, Policy
from tenants.policy.errors import (
    POLICY_EMPTY,
    POLICY_IN_PAST,
    POLICY_VALUE_INVALID,
)
from tenants.policy.selectors import policy_on, policy_rows
from tenants.policy.use_cases import publish_policy

PolicyValuesIn: type[In] = type(
    "PolicyValuesIn",
    (In,),
    {
        "__doc__": "The values to change; the others stay as they are.",
        **{
            name: Whole(
                minimum=meaning.minimum,
                maximum=meaning.maximum,
                required=False,
                help_text=f"{meaning.en} ({meaning.unit})",
            )
            for name, meaning in FIELDS.items()
        },
    },
)
PolicyValuesOut: type[Out] = type(
    "PolicyValuesOut",
    (Out,),
    {
        "__doc__": "Every value in force.",
        **{name: serializers.IntegerField(help_text=f"{m.en} ({m.unit})") for name, m in FIELDS.items()},
    },
)


class PolicyOut(Out):
    id = serializers.UUIDField()
    revision = serializers.IntegerField()
    effective_from = serializers.DateField()
    values = PolicyValuesOut()


def _out(policy: Policy) -> dict[str, Any]:
    row = asdict(policy)
    head = {name: row.pop(name) for name in ("id", "revision", "effective_from")}
    return {**head, "values": row}


class PolicyOnIn(In):
    day = Day(required=False, help_text="today when absent")


class ReadPolicy(Act):
    """The policy in force on a day."""

    tag = "policy"
    asks = PolicyOnIn
    gives = PolicyOut

    def act(self, work: CountyWork, call: Call) -> dict[str, Any]:
        return _out(policy_on(call.query["day"] or business_day(work.now)))


class ListPolicies(Act):
    """All policy rows, newest first, coming and past ones alike."""

    tag = "policy"
    scope = "policy:read"
    gives = PolicyOut
    listed = True

    def act(self, work: CountyWork, call: Call) -> list[dict[str, Any]]:
        return [_out(row) for row in policy_rows()]


class PublishPolicyIn(In):
    effective_from = Day(help_text="today or later")
    values = PolicyValuesIn()


class PublishPolicy(Act):
    """Publish policy values from a day on.

    Values left out stay as they would be on that day. Orders already published keep what they had.
    """

    tag = "policy"
    scope = "policy:write"
    takes = PublishPolicyIn
    gives = PolicyOut
    status = 201
    key = Key.OPTIONAL
    refuses = (POLICY_EMPTY, POLICY_IN_PAST, POLICY_VALUE_INVALID)
    example = {"effective_from": "2026-04-01", "values": {"silence_days": 2, "fee_bp": 50}}

    def act(self, work: CountyWork, call: Call) -> dict[str, Any]:
        values = {name: value for name, value in call.data["values"].items() if value is not None}
        policy = publish_policy(
            actor=call.who, effective_from=call.data["effective_from"], values=values, now=work.now
        )
        return _out(policy)
