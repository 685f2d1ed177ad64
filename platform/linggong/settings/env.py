"""Reading the environment. `VARIABLES` is the table that docs/settings.md is drawn from."""

from __future__ import annotations

import os
from dataclasses import dataclass

from django.core.exceptions import ImproperlyConfigured


@dataclass(frozen=True, slots=True)
class Variable:
    name: str
    default: str | None
    meaning: str
    in_production: str = ""


VARIABLES: dict[str, Variable] = {
    v.name: v
    for v in (
        Variable("LINGGONG_ENV", "development", "`development` or `production`", "`production`"),
        Variable("LINGGONG_DEBUG", "0", "Django's debug pages", "must be 0"),
        Variable(
            "LINGGONG_SECRET_KEY",
            "insecure-development-key",
            "Django's secret key",
            "required, 50+ characters",
        ),
        Variable(
            "LINGGONG_ALLOWED_HOSTS",
            "localhost,127.0.0.1,[::1],testserver",
            "host names served, with commas",
            "required, no wildcard",
        ),
        Variable("LINGGONG_DB_HOST", "", "PostgreSQL host or socket folder", "required"),
        Variable("LINGGONG_DB_PORT", "5432", "PostgreSQL port"),
        Variable("LINGGONG_DB_NAME", "linggong", "database"),
        Variable("LINGGONG_DB_ROLE_PREFIX", "lg", "prefix of every role; roles belong to the whole server"),
        Variable("LINGGONG_DB_SSLMODE", "prefer", "libpq's sslmode", "`verify-full` outside the machine"),
        Variable(
            "LINGGONG_DB_COUNTY_PASSWORD", "", "password of `<prefix>_county`", "required unless a socket"
        ),
        Variable(
            "LINGGONG_DB_IDENTITY_PASSWORD", "", "password of `<prefix>_identity`", "required unless a socket"
        ),
        Variable("LINGGONG_DB_CITY_PASSWORD", "", "password of `<prefix>_city`", "required unless a socket"),
        Variable(
            "LINGGONG_DB_FOLDER_PASSWORD", "", "password of `<prefix>_folder`", "required unless a socket"
        ),
        Variable(
            "LINGGONG_DB_OWNER_PASSWORD", "", "password of `<prefix>_owner`", "only where migrations run"
        ),
        Variable("LINGGONG_BROKER_URL", "", "celery broker (Valkey, Redis or RabbitMQ)", "required"),
        Variable("LINGGONG_CACHE_URL", "", "Valkey or Redis for throttles and wake-up calls", "required"),
        Variable("LINGGONG_KEYS_FILE", "", "JSON file with the encryption keys", "required"),
        Variable("LINGGONG_MARKET_CLOCK", "0", "a market clock that can be moved", "must be 0"),
        Variable("LINGGONG_SANDBOX", "0", "sandbox SMS, payment channel and insurer", "must be 0"),
        Variable("LINGGONG_SMS_SENDER", "", "dotted path of the SMS sender", "required"),
        Variable("LINGGONG_PAYMENT_CHANNEL", "", "dotted path of the payment channel", "required"),
        Variable(
            "LINGGONG_INSURER_ADAPTERS",
            "",
            "more adapters of insurers, `name=dotted.path` with commas",
            "",
        ),
        Variable(
            "LINGGONG_FILES_STORAGE",
            "files.storage.LocalStorage",
            "dotted path of the file storage; the other one is `files.s3.S3Storage`",
        ),
        Variable(
            "LINGGONG_FILES_ROOT",
            "",
            "folder that keeps files, shared by all machines",
            "required with `LocalStorage`",
        ),
        Variable(
            "LINGGONG_FILES_S3_ENDPOINT", "", "address of the S3-compatible service; empty: the vendor's own"
        ),
        Variable("LINGGONG_FILES_S3_BUCKET", "", "bucket that keeps files", "required with `S3Storage`"),
        Variable("LINGGONG_FILES_S3_REGION", "us-east-1", "region of the bucket"),
        Variable("LINGGONG_FILES_S3_KEY_ID", "", "access key; empty: as the machine's own role"),
        Variable("LINGGONG_FILES_S3_SECRET", "", "secret of the access key"),
        Variable(
            "LINGGONG_CJK_FONT",
            "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
            "font of bulletins with Chinese glyphs; a `Bold` beside a `Regular` is used for heads",
        ),
        Variable(
            "LINGGONG_EGRESS_ALLOW",
            "",
            "targets of calls that are refused otherwise, `host-or-CIDR[:port]` with commas",
            "no loopback",
        ),
        Variable(
            "LINGGONG_EGRESS_PRIVATE", "0", "states that names and private networks on that list are meant"
        ),
        Variable("LINGGONG_LOG_LEVEL", "INFO", "level of the JSON logs"),
        Variable("LINGGONG_LONG_POLL_SECONDS", "20", "longest wait of the worker's feed"),
        Variable(
            "LINGGONG_GRAPHQL_PERSISTED_ONLY",
            "0",
            "`/graphql/` takes kept documents alone (`graphql/cityql/persisted`) from all who lack the scope "
            "`city:query`, as analysts do",
        ),
        Variable("LINGGONG_THROTTLE", "1", "request limits by user and client", "must be 1"),
    )
}


def text(name: str) -> str:
    """The variable's value or its default. Only declared variables can be read."""
    variable = VARIABLES[name]
    value = os.environ.get(name, variable.default)
    if value is None:
        raise ImproperlyConfigured(f"{name} is not set: {variable.meaning}")
    return value


def flag(name: str) -> bool:
    value = text(name)
    if value not in {"0", "1"}:
        raise ImproperlyConfigured(f"{name} must be 0 or 1, not {value!r}")
    return value == "1"


def number(name: str) -> int:
    try:
        return int(text(name))
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be a whole number") from None


def words(name: str) -> list[str]:
    return [word.strip() for word in text(name).split(",") if word.strip()]
