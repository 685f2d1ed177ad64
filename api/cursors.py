"""Pages: an opaque, signed cursor that is good for one list of one county."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.core import signing

from api.errors import CURSOR_INVALID
from api.fields import In, Raw, Whole

T = TypeVar("T")
MAX_PAGE = 100


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Rows of one page and the position after the last of them (None on the last page)."""

    items: Sequence[T]
    after: Any | None


class PageIn(In):
    """What every list takes."""

    cursor = Raw(required=False, max_length=500, help_text="`next` of the page before; absent for the first")
    limit = Whole(minimum=1, maximum=MAX_PAGE, default=50)


def seal(position: Any, salt: str) -> str:
    """A position (JSON value) as text that only this installation can have written."""
    return signing.dumps(position, salt=f"cursor:{salt}")


def unseal(cursor: str | None, salt: str, *, field: str = "cursor") -> Any | None:
    """The position, None for the first page; `cursor_invalid` for anything not sealed for this list."""
    if cursor is None:
        return None
    try:
        return signing.loads(cursor, salt=f"cursor:{salt}")
    except signing.BadSignature:
        raise CURSOR_INVALID.error(field=field) from None
