"""Looking into one county: everything a county node asks for in one transaction, which also keeps who
looked at what, and why.

A resolver of a county's list does not read: it checks its arguments and returns a `Look`. The county
node collects the looks of all its lists before any is answered, opens the county once and carries them out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Protocol, TypeVar
from uuid import UUID

import strawberry
from django.db import InterfaceError, OperationalError
from graphql import GraphQLError
from strawberry.extensions import FieldExtension
from strawberry.types import Info

from cityql.callers import Caller
from cityql.cursors import Cursors
from cityql.database import county_for_drill
from cityql.errors import ARGUMENT, PURPOSE
from cityql.lookahead import ResolveInfo, resolve_early, selected
from cityql.types import Connection, Edge, PageInfo, page_size
from kernel import audit
from kernel.errors import DomainError
from kernel.identifiers import clean_text
from kernel.sorting import BY_AMOUNT, Sorting
from tenants import catalogue
from tenants.contracts import CountyRef
from tenants.county import CountyWork
from tenants.partners import selectors as partners

MAX_PURPOSE = 200

_CODE = re.compile(r"[A-Za-z0-9._-]{1,80}")

Look = Callable[[CountyWork], Any]
"""Reads in the open county; what it returns is evaluated."""


@dataclass(slots=True)
class Desk:
    """What one county node is asked for, by response key, and what came of it."""

    county: CountyRef
    collecting: bool = True
    found: dict[str, Any] = field(default_factory=dict)

    def look(self, info: ResolveInfo, node_itself: object) -> None:
        """Collects the looks of every list below the county field that `info` is of, and carries them out
        in one transaction. What is wrong with a list's arguments is that list's fault, and found before
        the county is opened."""
        looks: dict[str, Look] = {}
        for key, nodes in selected(info).items():
            if nodes[0].name.value in LISTS:
                try:
                    looks[key] = resolve_early(info, node_itself, key, nodes)
                except (DomainError, GraphQLError) as fault:
                    self.found[key] = fault
        if looks:
            self.found |= _carry_out(self.county, looks)
        self.collecting = False

    def answer(self, key: str) -> Any:
        """What came of a look; raises what stopped it."""
        found = self.found[key]
        if isinstance(found, Exception):
            raise found
        return found


LISTS: set[str] = set()
"""Names of the fields that are looked up together, filled in by `LookedUp`."""


class LookedUp(FieldExtension):
    """Marks a county's field whose resolver returns a `Look`; the executor gets what came of it."""

    def apply(self, field: Any) -> None:
        LISTS.add(field.graphql_name or _camel(field.python_name))

    def resolve(self, next_: Callable[..., Any], source: Any, info: Info, **kwargs: Any) -> Any:
        if source.desk.collecting:
            return next_(source, info, **kwargs)
        return source.desk.answer(info.path.key)


def looked_up(resolver: Callable[..., Look], description: str) -> Any:
    """A county's field, of the type its annotation says, whose resolver returns a `Look`."""
    return strawberry.field(resolver=resolver, extensions=[LookedUp()], description=description)


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.title() for word in rest)


def _carry_out(county: CountyRef, looks: Mapping[str, Look]) -> dict[str, Any]:
    """A refusal is the list's own. When the database stops one list, it has stopped the transaction and
    the audit rows with it: then no list of the node is answered."""
    found: dict[str, Any] = {}
    try:
        with county_for_drill(county) as work:
            for key, look in looks.items():
                try:
                    found[key] = look(work)
                except DomainError as refused:
                    found[key] = refused
    except (DomainError, OperationalError, InterfaceError) as fault:
        return dict.fromkeys(looks, fault)
    return found


class Row(Protocol):
    """A row of a room's city selector."""

    @property
    def id(self) -> UUID: ...


def as_it_is(row: Row) -> Any:
    """For rows that have the attributes of their GraphQL type, by the same names."""
    return row


RowT = TypeVar("RowT", bound=Row, covariant=True)
Found = TypeVar("Found")


class Page(Protocol[RowT]):
    """A page of a room's city selector, newest first unless it is sorted otherwise."""

    @property
    def rows(self) -> Sequence[RowT]: ...

    @property
    def more(self) -> bool: ...


def page(
    caller: Caller,
    county: CountyRef,
    name: str,
    *,
    purpose: str | None,
    first: int,
    after: str | None,
    filters: Mapping[str, Any],
    read: Callable[..., Page[Any]],
    node: Callable[[Any], Any],
    sorting: Sorting | None = None,
    amount: Callable[[Any], int] | None = None,
) -> Look:
    """A look at one page of a county's list. `read` is the room's selector, taking `actor`, `first`,
    `before` and the filters; `node` makes a row's GraphQL type. With a purpose it is about people's own
    cases: it needs `city:drill` and leaves an audit row `city.<name>_read`. A list that can be sorted hands
    in how, and what a row's amount is; its selector then takes `sorting` and `beyond` as well."""
    caller.actor.require("city:read" if purpose is None else "city:drill")
    why = None if purpose is None else _purpose(purpose)
    size = page_size(first, name)
    if filters.get("trade") is not None:
        catalogue.trade(filters["trade"])
    if filters.get("insurer") is not None:
        partners.insurer(filters["insurer"])
    kept = {key: _plain(key, value) for key, value in filters.items()}
    salt = ":".join(("cityql", name, county.schema_name, *(str(value) for value in kept.values())))
    if sorting not in (None, Sorting.NEWEST):
        kept["order_by"] = str(sorting)
        salt += f":{sorting}"
    cursors = Cursors(salt)
    before, beyond = (None, None) if after is None else cursors.read(after)
    order = {} if sorting is None else {"sorting": sorting, "beyond": beyond}
    by_amount = amount if sorting in BY_AMOUNT else None

    def look(work: CountyWork) -> Connection[Any]:
        found = read(actor=caller.actor, first=size, before=before, **filters, **order)
        if why is not None:
            audit.record(
                caller.actor,
                f"city.{name}_read",
                subject=None,
                purpose=why,
                now=work.now,
                detail={name: len(found.rows), **kept, "continued": before is not None},
            )
        return _connection(found, cursors, node, by_amount)

    return look


def _connection(
    found: Page[Any],
    cursors: Cursors,
    node: Callable[[Any], Any],
    amount: Callable[[Any], int] | None = None,
) -> Connection[Any]:
    edges = [
        Edge(cursor=cursors.of(row.id, None if amount is None else amount(row)), node=node(row))
        for row in found.rows
    ]
    return Connection(
        edges=edges,
        page_info=PageInfo(has_next_page=found.more, end_cursor=edges[-1].cursor if edges else None),
    )


def once(
    caller: Caller,
    name: str,
    *,
    purpose: str,
    read: Callable[[CountyWork], Found],
    said: Callable[[Found], Mapping[str, Any]],
) -> Look:
    """A look at something that has no pages. Needs `city:drill` and leaves an audit row `city.<name>_read`
    with what `said` tells of what was found."""
    caller.actor.require("city:drill")
    why = _purpose(purpose)

    def look(work: CountyWork) -> Found:
        found = read(work)
        audit.record(
            caller.actor,
            f"city.{name}_read",
            subject=None,
            purpose=why,
            now=work.now,
            detail=said(found),
        )
        return found

    return look


def root_page(
    name: str,
    *,
    first: int,
    after: str | None,
    filters: Mapping[str, Any],
    read: Callable[[int, UUID | None], Page[Any]],
    node: Callable[[Any], Any],
) -> Connection[Any]:
    """A page of a list of the whole city, read at once by `read`, which takes its size and the id of the
    last row of the page before."""
    size = page_size(first, name)
    cursors = Cursors(
        ":".join(("cityql", name, *(str(_plain(key, value)) for key, value in filters.items())))
    )
    return _connection(read(size, None if after is None else cursors.read(after)[0]), cursors, node)


def _plain(name: str, value: Any) -> str | None:
    """A filter's value as it is kept in the audit; a text that no code can be is refused."""
    if value is None:
        return None
    text = str(value.value if isinstance(value, Enum) else value)
    if not _CODE.fullmatch(text):
        raise ARGUMENT.error(field=name, reason=_CODE.pattern)
    return text


def _purpose(text: str) -> str:
    try:
        return clean_text(text, "purpose", MAX_PURPOSE, min_len=2)
    except DomainError:
        raise PURPOSE.error(field="purpose") from None
