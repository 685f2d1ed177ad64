"""The event types that partners may hear, each with a JSON schema and an example.

Rooms register theirs from `AppConfig.ready`. A type is a promise to partners: within one version members
may be added, nothing is renamed or removed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError

_NAME: Final = re.compile(r"cn\.linggong\.[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)+\.v[1-9][0-9]?")
_BOUNDS: Final = ("enum", "const", "pattern", "format", "maxLength")


class EventMisfit(ValueError):
    """A defect of ours: an event type, an example or an event's data that breaks its own promise."""


@dataclass(frozen=True)
class EventType:
    """`type` like `cn.linggong.policy.issued.v1`; `zh` and `en` say when it is sent; `schema` (JSON Schema
    2020-12) is that of the event's `data`, closed (`additionalProperties` false) and without free text:
    every string is bounded by one of enum, const, pattern, format or maxLength, since events hold ids and
    codes and never anything personal. Raises EventMisfit when it is not so or the example does not fit."""

    type: str
    zh: str
    en: str
    schema: dict[str, Any]
    example: dict[str, Any]
    _validator: Draft202012Validator = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if len(self.type) > 80 or not _NAME.fullmatch(self.type):
            raise EventMisfit(f"{self.type!r} is not a name like cn.linggong.policy.issued.v1")
        try:
            Draft202012Validator.check_schema(self.schema)
        except SchemaError as fault:
            raise EventMisfit(f"{self.type}: {fault.message}") from None
        if self.schema.get("type") != "object" or self.schema.get("additionalProperties") is not False:
            raise EventMisfit(f"{self.type}: data is an object with additionalProperties false")
        for place in _free_texts(self.schema, "data"):
            raise EventMisfit(f"{self.type}: {place} is free text")
        checker = Draft202012Validator(self.schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
        object.__setattr__(self, "_validator", checker)
        self.check(self.example)

    def check(self, data: Mapping[str, Any]) -> None:
        """Raises EventMisfit, naming the member but never its value."""
        for fault in self._validator.iter_errors(dict(data)):
            raise EventMisfit(f"{self.type}: {fault.json_path} breaks {fault.validator!r}")


_types: dict[str, EventType] = {}


def register(*types: EventType) -> None:
    """Adds types to the catalogue. The same one again is no harm; another of its name raises EventMisfit."""
    for event_type in types:
        if _types.setdefault(event_type.type, event_type) != event_type:
            raise EventMisfit(f"{event_type.type} is registered twice, differently")


def event_types() -> Mapping[str, EventType]:
    """Every type by name, in order of name."""
    return MappingProxyType(dict(sorted(_types.items())))


def event_type(name: str) -> EventType:
    """Raises EventMisfit for a type that nobody registered."""
    if (found := _types.get(name)) is None:
        raise EventMisfit(f"{name} is not registered")
    return found


def _free_texts(schema: object, place: str) -> Iterator[str]:
    if isinstance(schema, list):
        for number, part in enumerate(schema):
            yield from _free_texts(part, f"{place}[{number}]")
    if not isinstance(schema, dict):
        return
    kinds = schema.get("type", [])
    if "string" in ([kinds] if isinstance(kinds, str) else kinds) and not any(b in schema for b in _BOUNDS):
        yield place
    for name, part in schema.get("properties", {}).items():
        yield from _free_texts(part, f"{place}.{name}")
    for word in ("items", "prefixItems", "anyOf", "oneOf", "allOf", "$defs", "additionalProperties"):
        part = schema.get(word)
        yield from _free_texts(list(part.values()) if word == "$defs" and part else part, f"{place}.{word}")


TEST: Final = EventType(
    type="cn.linggong.webhook.test.v1",
    zh="试发：由合作方或县级人员要求发出，不表示任何业务变化",
    en="A test, sent because somebody asked for it; nothing has happened",
    schema={
        "type": "object",
        "additionalProperties": False,
        "required": ["endpoint_id"],
        "properties": {"endpoint_id": {"type": "string", "format": "uuid"}},
    },
    example={"endpoint_id": "0199f3c0-11d2-7b3c-9d5e-0a4f6f2b7c88"},
)
