"""The executor's short way: whole subtrees of plain values at once.

graphql-core resolves and completes every field of every row by itself, which for a hundred rows of thirty
fields is three thousand turns through the same code. Most of our types are dataclasses of evaluated values:
for a selection of such fields a renderer is put together once a request and then applied to each row.

A renderer knows only values that are what the schema promises. At the first that is not (a null where none
may be, a number beyond 32 bits) it gives up, and the executor walks the subtree itself: reading it again
changes nothing, and every error is then said in the place and the words it always was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from operator import attrgetter
from typing import Any, Final
from uuid import UUID

from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLError,
    GraphQLField,
    GraphQLInt,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLScalarType,
    is_object_type,
)
from graphql.pyutils import Path
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from cityql.lookahead import ResolveInfo

Render = Callable[[Any], Any]

_INT_BITS: Final = 31
_MOMENTS: Final = {"DateTime": datetime, "Date": date}


class NotPlain(Exception):
    """A value that only the executor's own way can judge."""


class Executor(StrawberryGraphQLCoreExecutionContext):
    """graphql-core's executor, which renders what can be rendered."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # By type and field group; the group is kept along, so that no other can come to have its id.
        self._renderers: dict[tuple[str, int], tuple[Any, Render | None]] = {}

    def complete_object_value(
        self,
        return_type: GraphQLObjectType,
        field_details_list: Any,
        info: ResolveInfo,
        path: Path,
        result: Any,
        position_context: Any,
    ) -> Any:
        render = self._renderer(return_type, field_details_list)
        if render is not None:
            try:
                return render(result)
            except (NotPlain, AttributeError):
                pass
        return super().complete_object_value(
            return_type, field_details_list, info, path, result, position_context
        )

    def complete_list_value(
        self,
        return_type: GraphQLList[Any],
        field_details_list: Any,
        info: ResolveInfo,
        path: Path,
        result: Any,
        position_context: Any,
    ) -> Any:
        if isinstance(result, list):
            render = self._of_type(return_type, field_details_list)
            if render is not None:
                try:
                    return render(result)
                except (NotPlain, AttributeError):
                    pass
        return super().complete_list_value(
            return_type, field_details_list, info, path, result, position_context
        )

    def _renderer(self, of: GraphQLObjectType, group: Any) -> Render | None:
        key = (of.name, id(group))
        if key not in self._renderers:
            self._renderers[key] = (group, self._of_object(of, group))
        return self._renderers[key][1]

    def _of_object(self, of: GraphQLObjectType, group: Any) -> Render | None:
        """Renders an object of the type, or None when a field of it has work of its own to do."""
        if of.is_type_of is not None:
            return None
        fields, deferred, _ = self.collect_subfields(of, group)
        if deferred:
            return None
        keys: list[str] = []
        names: list[str] = []
        renders: list[Render] = []
        for key, below in fields.items():
            plain = self._of_field(of, below)
            if plain is None:
                return None
            keys.append(key)
            names.append(plain[0])
            renders.append(plain[1])
        return _object(keys, names, renders) if keys else None

    def _of_field(self, of: GraphQLObjectType, group: Any) -> tuple[str, Render] | None:
        """The attribute that a field shows, and how."""
        name = group[0].node.name.value
        if name == "__typename":
            return "__class__", lambda _type: of.name
        field = self.schema.get_field(of, name)
        attribute = None if field is None else _attribute(field)
        if field is None or attribute is None:
            return None
        render = self._of_type(field.type, group)
        return None if render is None else (attribute, render)

    def _of_type(self, of: GraphQLOutputType, group: Any) -> Render | None:
        inner: Any = of
        nullable = not isinstance(inner, GraphQLNonNull)
        if not nullable:
            inner = inner.of_type
        render: Render | None
        if isinstance(inner, GraphQLList):
            item = self._of_type(inner.of_type, group)
            render = None if item is None else _list(item)
        elif is_object_type(inner):
            render = self._renderer(inner, group)
        elif isinstance(inner, GraphQLEnumType):
            return _enum(inner, nullable)
        elif isinstance(inner, GraphQLScalarType):
            render = _scalar(inner)
        else:
            return None
        if render is None:
            return None
        # Leaves refuse None by themselves; so do lists and objects, which have nothing to read in it.
        return _or_null(render) if nullable else render


def _attribute(field: GraphQLField) -> str | None:
    """The attribute that a field without a resolver shows."""
    definition = field.extensions.get("strawberry-definition")
    if definition is None or not definition.is_basic_field or field.args:
        return None
    name: str = definition.python_name
    return name


def _object(keys: list[str], names: list[str], renders: list[Render]) -> Render:
    steps = list(zip(keys, renders, strict=True))
    if len(names) == 1:
        [(key, render)], [name] = steps, names
        return lambda source: {key: render(getattr(source, name))}
    read = attrgetter(*names)

    def whole(source: Any) -> Any:
        return {key: render(value) for (key, render), value in zip(steps, read(source), strict=True)}

    return whole


def _list(item: Render) -> Render:
    def whole(values: Iterable[Any]) -> Any:
        if not isinstance(values, list | tuple):
            raise NotPlain
        return [item(value) for value in values]

    return whole


def _or_null(render: Render) -> Render:
    return lambda value: None if value is None else render(value)


def _enum(of: GraphQLEnumType, nullable: bool) -> Render:
    names: dict[Any, str | None] = {value.value: name for name, value in of.values.items()}
    if nullable:
        names[None] = None

    def name_of(value: Any) -> str | None:
        try:
            return names[value]
        except (KeyError, TypeError):
            raise NotPlain from None

    return name_of


def _scalar(of: GraphQLScalarType) -> Render | None:
    if of.name == "String":
        return _text
    if of.name == "ID":
        return _id
    if of is GraphQLInt:
        return _int
    if of is GraphQLBoolean:
        return _flag
    if of.name in _MOMENTS:
        return _moment
    serialize = of.coerce_output_value

    def scalar(value: Any) -> Any:
        if value is None:
            raise NotPlain
        try:
            return serialize(value)
        except (GraphQLError, ValueError, TypeError):
            raise NotPlain from None

    return scalar


def _text(value: Any) -> Any:
    if type(value) is not str:
        raise NotPlain
    return value


def _id(value: Any) -> Any:
    if type(value) is UUID:
        return str(value)
    return _text(value)


def _int(value: Any) -> Any:
    if type(value) is not int or value >> _INT_BITS not in (0, -1):
        raise NotPlain
    return value


def _flag(value: Any) -> Any:
    if value is not True and value is not False:
        raise NotPlain
    return value


def _moment(value: Any) -> Any:
    if value is None:
        raise NotPlain
    return value.isoformat()
