"""Refusals: every way the platform says no, with a stable code and a text in two languages.

A refusal is declared once, as a constant of the room it belongs to, and registers itself in
`CATALOGUE`. The doors map its kind to a status (`HTTP_STATUS`); the catalogue page and the
documentation are drawn from the same table.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What sort of no it is; one table maps it to HTTP and to GraphQL."""

    MALFORMED = "malformed"
    UNAUTHENTICATED = "unauthenticated"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    METHOD = "method"
    CONFLICT = "conflict"
    GONE = "gone"
    TOO_LARGE = "too_large"
    UNSUPPORTED = "unsupported"
    MISDIRECTED = "misdirected"
    INVALID = "invalid"
    THROTTLED = "throttled"
    UNAVAILABLE = "unavailable"


HTTP_STATUS: Mapping[Kind, int] = {
    Kind.MALFORMED: 400,
    Kind.UNAUTHENTICATED: 401,
    Kind.FORBIDDEN: 403,
    Kind.NOT_FOUND: 404,
    Kind.METHOD: 405,
    Kind.CONFLICT: 409,
    Kind.GONE: 410,
    Kind.TOO_LARGE: 413,
    Kind.UNSUPPORTED: 415,
    Kind.MISDIRECTED: 421,
    Kind.INVALID: 422,
    Kind.THROTTLED: 429,
    Kind.UNAVAILABLE: 503,
}

CATALOGUE: dict[str, Refusal] = {}


class Refusal:
    """One declared way to refuse.

    `zh` and `en` are shown to people and may hold `{parameter}`s; `source` names the regulation
    or standard behind the rule, where there is one.
    """

    def __init__(self, code: str, kind: Kind, *, zh: str, en: str, source: str = "") -> None:
        if code in CATALOGUE:
            raise ValueError(f"refusal {code!r} is declared twice")
        self.code, self.kind, self.zh, self.en, self.source = code, kind, zh, en, source
        CATALOGUE[code] = self

    def error(self, *, field: str | None = None, **params: Any) -> DomainError:
        """The exception to raise; `field` names the input at fault (dotted for nested ones)."""
        return DomainError(self, field=field, params=params)

    def __repr__(self) -> str:
        return f"Refusal({self.code!r})"


class _Blank(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "…"


class DomainError(Exception):
    """A refusal with its circumstances. Rolls the county's transaction back."""

    def __init__(self, refusal: Refusal, *, field: str | None, params: Mapping[str, Any]) -> None:
        super().__init__(refusal.code)
        self.refusal, self.field, self.params = refusal, field, dict(params)

    @property
    def code(self) -> str:
        return self.refusal.code

    @property
    def kind(self) -> Kind:
        return self.refusal.kind

    def text(self, lang: str) -> str:
        """The sentence for a person, in `zh` or `en`."""
        template = self.refusal.zh if lang == "zh" else self.refusal.en
        return template.format_map(_Blank(self.params))

    def __str__(self) -> str:
        where = f" ({self.field})" if self.field else ""
        return f"{self.code}{where}: {self.text('en')}"


NOT_FOUND = Refusal("not_found", Kind.NOT_FOUND, zh="没有找到", en="There is no such thing here")
FORBIDDEN = Refusal(
    "forbidden", Kind.FORBIDDEN, zh="没有权限：{scope}", en="You are not allowed to do this: {scope}"
)
INVALID_VALUE = Refusal(
    "invalid_value", Kind.INVALID, zh="填写有误：{reason}", en="Not a valid value: {reason}"
)
STALE_STATE = Refusal(
    "stale_state",
    Kind.CONFLICT,
    zh="状态已变化：现在是 {is_}，不能变为 {wants}",
    en="This has moved on: it is {is_} and cannot become {wants}",
)
IDEMPOTENCY_REUSED = Refusal(
    "idempotency_key_reused",
    Kind.CONFLICT,
    zh="同一幂等键已用于不同的请求",
    en="This idempotency key was already used with another request",
)
IDEMPOTENCY_KEY_INVALID = Refusal(
    "idempotency_key_invalid",
    Kind.MALFORMED,
    zh="幂等键须为 1–100 个可见 ASCII 字符",
    en="An idempotency key is 1 to 100 visible ASCII characters",
)
IDEMPOTENCY_KEY_MISSING = Refusal(
    "idempotency_key_missing",
    Kind.MALFORMED,
    zh="涉及资金的请求须带 Idempotency-Key",
    en="Requests that move money need an Idempotency-Key header",
)
AMOUNT_INVALID = Refusal(
    "amount_invalid",
    Kind.INVALID,
    zh="金额须为 {minimum} 至 {maximum} 之间的整数（单位：分）",
    en="An amount is a whole number of fen from {minimum} to {maximum}",
)
