"""Reads of one open county. Who may see a file is for the room that uses it to decide."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from files import storage, vault
from files.contracts import FileKind, FileView
from files.errors import FILE_DAMAGED, FILE_NOT_FOUND
from files.models import StoredFile
from files.rules import sha256_of


def file_view(file_id: UUID, *, field: str = "file_id") -> FileView:
    """A file on record, or `file_not_found`."""
    row = StoredFile.objects.filter(id=file_id).first()
    if row is None:
        raise FILE_NOT_FOUND.error(field=field)
    return view_of(row)


def file_views(ids: Iterable[UUID]) -> dict[UUID, FileView]:
    """Files by id; unknown ids are left out. One query for any number."""
    return {row.id: view_of(row) for row in StoredFile.objects.filter(id__in=list(ids))}


def read_file(file_id: UUID) -> bytes:
    """The bytes as they were kept. Raises `file_not_found`, `file_damaged` when they are no longer those
    that were recorded, `file_storage_unavailable`."""
    row = StoredFile.objects.filter(id=file_id).first()
    if row is None:
        raise FILE_NOT_FOUND.error(field="file_id")
    content = storage.storage().get(row.key, max_bytes=row.size)
    if content is None or sha256_of(content) != row.sha256:
        raise FILE_DAMAGED.error(field="file_id", reason="SHA-256")
    return content


def view_of(row: StoredFile) -> FileView:
    return FileView(
        id=row.id,
        kind=FileKind(row.kind),
        name=vault.opened(row.name_sealed, row=row.id),
        media_type=row.media_type,
        size=row.size,
        sha256=row.sha256,
        pages=row.pages,
        width=row.width,
        height=row.height,
        stored_by=row.stored_by,
        at=row.at,
    )
