"""Answers: a declared shape that reads a view dataclass (or mapping) and gives plain JSON values.

Declared as DRF serializers so that the OpenAPI is drawn from them, but shaped by a loop of getters:
a hundred rows cost about what orjson costs to write them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from operator import attrgetter
from typing import Any

from rest_framework import serializers

_Getter = Callable[[Any], Any]


class Out(serializers.Serializer):
    """A response body. A field's `source` names the attribute it reads, dots allowed."""

    @classmethod
    def shape(cls, view: Any) -> dict[str, Any]:
        """`view` as a JSON object with exactly the declared members."""
        if isinstance(view, Mapping):
            return {name: _inner(field, view[field.source or name]) for name, field in _fields(cls)}
        return {name: getter(view) for name, getter in _getters(cls)}


class OutList(serializers.ListField):
    """A list inside an answer."""


@cache
def _fields(cls: type[Out]) -> tuple[tuple[str, Any], ...]:
    return tuple(cls().get_fields().items())


@cache
def _getters(cls: type[Out]) -> tuple[tuple[str, _Getter], ...]:
    return tuple((name, _getter(field, name)) for name, field in _fields(cls))


def _getter(field: Any, name: str) -> _Getter:
    read = attrgetter(field.source or name)
    if isinstance(field, Out | serializers.ListField):
        return lambda view: _inner(field, read(view))
    return read


def _inner(field: Any, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(field, Out):
        return type(field).shape(value)
    if isinstance(field, serializers.ListField):
        child = field.child
        if isinstance(child, Out):
            return [type(child).shape(item) for item in value]
        return list(value)
    return value
