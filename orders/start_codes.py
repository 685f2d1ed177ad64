"""Start codes: six digits that prove that worker and employer stand on the same site.

A code is derived, not stored: a keyed hash of the assignment and the code's version, cut to six
digits. Guessing is bounded by `MAX_TRIES` wrong tries a version.
"""

from __future__ import annotations

import hmac
from uuid import UUID

from kernel.crypto import blind_index
from kernel.db import current_scope

MAX_TRIES = 5
_DIGITS = 6


def code_of(assignment_id: UUID, version: int) -> str:
    """The code in the open county."""
    scope = current_scope()
    assert scope is not None
    digest = blind_index(f"{assignment_id}:{version}", purpose="start_code", scope=scope)
    return f"{int(digest[:15], 16) % 10**_DIGITS:0{_DIGITS}d}"


def same(given: str, code: str) -> bool:
    """Compares without telling by its time how much was right."""
    return hmac.compare_digest(given.strip().encode(), code.encode())
