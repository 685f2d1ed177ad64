"""Reads of one open county. Who may see a file is for the room that uses it to decide."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from files import storage, vault
from files.contracts import FileKind, FileView
from files.errors import FILE_DAMAGED, FILE_NOT_FOUND, FILE_QUOTA
from files.models import StoredFile
from files.rules import DAILY_FILES, sha256_of
from kernel.actor import Actor, Channel
from kernel.clock import business_day, day_bounds


def file_view(file_id: UUID, *, field: str = "file_id") -> FileView:
    """A file on record, or `file_not_found`."""
    row = StoredFile.objects.filter(id=file_id).first()
    if row is None:
        raise FILE_NOT_FOUND.error(field=field)
    return view_of(row)


def file_views(ids: Iterable[UUID]) -> dict[UUID, FileView]:
    """Files by id; unknown ids are left out. One query for any number."""
    return {row.id: view_of(row) for row in StoredFile.objects.filter(id__in=list(ids))}


@dataclass(frozen=True, slots=True)
class Kept:
    """A file on record and where its bytes lie: enough to fetch them after the county's transaction."""

    view: FileView
    key: str


def kept_file(file_id: UUID) -> Kept:
    """Raises `file_not_found`."""
    row = StoredFile.objects.filter(id=file_id).first()
    if row is None:
        raise FILE_NOT_FOUND.error(field="file_id")
    return Kept(view_of(row), row.key)


def fetch(kept: Kept) -> bytes:
    """The bytes as they were kept; needs no transaction. Raises `file_damaged` when they are no longer
    those that were recorded, `file_storage_unavailable`."""
    content = storage.storage().get(kept.key, max_bytes=kept.view.size)
    if content is None or sha256_of(content) != kept.view.sha256:
        raise FILE_DAMAGED.error(field="file_id", reason="SHA-256")
    return content


def read_file(file_id: UUID) -> bytes:
    """The bytes as they were kept. Raises what `kept_file` and `fetch` raise."""
    return fetch(kept_file(file_id))


def check_quota(actor: Actor, *, now: datetime) -> None:
    """A person stores at most `rules.DAILY_FILES` files a Shanghai day (`file_quota`). The system and
    machine clients are bounded by what they have to deliver."""
    if actor.user_id is None or actor.channel is Channel.SYSTEM:
        return
    since, _ = day_bounds(business_day(now))
    if StoredFile.objects.filter(stored_by=actor.key, at__gte=since).count() >= DAILY_FILES:
        raise FILE_QUOTA.error(limit=DAILY_FILES)


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
