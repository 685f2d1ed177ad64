"""What an insurer hears about its policies: ids and codes, never a name or number of a person."""

from __future__ import annotations

from typing import Any, Final

from webhooks.catalogue import EventType

# Within the house, through the outbox.
ASKED: Final = "cn.linggong.cover.requested.v1"
ISSUED: Final = "cn.linggong.cover.issued.v1"
REFUSED: Final = "cn.linggong.cover.refused.v1"
REPLACED: Final = "cn.linggong.cover.replaced.v1"
AMENDING: Final = "cn.linggong.cover.amending.v1"
AMENDED: Final = "cn.linggong.cover.amended.v1"
NOT_AMENDED: Final = "cn.linggong.cover.not_amended.v1"

# To the insurer.
POLICY_REQUESTED: Final = "cn.linggong.policy.requested.v1"
POLICY_ISSUED: Final = "cn.linggong.policy.issued.v1"
POLICY_REFUSED: Final = "cn.linggong.policy.refused.v1"
POLICY_AMENDED: Final = "cn.linggong.policy.amended.v1"
POLICY_STARTED: Final = "cn.linggong.policy.started.v1"
POLICY_ENDED: Final = "cn.linggong.policy.ended.v1"
POLICY_CANCELLED: Final = "cn.linggong.policy.cancelled.v1"
POLICY_EXPIRED: Final = "cn.linggong.policy.expired.v1"

_ID: Final = {"type": "string", "format": "uuid"}
_MEMBERS: Final[dict[str, Any]] = {
    "policy_id": _ID,
    "order_id": _ID,
    # the names of states.PolicyState, which cannot be read while apps are still loading
    "state": {
        "enum": [
            "active",
            "cancelled",
            "ended",
            "expired",
            "issued",
            "pending",
            "refused",
            "requested",
            "timed_out",
        ]
    },
    "trade": {"type": "string", "maxLength": 40},
    "on": {"type": "string", "format": "date"},
    "days": {"type": "integer", "minimum": 1, "maximum": 31},
    "layer": {"enum": ["basic", "top_up"]},
    "premium_fen": {"type": "integer", "minimum": 1},
    "refund_fen": {"type": "integer", "minimum": 0},
    "certificate_number": {"type": "string", "maxLength": 64},
    "reason": {"type": "string", "maxLength": 60},
}
_EXAMPLE: Final[dict[str, Any]] = {
    "policy_id": "0199f3a2-7c1e-7d43-9a55-3f8b1f6f2a10",
    "order_id": "0199f3a1-02bb-7c55-8f10-b1c94d1f8a77",
    "state": "issued",
    "trade": "bricklaying",
    "on": "2026-12-01",
    "days": 1,
    "layer": "top_up",
    "premium_fen": 700,
    "refund_fen": 0,
    "certificate_number": "MJ2026-000017",
    "reason": "",
}


def _type(name: str, zh: str, en: str, **example: Any) -> EventType:
    return EventType(
        type=name,
        zh=zh,
        en=en,
        schema={
            "type": "object",
            "additionalProperties": False,
            "required": sorted(_MEMBERS),
            "properties": _MEMBERS,
        },
        example={**_EXAMPLE, **example},
    )


TYPES: Final = (
    _type(
        POLICY_REQUESTED,
        "请求承保：投保请求另行直接发往接口，本事件仅为通知",
        "Cover is wanted: the request itself goes to your interface, this only tells of it",
        state="requested",
        certificate_number="",
    ),
    _type(
        POLICY_ISSUED, "已收到保险凭证并核对无误", "Your certificate has arrived and its bytes were checked"
    ),
    _type(
        POLICY_REFUSED,
        "已记录拒保",
        "Your refusal was recorded",
        state="refused",
        certificate_number="",
        reason="sum_exceeded",
    ),
    _type(
        POLICY_AMENDED, "批改已生效（换人或加一天）", "An amendment is in force: worker replaced or day added"
    ),
    _type(POLICY_STARTED, "被保险人已到岗签到", "The insured person has checked in at work", state="active"),
    _type(POLICY_ENDED, "被保险人已离岗签退", "The insured person has checked out", state="ended"),
    _type(
        POLICY_CANCELLED,
        "保单已取消，保费退回",
        "The policy was cancelled and its premium goes back",
        state="cancelled",
        refund_fen=700,
        reason="no_show",
    ),
    _type(POLICY_EXPIRED, "承保日已过，未开工", "Its days are over and work never started", state="expired"),
)
