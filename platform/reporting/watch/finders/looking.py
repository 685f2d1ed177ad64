"""What a rule is given, and what it gives back."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connections, router

from kernel.clock import business_day
from reporting.watch.contracts import Finding, Rule
from reporting.watch.models import Alert
from tenants.contracts import CountyRef


@dataclass(frozen=True, slots=True)
class Looking:
    """The market's moment, the rule's thresholds, and the counties that count. `fresh` are those with no
    fact waiting: of the others silence proves nothing."""

    rule: Rule
    now: datetime
    thresholds: Mapping[str, int]
    counties: Mapping[UUID, CountyRef]
    fresh: frozenset[UUID]
    standing: Sequence[Alert]

    @property
    def today(self) -> date:
        return business_day(self.now)

    def key(self, *parts: object) -> str:
        """The same for the same subject of the rule; says nothing of it."""
        return hashlib.sha256("|".join([self.rule, *map(str, parts)]).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Seen:
    """`over` tells of a standing alert that was not found whether its rule no longer holds."""

    findings: Sequence[Finding]
    over: Callable[[Alert], bool]


def rows(sql: str, params: Mapping[str, Any]) -> Iterator[tuple[Any, ...]]:
    """A query on the login that keeps alerts."""
    with connections[router.db_for_write(Alert)].cursor() as cursor:
        cursor.execute(sql, params)
        yield from cursor.fetchall() if cursor.description else ()
