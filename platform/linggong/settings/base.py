"""What every process of Linggong has in common."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from linggong.settings import env
from linggong.settings.identity import *  # noqa: F403  # settings are one namespace by Django's design

PRODUCTION = env.text("LINGGONG_ENV") == "production"
DEBUG = env.flag("LINGGONG_DEBUG")
SECRET_KEY = env.text("LINGGONG_SECRET_KEY")
ALLOWED_HOSTS = env.words("LINGGONG_ALLOWED_HOSTS")

LINGGONG_OWNER = False
LINGGONG_ROLE_PREFIX = env.text("LINGGONG_DB_ROLE_PREFIX")
LINGGONG_MARKET_CLOCK = env.flag("LINGGONG_MARKET_CLOCK")
LINGGONG_SANDBOX = env.flag("LINGGONG_SANDBOX")
LINGGONG_LONG_POLL_SECONDS = env.number("LINGGONG_LONG_POLL_SECONDS")
LINGGONG_THROTTLE = env.flag("LINGGONG_THROTTLE")
LINGGONG_GRAPHQL_PERSISTED_ONLY = env.flag("LINGGONG_GRAPHQL_PERSISTED_ONLY")
LINGGONG_CACHE_URL = env.text("LINGGONG_CACHE_URL")
LINGGONG_EGRESS_ALLOW = env.text("LINGGONG_EGRESS_ALLOW")
LINGGONG_EGRESS_PRIVATE = env.flag("LINGGONG_EGRESS_PRIVATE")
LINGGONG_LOG_LEVEL = env.text("LINGGONG_LOG_LEVEL")
LINGGONG_WAKE_WORKERS = bool(env.text("LINGGONG_BROKER_URL"))
LINGGONG_SMS_SENDER = env.text("LINGGONG_SMS_SENDER") or "tenants.identity.sms.SandboxSender"
LINGGONG_PAYMENT_CHANNEL = env.text("LINGGONG_PAYMENT_CHANNEL") or "ledger.channels.sandbox.SandboxChannel"
LINGGONG_INSURER_ADAPTERS = {
    "linggong": "compliance.insurance.adapters.linggong.LinggongInsurer",
    "jinxi": "compliance.insurance.adapters.jinxi.JinxiInsurer",
    **({"sandbox": "compliance.insurance.adapters.sandbox.SandboxInsurer"} if LINGGONG_SANDBOX else {}),
    **dict(pair.split("=", 1) for pair in env.words("LINGGONG_INSURER_ADAPTERS") if "=" in pair),
}
LINGGONG_FILES_STORAGE = env.text("LINGGONG_FILES_STORAGE")
LINGGONG_FILES_ROOT = env.text("LINGGONG_FILES_ROOT")
LINGGONG_FILES_S3_ENDPOINT = env.text("LINGGONG_FILES_S3_ENDPOINT")
LINGGONG_FILES_S3_BUCKET = env.text("LINGGONG_FILES_S3_BUCKET")
LINGGONG_FILES_S3_REGION = env.text("LINGGONG_FILES_S3_REGION")
LINGGONG_FILES_S3_KEY_ID = env.text("LINGGONG_FILES_S3_KEY_ID")
LINGGONG_CJK_FONT = env.text("LINGGONG_CJK_FONT")
LINGGONG_FILES_S3_SECRET = env.text("LINGGONG_FILES_S3_SECRET")


def read_keys() -> dict[str, Any]:
    """The key ring, or an empty one; `linggong.preflight` refuses to start without keys."""
    path = env.text("LINGGONG_KEYS_FILE")
    if not path:
        return {}
    ring: dict[str, Any] = json.loads(Path(path).read_text())
    ring["data"] = {int(version): key for version, key in ring["data"].items()}
    return ring


LINGGONG_KEYS = read_keys()

SHARED_APPS = [
    "django_tenants",
    "tenants",
    "tenants.identity",
    "tenants.partners",
    "tenants.operations",
    "reporting",
    "reporting.signoff",
    "reporting.watch",
    "reporting.exports",
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.headless",
    "oauth2_provider",
]
TENANT_APPS = [
    "kernel",
    "tenants.policy",
    "webhooks",
    "files",
    "ledger",
    "compliance.people",
    "compliance.certificates",
    "compliance.rates",
    "compliance.fund",
    "compliance.insurance",
    "compliance.claims",
    "compliance.bordereau",
    "orders",
]
INSTALLED_APPS = [
    *SHARED_APPS,
    *TENANT_APPS,
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "strawberry_django",
    "api",
    "cityql",
    "portal",
    "linggong",
]

TENANT_MODEL = "tenants.County"
TENANT_DOMAIN_MODEL = "tenants.Domain"
TENANT_SYNC_ROUTER = "tenants.router.LoginRouter"
DATABASE_ROUTERS = [TENANT_SYNC_ROUTER]
AUTH_USER_MODEL = "identity.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
STATIC_URL = "/static/"

MIDDLEWARE = [
    "linggong.observability.RequestLog",
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

ROOT_URLCONF = "linggong.urls"
WSGI_APPLICATION = "linggong.wsgi.application"
APPEND_SLASH = False
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_048_576


def login(name: str, *, engine: str = "django.db.backends.postgresql", **extra: Any) -> dict[str, Any]:
    """One database login of the installation."""
    host = env.text("LINGGONG_DB_HOST")
    options: dict[str, Any] = {
        "application_name": f"linggong {name}",
        "connect_timeout": 10,
        "options": " ".join(
            f"-c {name}={ms}"
            for name, ms in (
                ("statement_timeout", 20_000),
                ("lock_timeout", 10_000),
                ("idle_in_transaction_session_timeout", 60_000),
            )
        ),
    }
    if not host.startswith("/"):
        options["sslmode"] = env.text("LINGGONG_DB_SSLMODE")
    return {
        "ENGINE": engine,
        "NAME": env.text("LINGGONG_DB_NAME"),
        "USER": f"{LINGGONG_ROLE_PREFIX}_{name}",
        "PASSWORD": env.text(f"LINGGONG_DB_{name.upper()}_PASSWORD"),
        "HOST": host,
        "PORT": env.text("LINGGONG_DB_PORT"),
        "CONN_MAX_AGE": None,
        "ATOMIC_REQUESTS": False,
        "DISABLE_SERVER_SIDE_CURSORS": True,
        "OPTIONS": options,
        **extra,
    }
