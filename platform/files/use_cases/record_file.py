from __future__ import annotations

from datetime import datetime

from files import vault
from files.contracts import Deposited, FileView
from files.models import StoredFile
from files.selectors import check_quota, view_of
from kernel.actor import Actor


def record_file(*, deposited: Deposited, actor: Actor, now: datetime) -> FileView:
    """Puts bytes that already lie in the county's storage on record, in the open county's transaction.

    Raises `file_quota`; ValueError for another county's bytes, which is a mistake of ours.
    """
    if deposited.schema != vault.scope():
        raise ValueError("these bytes lie in another county's storage")
    check_quota(actor, now=now)
    row = StoredFile(
        id=deposited.id,
        kind=deposited.kind,
        name_sealed=vault.sealed(deposited.name, row=deposited.id),
        media_type=deposited.media_type,
        size=deposited.size,
        sha256=deposited.sha256,
        pages=deposited.pages,
        width=deposited.width,
        height=deposited.height,
        key=deposited.key,
        stored_by=actor.key,
        channel=actor.channel,
        at=now,
    )
    row.save(force_insert=True)
    return view_of(row)
