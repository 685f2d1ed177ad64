"""How large a query may be, measured on the parsed document before anything validates or runs it.

Every fragment is measured once and its measure is added at each spread, so a document that multiplies
by fragments costs no more to refuse than to parse. The walk stops at the nesting limit, so it cannot
meet the interpreter's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, NamedTuple

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSyntaxError,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    NullValueNode,
    OperationDefinitionNode,
    OperationType,
    SelectionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    parse,
)

from cityql.errors import (
    FRAGMENT_CYCLE,
    FRAGMENT_UNKNOWN,
    MUTATION_ALONE,
    NO_SUBSCRIPTIONS,
    OPERATION,
    SYNTAX,
    TOO_COSTLY,
    TOO_DEEP,
    TOO_LONG,
    TOO_MANY_ALIASES,
    TOO_MANY_DIRECTIVES,
    TOO_MANY_FIELDS,
)
from kernel.errors import DomainError

MAX_BODY: Final = 1_048_576
MAX_SOURCE: Final = 20_000  # characters
MAX_TOKENS: Final = 1_000
MAX_COMMENTS: Final = 100
MAX_DEPTH: Final = 10
MAX_INTROSPECTION_DEPTH: Final = 18  # GraphiQL asks for nine levels of ofType: 15
MAX_NESTING: Final = 40  # selection sets and spreads on one path, whatever they are
MAX_ALIASES: Final = 15
MAX_DIRECTIVES: Final = 20
MAX_FIELDS: Final = 1_000
MAX_COST: Final = 60_000  # a report of every figure, a default page of rows: 54,567
MAX_LIST: Final = 100  # entries of a list argument
DB_TIMEOUT_MS: Final = 5_000

# What a field with fields below it costs by itself: asking a database is dearer than reading what is there.
PRICE: Final[Mapping[str, int]] = {
    "counties": 50,
    "county": 50,
    "operations": 50,
    "operation": 50,
    "obligations": 500,
    "month": 500,
    "export": 50,
    "exports": 50,
    "exportSchedules": 50,
    "exportTemplates": 50,
    "months": 500,
    "trades": 50,
    "insurers": 50,
    "cityReport": 500,
    "figures": 2_000,  # years of days may lie behind a row
    "dictionary": 50,
    "targets": 500,
    "targetChanges": 50,
    "ticker": 50,
    "watch": 500,
    "alert": 500,
    "watchRules": 50,
    "alertCases": 500,
    "orders": 500,
    "products": 500,
    "rateTables": 500,
    "rateTable": 500,
    "diff": 500,
    "policies": 500,
    "claims": 500,
    "claimStatistics": 500,
    "deliveries": 500,
    "connections": 500,
    "settlements": 500,
    "lossRatio": 500,
    "fund": 500,
    "ledgerAccounts": 500,
    "ledgerTransfers": 500,
    "ledgerCheck": 5_000,
    "partners": 500,
    "staff": 500,
    "policyHistory": 500,
    "agencies": 500,
    "publishPolicy": 500,
}
# How often what stands below a field is repeated.
REPEATS: Final[Mapping[str, int]] = {
    "designations": 3,
    "predecessors": 3,
    "obligations": 10,
    "steps": 5,
    "detail": 8,
    "versions": 4,
    "changes": 50,
    "difference": 100,
    "signedFigures": 500,
    "exportSchedules": 20,
    "exportTemplates": 20,
    "currentFigures": 500,
    "counties": 20,
    "trades": 50,
    "insurers": 20,
    "places": 5,
    "dictionary": 100,
    "targetChanges": 20,
    "ticker": 100,
    "watchRules": 5,
    "thresholds": 7,
    "numbers": 7,
    "history": 20,
    "products": 20,
    "connections": 20,
    "programs": 10,
    "occupations": 50,
    "classes": 6,
    "levels": 4,
    "ageBands": 6,
    "days": 4,
    "heads": 4,
    "diff": 100,
    "byState": 10,
    "byTrade": 50,
    "byInsurer": 10,
    "daysToDecision": 7,
    "cells": 50,
    "partners": 20,
    "clients": 5,
    "endpoints": 5,
    "roles": 20,
    "agencies": 100,
    "policyFields": 20,
    "publishPolicy": 100,
}
_BEYOND: Final = 10**12
# Fields that are asked for `first` so many: by default, and at most.
PAGES: Final[Mapping[str, tuple[int, int]]] = {
    "watch": (20, 100),
    "alertCases": (20, 100),
    "months": (50, 100),
    "exports": (20, 100),
    "operations": (20, 100),
    "orders": (20, 100),
    "policies": (20, 100),
    "claims": (20, 100),
    "deliveries": (20, 100),
    "settlements": (20, 100),
    "rateTables": (10, 50),
    "policyHistory": (10, 50),
    "ledgerAccounts": (20, 100),
    "ledgerTransfers": (20, 100),
    "staff": (20, 100),
    "rows": (500, 1_000),
    "targets": (100, 1_000),
}


class Size(NamedTuple):
    """How long a list is that an argument of a field above it gives: the argument is a number or a list.
    Without the argument `needs` there is one row at most."""

    argument: str
    usual: int
    most: int
    needs: str = ""


# Fields that say so of lists below them.
SIZES: Final[Mapping[str, Mapping[str, Size]]] = {
    "figures": {"rows": Size("limit", 400, 2_000, "groupBy"), "values": Size("metrics", 1, MAX_LIST)},
}
# Names of questions that are names of plain values as well; the questions have arguments, which they need.
ASKED: Final = frozenset({"county", "figures"})


_Sizes = tuple[tuple[str, int], ...]
"""How long lists are below a field of `SIZES`, by name."""


@dataclass(frozen=True, slots=True)
class Measure:
    """Depths are of fields below the place measured; the rest are counts with fragments spread out."""

    depth: int = 0
    introspection: int = 0
    aliases: int = 0
    directives: int = 0
    fields: int = 0
    cost: int = 0


def read(source: str, operation_name: str | None, variables: Mapping[str, Any]) -> DocumentNode:
    """The document, parsed and within every limit; else the refusal that names the limit passed."""
    if len(source) > MAX_SOURCE:
        raise TOO_LONG.error(field="query", limit=MAX_SOURCE, what="characters")
    try:
        document = parsed(source)
    except GraphQLSyntaxError as fault:
        raise _syntax(fault) from None
    check(document, operation_name, variables)
    return document


@lru_cache(maxsize=64)
def parsed(source: str) -> DocumentNode:
    """The document of a text, kept for the next time: a dashboard asks the same again and again. Raises
    GraphQLSyntaxError, which is not kept."""
    return parse(source, max_lexical_tokens=MAX_TOKENS, max_comments=MAX_COMMENTS)


def _syntax(fault: GraphQLSyntaxError) -> DomainError:
    """graphql-core tells its own limits and plain faults apart only by their text; a test holds us to it."""
    if "contains more than" in fault.message:
        return TOO_LONG.error(field="query", limit=MAX_TOKENS, what="tokens")
    if "nested too deeply" in fault.message:
        return TOO_DEEP.error(field="query", limit=MAX_NESTING)
    place = fault.locations[0] if fault.locations else None
    return SYNTAX.error(
        field="query",
        line=place.line if place else 1,
        column=place.column if place else 1,
        reason=fault.message.removeprefix("Syntax Error: ")[:200],
    )


def check(document: DocumentNode, operation_name: str | None, variables: Mapping[str, Any]) -> None:
    """Raises unless the operation to run is the one named and each operation of the document is within
    the limits: one that is not run is still validated, which costs as much. A mutation makes one change,
    so that it is done or refused as a whole."""
    operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    if any(node.operation is OperationType.SUBSCRIPTION for node in operations):
        raise NO_SUBSCRIPTIONS.error(field="query")
    named = [node for node in operations if node.name is not None and node.name.value == operation_name]
    if len(named) != 1 if operation_name is not None else len(operations) != 1:
        raise OPERATION.error(field="operationName")
    ruler = _Ruler(document, variables)
    for operation in operations:
        _refuse_above_limits(ruler.operation(operation))
        if operation.operation is OperationType.MUTATION and ruler.top_fields(operation) != 1:
            raise MUTATION_ALONE.error(field="query")
    ruler.rest()


def _refuse_above_limits(size: Measure) -> None:
    if size.depth > MAX_DEPTH:
        raise TOO_DEEP.error(field="query", limit=MAX_DEPTH)
    if size.introspection > MAX_INTROSPECTION_DEPTH:
        raise TOO_DEEP.error(field="query", limit=MAX_INTROSPECTION_DEPTH)
    if size.aliases > MAX_ALIASES:
        raise TOO_MANY_ALIASES.error(field="query", limit=MAX_ALIASES)
    if size.directives > MAX_DIRECTIVES:
        raise TOO_MANY_DIRECTIVES.error(field="query", limit=MAX_DIRECTIVES)
    if size.fields > MAX_FIELDS:
        raise TOO_MANY_FIELDS.error(field="query", limit=MAX_FIELDS)
    if size.cost > MAX_COST:
        raise TOO_COSTLY.error(field="query", cost=min(size.cost, 10**12), limit=MAX_COST)


def measure(document: DocumentNode, variables: Mapping[str, Any]) -> Measure:
    """The measure of a document with one operation."""
    [operation] = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    return _Ruler(document, variables).operation(operation)


class _Ruler:
    def __init__(self, document: DocumentNode, variables: Mapping[str, Any]) -> None:
        self._fragments = {
            node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
        }
        self._variables = variables
        self._defaults: dict[str, object] = {}
        self._known: dict[tuple[str, _Sizes], Measure] = {}
        self._open: set[str] = set()
        self._spread: set[str] = set()

    def operation(self, node: OperationDefinitionNode) -> Measure:
        self._known.clear()  # a fragment's cost depends on the operation's variables
        self._defaults = {
            definition.variable.name.value: self._value(definition.default_value)
            for definition in node.variable_definitions or ()
        }
        return _sum(
            Measure(directives=len(node.directives or ())), self._selections(node.selection_set, 1, ())
        )

    def rest(self) -> None:
        """Fragments that nothing spreads are validated too, so they are held to the limits as well."""
        for name in self._fragments.keys() - self._spread:
            _refuse_above_limits(self._fragment(name, 1, ()))

    def top_fields(self, node: OperationDefinitionNode) -> int:
        """How many fields an operation has at its top, spread out. Measured operations only: no cycles."""
        return sum(self._top(selection) for selection in node.selection_set.selections)

    def _top(self, node: SelectionNode) -> int:
        if isinstance(node, FragmentSpreadNode):
            within = self._fragments[node.name.value].selection_set
        elif isinstance(node, InlineFragmentNode):
            within = node.selection_set
        else:
            return 1
        return sum(self._top(selection) for selection in within.selections)

    def _selections(self, node: SelectionSetNode, nesting: int, sizes: _Sizes) -> Measure:
        if nesting > MAX_NESTING:
            raise TOO_DEEP.error(field="query", limit=MAX_NESTING)
        return _sum(*(self._selection(selection, nesting, sizes) for selection in node.selections))

    def _selection(self, node: SelectionNode, nesting: int, sizes: _Sizes) -> Measure:
        own = Measure(directives=len(node.directives or ()))
        match node:
            case FieldNode():
                return _sum(own, self._field(node, nesting, sizes))
            case InlineFragmentNode():
                return _sum(own, self._selections(node.selection_set, nesting + 1, sizes))
            case FragmentSpreadNode():
                return _sum(own, self._fragment(node.name.value, nesting + 1, sizes))
        return own

    def _fragment(self, name: str, nesting: int, sizes: _Sizes) -> Measure:
        if name in self._open:
            raise FRAGMENT_CYCLE.error(field="query", name=name[:60])
        if name not in self._fragments:
            raise FRAGMENT_UNKNOWN.error(field="query", name=name[:60])
        self._spread.add(name)
        if (name, sizes) not in self._known:
            self._open.add(name)
            fragment = self._fragments[name]
            self._known[name, sizes] = _sum(
                Measure(directives=len(fragment.directives or ())),
                self._selections(fragment.selection_set, nesting, sizes),
            )
            self._open.discard(name)
        return self._known[name, sizes]

    def _field(self, node: FieldNode, nesting: int, sizes: _Sizes) -> Measure:
        name = node.name.value
        if node.selection_set is None:  # a plain value, whatever its name (a report's count of orders)
            leaf = int(not name.startswith("__"))
            return Measure(depth=leaf, aliases=int(node.alias is not None), fields=1, cost=1)
        asked = name not in ASKED or bool(node.arguments)
        if asked and name in SIZES:
            sizes = self._sizes(node, SIZES[name])
        below = self._selections(node.selection_set, nesting + 1, sizes)
        about_schema = name.startswith("__")
        return Measure(
            depth=0 if about_schema else 1 + below.depth,
            introspection=1 + max(below.depth, below.introspection) if about_schema else below.introspection,
            aliases=below.aliases + int(node.alias is not None),
            directives=below.directives,
            fields=below.fields + 1,
            cost=(PRICE.get(name, 1) if asked else 1) + below.cost * self._repeats(node, sizes),
        )

    def _sizes(self, node: FieldNode, lists: Mapping[str, Size]) -> _Sizes:
        given = {argument.name.value: self._value(argument.value) for argument in node.arguments or ()}
        return tuple((name, _length(given, size)) for name, size in lists.items())

    def _value(self, node: ValueNode | None) -> object:
        """What an argument is given: a number, a list, None, or something else, which is refused later. A
        variable that is not sent has its default."""
        if node is None or isinstance(node, NullValueNode):
            return None
        if isinstance(node, IntValueNode):
            return int(node.value) if len(node.value) < 12 else _BEYOND
        if isinstance(node, ListValueNode):
            return list(node.values)
        if isinstance(node, VariableNode):
            name = node.name.value
            return self._variables[name] if name in self._variables else self._defaults.get(name)
        return node

    def _repeats(self, node: FieldNode, sizes: _Sizes) -> int:
        name = node.name.value
        for sized, length in sizes:
            if sized == name:
                return length
        if name not in PAGES:
            return REPEATS.get(name, 1)
        usual, most = PAGES[name]
        for argument in node.arguments or ():
            if argument.name.value == "first":
                return _number(self._value(argument.value), most)
        return usual


def _number(value: object, most: int) -> int:
    """The rows asked for. What is no number is refused later; until then it counts as a full page."""
    return max(value, 1) if type(value) is int else most


def _length(given: Mapping[str, object], size: Size) -> int:
    """The length of a list whose argument is a number, or is a list itself."""
    value = given.get(size.argument)
    if size.needs and not given.get(size.needs):
        return 1
    if value is None:
        return size.usual
    return max(len(value), 1) if isinstance(value, list) else _number(value, size.most)


def _sum(*parts: Measure) -> Measure:
    return Measure(
        depth=max((part.depth for part in parts), default=0),
        introspection=max((part.introspection for part in parts), default=0),
        aliases=sum(part.aliases for part in parts),
        directives=sum(part.directives for part in parts),
        fields=sum(part.fields for part in parts),
        cost=sum(part.cost for part in parts),
    )
