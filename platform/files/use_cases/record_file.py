from __future__ import annotations

from datetime import datetime

from files import vault
from files.contracts import Deposited, FileView
from files.errors import FILE_QUOTA
from files.models import StoredFile
from files.rules import DAILY_FILES
from files.selectors import view_of
from kernel.actor import Actor, Channel
from kernel.clock import business_day, day_bounds


def record_file(*, deposited: Deposited, actor: Actor, now: datetime) -> FileView:
    """Puts bytes that already lie in the county's storage on record, in the open county's transaction.

    A person stores at most `rules.DAILY_FILES` files a Shanghai day (`file_quota`); the system and
    machine clients are bounded by what they have to deliver. Raises ValueError for another county's
    bytes, which is a mistake of ours.
    """
    if deposited.schema != vault.scope():
        raise ValueError("these bytes lie in another county's storage")
    if actor.user_id is not None and actor.channel is not Channel.SYSTEM:
        since, _ = day_bounds(business_day(now))
        if StoredFile.objects.filter(stored_by=actor.key, at__gte=since).count() >= DAILY_FILES:
            raise FILE_QUOTA.error(limit=DAILY_FILES)
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
