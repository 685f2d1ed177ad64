"""What an insurer hears about lists and settlements: ids, days and amounts."""

from __future__ import annotations

from typing import Any, Final

from webhooks.catalogue import EventType

LIST_ISSUED: Final = "cn.linggong.bordereau.issued.v1"
SETTLEMENT_PAID: Final = "cn.linggong.settlement.paid.v1"

_ID: Final = {"type": "string", "format": "uuid"}
_DAY: Final = {"type": "string", "format": "date"}
_EXAMPLE_ID: Final = "0193c7a2-9f7e-7c3a-8a52-2f6d3c1b9e10"


def _object(**properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": list(properties),
        "properties": properties,
    }


TYPES: Final = (
    EventType(
        type=LIST_ISSUED,
        zh="一份保费与赔案清单已生成，可以下载",
        en="A list of premiums and claims was given out and can be downloaded",
        schema=_object(list_id=_ID, first=_DAY, last=_DAY, due_fen={"type": "integer"}),
        example={"list_id": _EXAMPLE_ID, "first": "2026-11-01", "last": "2026-11-30", "due_fen": 128_400},
    ),
    EventType(
        type=SETTLEMENT_PAID,
        zh="某月保费已结算；金额为负时由保险公司退回",
        en="Premiums of a month were settled; below zero, the insurer paid back",
        schema=_object(settlement_id=_ID, month=_DAY, amount_fen={"type": "integer"}),
        example={"settlement_id": _EXAMPLE_ID, "month": "2026-11-01", "amount_fen": 128_400},
    ),
)
