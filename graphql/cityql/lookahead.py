"""Which fields stand below one that is being resolved, as the executor will come to them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from graphql import (
    FieldNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLIncludeDirective,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLSkipDirective,
    SelectionNode,
    SelectionSetNode,
    VariableValues,
    get_argument_values,
    get_directive_values,
    get_named_type,
)

ResolveInfo = GraphQLResolveInfo[Any]


def selected(info: ResolveInfo) -> dict[str, list[FieldNode]]:
    """The fields below by response key (the alias, else the name), fragments spread out, without what
    @skip and @include leave out. The field's type must be one object type, so every fragment fits it.
    Where a key is written twice, validation has made sure that both have the same name and arguments."""
    found: dict[str, list[FieldNode]] = {}
    for node in info.field_nodes:
        for field in _fields(info, node.selection_set):
            found.setdefault(field.alias.value if field.alias else field.name.value, []).append(field)
    return found


def arguments_below(info: ResolveInfo, name: str) -> Iterator[dict[str, Any]]:
    """The arguments, as the executor will coerce them, of each field of this name among those below."""
    parent = _type_of(info)
    for nodes in selected(info).values():
        if nodes[0].name.value == name:
            yield get_argument_values(parent.fields[name], nodes[0], _variables(info))


def _fields(info: ResolveInfo, within: SelectionSetNode | None) -> Iterator[FieldNode]:
    for node in within.selections if within else ():
        if not _wanted(info, node):
            continue
        if isinstance(node, FieldNode):
            yield node
        elif isinstance(node, FragmentSpreadNode):
            yield from _fields(info, info.fragments[node.name.value].selection_set)
        else:
            yield from _fields(info, getattr(node, "selection_set", None))


def _wanted(info: ResolveInfo, node: SelectionNode) -> bool:
    skip = get_directive_values(GraphQLSkipDirective, node, _variables(info))
    include = get_directive_values(GraphQLIncludeDirective, node, _variables(info))
    return not (skip and skip["if"]) and bool(include is None or include["if"])


def _variables(info: ResolveInfo) -> VariableValues:
    """strawberry hands resolvers the coerced values alone, graphql-core their sources as well."""
    given: Any = info.variable_values
    return given if isinstance(given, VariableValues) else VariableValues(sources={}, coerced=given)


def _type_of(info: ResolveInfo) -> GraphQLObjectType:
    found = get_named_type(info.return_type)
    assert isinstance(found, GraphQLObjectType)
    return found


def resolve_early(info: ResolveInfo, source: object, key: str, nodes: list[FieldNode]) -> Any:
    """What the resolver of a field of `source` says, the value that `info`'s field will have: called with
    the arguments and the path that the executor will call it with. Raises GraphQLError for arguments that
    do not fit, as the executor then does, too."""
    parent, name = _type_of(info), nodes[0].name.value
    field: GraphQLField = parent.fields[name]
    assert field.resolve is not None, "asked early are only fields with resolvers of their own"
    early = info._replace(
        field_name=name,
        field_nodes=nodes,
        return_type=field.type,
        parent_type=parent,
        path=info.path.add_key(key, parent.name),
    )
    return field.resolve(source, early, **get_argument_values(field, nodes[0], _variables(info)))
