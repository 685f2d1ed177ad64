"""What partners hear about claims: ids and codes, never words or names."""

from __future__ import annotations

from typing import Any, Final

from webhooks.catalogue import EventType

REPORTED: Final = "cn.linggong.claim.reported.v1"
PAPERS_HANDED_IN: Final = "cn.linggong.claim.papers_handed_in.v1"
WITHDRAWN: Final = "cn.linggong.claim.withdrawn.v1"
OVERDUE: Final = "cn.linggong.claim.overdue.v1"

_ID: Final = {"type": "string", "format": "uuid"}
_MEMBERS: Final[dict[str, Any]] = {
    "claim_id": _ID,
    "number": {"type": "string", "pattern": "^C[0-9]{6}-[0-9A-Z]{6}$"},
    "policy_id": _ID,
    "certificate_number": {"type": "string", "maxLength": 64},
    "state": {
        "enum": [
            "filed",
            "acknowledged",
            "papers_wanted",
            "under_review",
            "accepted",
            "withdrawn",
        ]
    },
    "trade": {"type": "string", "maxLength": 40},
    "injured": {"type": "boolean"},
}
_EXAMPLE: Final[dict[str, Any]] = {
    "claim_id": "0199f3c0-11d2-7b3c-9d5e-0a4f6f2b7c01",
    "number": "C261123-7Q2F9K",
    "policy_id": "0199f3c0-11d2-7b3c-9d5e-0a4f6f2b7c02",
    "certificate_number": "MJ-2026-000123",
    "state": "filed",
    "trade": "sorting",
    "injured": True,
}


def _type(
    name: str,
    zh: str,
    en: str,
    *,
    more: dict[str, Any] | None = None,
    example: dict[str, Any] | None = None,
) -> EventType:
    members = {**_MEMBERS, **(more or {})}
    return EventType(
        type=name,
        zh=zh,
        en=en,
        schema={
            "type": "object",
            "additionalProperties": False,
            "required": sorted(members),
            "properties": members,
        },
        example={**_EXAMPLE, **(example or {})},
    )


TYPES: Final = (
    _type(
        REPORTED,
        "出险报案：请读取理赔详情，及时一次性告知所需材料（保险法第二十二条）",
        "An accident was reported: read the claim and say in good time, and once, which papers you need",
    ),
    _type(
        PAPERS_HANDED_IN,
        "已补交材料：核定期限继续计算",
        "Papers were handed in: the time for a decision goes on",
        more={"files": {"type": "integer", "minimum": 1, "maximum": 60}},
        example={"state": "under_review", "files": 2},
    ),
    _type(
        WITHDRAWN,
        "报案人撤回理赔",
        "The claim was withdrawn by those who reported it",
        example={"state": "withdrawn"},
    ),
    _type(
        OVERDUE,
        "已超过法定或约定期限：answer 告知材料、decision 核定、payment 支付",
        "A deadline has passed: answer (papers named), decision, or payment",
        more={
            "due": {"enum": ["answer", "decision", "payment"]},
            "due_at": {"type": "string", "format": "date-time"},
        },
        example={"state": "acknowledged", "due": "decision", "due_at": "2026-12-23T01:00:00+00:00"},
    ),
)
