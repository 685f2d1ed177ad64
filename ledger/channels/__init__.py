"""Payment channels: the port, the sandbox, and the one the settings choose."""

from __future__ import annotations

from typing import cast

from django.conf import settings
from django.utils.module_loading import import_string

from ledger.channels.port import PaymentChannel


def payment_channel() -> PaymentChannel:
    """The channel named by `LINGGONG_PAYMENT_CHANNEL`, a dotted path to a class without arguments."""
    return cast(PaymentChannel, import_string(settings.LINGGONG_PAYMENT_CHANNEL)())
