from __future__ import annotations

from datetime import date, datetime

from compliance.bordereau import access, selectors, statements
from compliance.bordereau.contracts import StatementView
from compliance.bordereau.errors import MONTH_INVALID
from compliance.bordereau.models import Statement
from files import rules as file_rules
from files.contracts import Deposited, FileKind
from files.use_cases.record_file import record_file
from files.use_cases.store_file import store_file
from kernel import audit
from kernel.actor import Actor


def receive_statement(
    *,
    insurer: str,
    month: date,
    name: str,
    content: bytes,
    actor: Actor,
    now: datetime,
    deposited: Deposited | None = None,
) -> StatementView:
    """Takes in an insurer's own account of a month, CSV or XLSX, after reading all of it. The newest one
    counts; the same bytes again are the same statement. `deposited` are the same bytes, when they were
    laid down before the transaction.

    Handed in by the insurer's machine or by who settles for the county. Raises `forbidden`,
    `bordereau_not_found` for another insurer's machine, `statement_invalid` (StatementFaults names every
    cell), and what `files` raises for a file that is not what it says.
    """
    access.check_hands_in(actor, insurer)
    if month.day != 1:
        raise MONTH_INVALID.error(field="month")
    file_rules.check(FileKind.BORDEREAU, content)  # before any parser of ours looks at it
    rows = statements.read_statement(content)
    newest = Statement.objects.filter(insurer=insurer, month=month).order_by("-id").first()
    if newest is not None and newest.sha256 == file_rules.sha256_of(content):
        return selectors.statement_view(newest)
    if deposited is None:
        stored = store_file(kind=FileKind.BORDEREAU, name=name, content=content, actor=actor, now=now)
    else:
        stored = record_file(deposited=deposited, actor=actor, now=now)
    row = Statement.objects.create(
        insurer=insurer,
        month=month,
        file_id=stored.id,
        sha256=stored.sha256,
        rows=len(rows),
        by=actor.key,
        received_at=now,
    )
    detail = {"insurer": insurer, "month": month.isoformat(), "rows": len(rows)}
    audit.record(actor, "bordereau.statement", subject=row.id, purpose="statement", now=now, detail=detail)
    return selectors.statement_view(row)
