"""Bytes into a county's storage, checked first. Needs no transaction: nothing waits for a network in one."""

from __future__ import annotations

import hmac

from files import rules, storage
from files.contracts import Deposited, FileKind
from files.errors import FILE_HASH
from kernel.ids import uuid7


def deposit(
    *, schema: str, kind: FileKind, name: str, content: bytes, expected_sha256: str | None = None
) -> Deposited:
    """Checks the content and lays it down below the county's prefix; `record_file` then puts it on record.

    Raises what `rules.check` raises, `file_name`, `file_hash` when `expected_sha256` (64 hex digits) is
    another's, `file_storage_unavailable`.
    """
    clean = rules.clean_file_name(name)
    if expected_sha256 is not None and not hmac.compare_digest(
        rules.sha256_of(content).encode(), expected_sha256.strip().lower().encode()
    ):
        raise FILE_HASH.error(field="sha256")
    checked = rules.check(kind, content)
    file_id = uuid7()
    key = storage.key_of(schema, kind, file_id)
    storage.storage().put(key, checked.content, media_type=checked.media_type)
    return Deposited(
        id=file_id,
        schema=schema,
        key=key,
        name=clean,
        kind=kind,
        media_type=checked.media_type,
        size=len(checked.content),
        sha256=checked.sha256,
        pages=checked.pages,
        width=checked.width,
        height=checked.height,
    )
