"""What must hold before a process serves. Production refuses to start on any of these."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from egress.rules import allow_list_faults
from kernel.crypto import BadKeyring, check_fingerprint, configured_keyring
from linggong.settings import env
from tenants.models import SiteFact

_DEFAULT_SECRET = env.VARIABLES["LINGGONG_SECRET_KEY"].default
_REQUIRED = (
    "LINGGONG_DB_HOST",
    "LINGGONG_BROKER_URL",
    "LINGGONG_CACHE_URL",
    "LINGGONG_KEYS_FILE",
    "LINGGONG_SMS_SENDER",
    "LINGGONG_PAYMENT_CHANNEL",
)


def production_faults() -> Iterator[str]:
    """Every reason why these settings must not serve the public, in words."""
    if settings.DEBUG:
        yield "LINGGONG_DEBUG is on"
    if settings.SECRET_KEY == _DEFAULT_SECRET or len(settings.SECRET_KEY) < 50:
        yield "LINGGONG_SECRET_KEY is the default or shorter than 50 characters"
    if not settings.ALLOWED_HOSTS or any(host.startswith((".", "*")) for host in settings.ALLOWED_HOSTS):
        yield "LINGGONG_ALLOWED_HOSTS is empty or has a wildcard"
    if settings.LINGGONG_MARKET_CLOCK:
        yield "LINGGONG_MARKET_CLOCK lets the market's time be moved"
    if settings.LINGGONG_SANDBOX:
        yield "LINGGONG_SANDBOX shows login codes and pays with play money"
    if not settings.LINGGONG_THROTTLE:
        yield "LINGGONG_THROTTLE is off"
    yield from allow_list_faults(settings.LINGGONG_EGRESS_ALLOW, private=settings.LINGGONG_EGRESS_PRIVATE)
    for name in _REQUIRED:
        value = env.text(name)
        if not value:
            yield f"{name} is not set"
        elif "sandbox" in value.lower():
            yield f"{name} names a sandbox part"
    yield from _file_faults()
    try:
        configured_keyring()
    except BadKeyring as bad:
        yield f"the encryption keys cannot be used: {bad}"


def _file_faults() -> Iterator[str]:
    if settings.LINGGONG_FILES_STORAGE == "files.storage.LocalStorage" and not settings.LINGGONG_FILES_ROOT:
        yield "LINGGONG_FILES_ROOT is not set: certificates and papers of claims would have no place"
    if settings.LINGGONG_FILES_STORAGE == "files.s3.S3Storage" and not settings.LINGGONG_FILES_S3_BUCKET:
        yield "LINGGONG_FILES_S3_BUCKET is not set: certificates and papers of claims would have no place"


def check_settings() -> None:
    """Raises ImproperlyConfigured in production mode, naming every fault at once."""
    if settings.PRODUCTION and (faults := list(production_faults())):
        raise ImproperlyConfigured("refusing to start in production: " + "; ".join(faults))


def check_keys() -> None:
    """Compares the keys with the fingerprint stored at the first start and stores it then.

    Raises kernel.crypto.KeyMismatch when a stored key is missing or another: data sealed with it
    could not be read, and new data would be sealed with the wrong one.
    """
    stored = SiteFact.objects.filter(name="key_fingerprint").values_list("value", flat=True).first()
    fresh = check_fingerprint(stored)
    if fresh != stored:
        SiteFact.objects.update_or_create(name="key_fingerprint", defaults={"value": fresh})
