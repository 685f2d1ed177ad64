from __future__ import annotations

from datetime import datetime

from files import vault
from files.contracts import FileKind, FileView
from files.deposit import deposit
from files.use_cases.record_file import record_file
from kernel.actor import Actor


def store_file(
    *,
    kind: FileKind,
    name: str,
    content: bytes,
    actor: Actor,
    now: datetime,
    expected_sha256: str | None = None,
) -> FileView:
    """Checks, keeps and records a file in the open county.

    Bytes first, then the row: when the transaction is lost the bytes are an orphan that
    `tasks.sweep_orphans` removes; a row without bytes cannot come about. With `expected_sha256` (hex)
    the content must be the announced one. Where a network storage must not be waited for inside a
    transaction, call `deposit` before it and `record_file` within.

    Raises what `rules.check` raises, `file_name`, `file_hash`, `file_quota`, `file_storage_unavailable`.
    """
    deposited = deposit(
        schema=vault.scope(), kind=kind, name=name, content=content, expected_sha256=expected_sha256
    )
    return record_file(deposited=deposited, actor=actor, now=now)
