"""Sending text messages: the port, and the sandbox's sender, which shows instead of sending."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Protocol, cast

from django.conf import settings
from django.utils.module_loading import import_string

from kernel.clock import real_now
from kernel.crypto import open_sealed, seal
from kernel.ids import uuid7
from tenants.identity.contracts import SandboxSms
from tenants.identity.models import SmsMessage
from tenants.identity.phones import SCOPE, phone_index

_TABLE = "identity_smsmessage"


class SmsSender(Protocol):
    """What a text message provider must do. `settings.LINGGONG_SMS_SENDER` names the class.

    `phone` is E.164; `text` the whole message; `code` the code in it, for providers that only take
    a template's parameters. Raises `sms_unavailable` when the message was not taken.
    """

    def send(self, *, phone: str, text: str, code: str = "") -> None: ...


class SandboxSender:
    """Keeps messages, sealed, for `sandbox_messages` to show. Refuses to work outside a sandbox,
    where whoever reads that table could log in as anybody."""

    def __init__(self) -> None:
        _only_in_sandbox()

    def send(self, *, phone: str, text: str, code: str = "") -> None:
        row_id = uuid7()
        body = json.dumps({"text": text, "code": code}, ensure_ascii=False)
        SmsMessage.objects.create(
            id=row_id,
            phone_index=phone_index(phone),
            body_sealed=seal(body, scope=SCOPE, table=_TABLE, column="body_sealed", row=row_id),
            at=real_now(),
        )


def sender() -> SmsSender:
    """The configured sender."""
    return cast(SmsSender, import_string(settings.LINGGONG_SMS_SENDER)())


def sandbox_messages(phone: str, *, limit: int = 5) -> list[SandboxSms]:
    """The latest messages to a phone (E.164), newest first. Raises RuntimeError outside a sandbox."""
    _only_in_sandbox()
    rows = SmsMessage.objects.filter(phone_index=phone_index(phone)).order_by("-id")[:limit]
    return [_shown(row) for row in rows]


def drop_old_messages(*, older_than: timedelta) -> int:
    """Deletes sandbox messages; returns how many."""
    return SmsMessage.objects.filter(at__lt=real_now() - older_than).delete()[0]


def _shown(row: SmsMessage) -> SandboxSms:
    body = json.loads(
        open_sealed(row.body_sealed, scope=SCOPE, table=_TABLE, column="body_sealed", row=row.id)
    )
    return SandboxSms(text=body["text"], code=body["code"], at=row.at)


def _only_in_sandbox() -> None:
    if not settings.LINGGONG_SANDBOX:
        raise RuntimeError("the sandbox SMS sender works only with LINGGONG_SANDBOX=1")
