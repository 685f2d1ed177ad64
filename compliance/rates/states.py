"""The life of a rate table, as data."""

from __future__ import annotations

from enum import StrEnum

from kernel.states import Machine


class TableState(StrEnum):
    """DRAFT and IN_REVIEW price nothing. PUBLISHED counts from its effective date until another one's;
    SUPERSEDED says that this has happened. WITHDRAWN was given up or turned down before publication."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    PUBLISHED = "published"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"


_T = TableState
TABLE = Machine(
    name="rate_table",
    moves={
        _T.DRAFT: frozenset({_T.IN_REVIEW, _T.WITHDRAWN}),
        _T.IN_REVIEW: frozenset({_T.PUBLISHED, _T.WITHDRAWN}),
        _T.PUBLISHED: frozenset({_T.SUPERSEDED}),
        _T.SUPERSEDED: frozenset(),
        _T.WITHDRAWN: frozenset(),
    },
)

EVER_PUBLISHED = frozenset({_T.PUBLISHED, _T.SUPERSEDED})
"""States in which a table prices the days for which it was the newest, and replays its quotes."""
