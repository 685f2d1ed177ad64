"""Timers of the identity room. Safe to run twice and to be killed."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.sessions.models import Session
from oauth2_provider.models import AccessToken

from kernel.clock import real_now
from tenants.identity.sms import drop_old_messages

_SANDBOX_SMS_KEPT = timedelta(days=1)


def purge_expired() -> int:
    """Deletes sessions and tokens that no longer count, and old sandbox messages; returns how many."""
    now = real_now()
    gone: int = Session.objects.filter(expire_date__lt=now).delete()[0]
    gone += AccessToken.objects.filter(expires__lt=now).delete()[0]
    return gone + drop_old_messages(older_than=_SANDBOX_SMS_KEPT)
