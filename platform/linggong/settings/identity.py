"""How people and machines prove who they are: sessions, allauth, OAuth. All of it in real time."""

from __future__ import annotations

from typing import Any

from linggong.settings import env

_PRODUCTION = env.text("LINGGONG_ENV") == "production"

# --- Logins -----------------------------------------------------------------------------------------
AUTHENTICATION_BACKENDS = ["tenants.identity.backends.CodeBackend"]
# Nobody has a password; this hashes the random secrets of machine clients.
PASSWORD_HASHERS = ["tenants.identity.hashers.RandomSecretHasher"]
AUTH_PASSWORD_VALIDATORS: list[dict[str, Any]] = []

# --- Sessions: rows of the `identity` login, their content encrypted -----------------------------------
SESSION_ENGINE = "tenants.identity.sessions"
SESSION_SERIALIZER = "kernel.crypto.EncryptedSessionSerializer"
SESSION_COOKIE_NAME = "linggong_session"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = _PRODUCTION
CSRF_COOKIE_NAME = "linggong_csrf"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = _PRODUCTION

# --- allauth: phone and code, by its headless API ------------------------------------------------------
HEADLESS_ONLY = True
HEADLESS_CLIENTS = ("app", "browser")
HEADLESS_ADAPTER = "tenants.identity.adapters.HeadlessAdapter"
HEADLESS_TOKEN_STRATEGY = "tenants.identity.sessions.SessionTokens"

ACCOUNT_ADAPTER = "tenants.identity.adapters.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_LOGIN_METHODS = {"phone"}
ACCOUNT_SIGNUP_FIELDS = ["phone*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
# Whether a number is registered here is nobody's business: both answers look the same.
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 300
ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS = 3
ACCOUNT_PHONE_VERIFICATION_TIMEOUT = 300
ACCOUNT_PHONE_VERIFICATION_MAX_ATTEMPTS = 3
ACCOUNT_PHONE_VERIFICATION_SUPPORTS_RESEND = True
ALLAUTH_USER_CODE_FORMAT = {"numeric": True, "length": 6, "dashed": False}

# By phone number or by user, never by address: a whole hall shares one. Three tries a code and twenty
# codes an hour leave a guesser one chance in sixteen thousand an hour. How many messages the site sends
# in all is limited where they are paid for, at the provider.
ACCOUNT_RATE_LIMITS: dict[str, str | None] = {
    "signup": None,
    "login": None,
    "login_failed": "5/5m/key",
    "request_login_code": "3/m/key,20/h/key",
    "verify_phone": "3/m/key,20/h/key",
    "reauthenticate": "10/m/user",
}

# Limits and used one-time passwords are remembered for all processes together; without a cache (single
# commands, some tests) each process has its own.
_CACHE_URL = env.text("LINGGONG_CACHE_URL")
CACHES: dict[str, dict[str, Any]] = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": _CACHE_URL,
        "KEY_PREFIX": "lg",
        "OPTIONS": {"socket_timeout": 2, "socket_connect_timeout": 2},
    }
    if _CACHE_URL
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
}

# --- TOTP, which staff need ----------------------------------------------------------------------------
MFA_ADAPTER = "tenants.identity.adapters.MfaAdapter"
# No recovery codes: who loses the device gets a new secret in person (`reset_totp`). allauth's flow for
# recovery codes also opens its transactions on the default login, which is the counties'.
MFA_SUPPORTED_TYPES = ["totp"]
MFA_TOTP_ISSUER = "Linggong"
MFA_TOTP_PERIOD = 30
MFA_TOTP_TOLERANCE = 1
MFA_ALLOW_UNVERIFIED_EMAIL = True  # there are no e-mail addresses

# --- OAuth 2.0: client credentials for machines ----------------------------------------------------------
OAUTH2_PROVIDER_APPLICATION_MODEL = "oauth2_provider.Application"
OAUTH2_PROVIDER: dict[str, Any] = {
    "SCOPES_BACKEND_CLASS": "tenants.identity.scopes.BoundScopes",
    "ACCESS_TOKEN_EXPIRE_SECONDS": 3600,
    "ALLOWED_REDIRECT_URI_SCHEMES": ["https"],
    "REFRESH_TOKEN_REUSE_PROTECTION": True,
    # RFC 9700: tokens are stored as hashes, the weak grants are off.
    "COMPLIANT_BCP_RFC9700_TOKEN_STORAGE": True,
    "COMPLIANT_BCP_RFC9700_IMPLICIT_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PASSWORD_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PKCE_METHOD": True,
    "COMPLIANT_BCP_RFC9700_ACCESS_TOKEN_TRANSPORT": True,
    "COMPLIANT_BCP_RFC9700_REFRESH_TOKEN": True,
    "COMPLIANT_BCP_RFC9700_REDIRECT_URI_SCHEME": True,
    "COMPLIANT_BCP_RFC9700_REDIRECT_URI_MATCHING": True,
    "COMPLIANT_BCP_RFC9700_PKCE_REQUIRED": True,
}

# What settings.MIDDLEWARE must hold for the above, in this order.
MIDDLEWARE_NEEDED = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]
