"""One-time passwords (RFC 6238) of staff, as allauth keeps them: sealed, one a user."""

from __future__ import annotations

import time

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.conf import settings

from tenants.identity.models import User


def enrol_totp(user: User, *, secret: str = "") -> str | None:
    """Gives the user a TOTP secret (base32) and returns it; None when the user has one already."""
    if Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists():
        return None
    secret = secret or generate_totp_secret()
    TOTP.activate(user, secret)
    return secret


def totp_code(secret: str, *, at: float | None = None) -> str:
    """The code that an authenticator app shows at the moment `at` (seconds since 1970; default now)."""
    counter = int(time.time() if at is None else at) // settings.MFA_TOTP_PERIOD
    return str(format_hotp_value(hotp_value(secret, counter)))
