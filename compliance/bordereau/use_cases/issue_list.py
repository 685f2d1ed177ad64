from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime

from django.db import connection

from compliance.bordereau import lists, selectors
from compliance.bordereau.contracts import IssuedList, ListFormat
from compliance.bordereau.errors import SPAN_NOT_OVER
from compliance.bordereau.events import LIST_ISSUED
from compliance.bordereau.models import IssuedList as Row
from files.contracts import FileKind, FileView
from files.use_cases.store_file import store_file
from kernel import audit
from kernel.actor import Actor
from kernel.clock import business_day
from webhooks.stream import tell


def issue_list(*, insurer: str, first: date, last: date, actor: Actor, now: datetime) -> IssuedList:
    """Gives out the insurer's list of closed Shanghai days, as CSV and as XLSX, once and for good.

    Asked again for the same days it returns what was given out then; what changed since stands in a list
    of other days, or in the month's. The system's timer calls it, and who may read lists.

    Raises `forbidden`, `bordereau_span`, `bordereau_not_over`, `file_storage_unavailable`.
    """
    if actor.partner is not None or not actor.has("bordereaux:settle"):
        actor.require("bordereaux:read")
    if last >= business_day(now):
        raise SPAN_NOT_OVER.error(field="last", last=last.isoformat())
    with connection.cursor() as cursor:  # two at once would store the files twice
        key = f" bordereau {insurer} {first} {last}"
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || %s, 0))", [key])
    known = Row.objects.filter(insurer=insurer, first=first, last=last).first()
    if known is not None:
        return selectors.issued_view(known)
    listed = selectors.build(insurer, first, last)
    files: dict[ListFormat, FileView] = {
        form: store_file(
            kind=FileKind.BORDEREAU,
            name=lists.file_name(insurer, first, last, form),
            content=lists.write(listed, form),
            actor=actor,
            now=now,
        )
        for form in ListFormat
    }
    row = Row.objects.create(
        insurer=insurer,
        first=first,
        last=last,
        csv_file=files[ListFormat.CSV].id,
        csv_sha256=files[ListFormat.CSV].sha256,
        xlsx_file=files[ListFormat.XLSX].id,
        xlsx_sha256=files[ListFormat.XLSX].sha256,
        totals=asdict(listed.totals),
        issued_at=now,
        issued_by=actor.key,
    )
    detail = {"insurer": insurer, "first": first.isoformat(), "last": last.isoformat()}
    audit.record(actor, "bordereau.issued", subject=row.id, purpose="bordereau", now=now, detail=detail)
    told = {"list_id": str(row.id), "first": str(first), "last": str(last), "due_fen": listed.totals.due_fen}
    tell(partner=insurer, type=LIST_ISSUED, subject=row.id, data=told, now=now)
    return selectors.issued_view(row)
