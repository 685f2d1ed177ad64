"""`linggong county …`: what may be done to counties without the owner's rights."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from kernel.actor import SYSTEM
from tenants.clock import market_now
from tenants.contracts import CountyRef
from tenants.operations.contracts import NewCounty, OperationView
from tenants.operations.selectors import operations
from tenants.operations.use_cases.close_county import close_county
from tenants.operations.use_cases.open_successor import open_successor
from tenants.operations.use_cases.rename_county import rename_county
from tenants.operations.use_cases.suspend_county import resume_county, suspend_county

_SHOWN = 50


def suspend(slug: str, reason: str) -> str:
    return _told(suspend_county(slug=slug, reason=reason, actor=SYSTEM, now=market_now()))


def resume(slug: str, reason: str) -> str:
    return _told(resume_county(slug=slug, reason=reason, actor=SYSTEM, now=market_now()))


def rename(slug: str, name: str, name_en: str, *, valid_from: date, code: str) -> str:
    renamed = rename_county(
        slug=slug,
        name=name,
        name_en=name_en,
        valid_from=valid_from,
        code=code or None,
        actor=SYSTEM,
        now=market_now(),
    )
    return f"{renamed.slug}: {name} ({name_en}) from {valid_from.isoformat()} on"


def succeed(
    code: str, slug: str, name: str, name_en: str, *, predecessors: Sequence[str], opens_on: date
) -> str:
    wanted = NewCounty(
        code=code,
        slug=slug,
        name=name,
        name_en=name_en,
        opens_on=opens_on,
        min_wage_month_fen=0,
        min_wage_hour_fen=0,
    )
    return _line(open_successor(predecessors=predecessors, county=wanted, actor=SYSTEM, now=market_now()))


def close(slug: str) -> str:
    return _told(close_county(slug=slug, actor=SYSTEM, now=market_now()))


def operation_lines() -> Iterator[str]:
    for found in operations(actor=SYSTEM, first=_SHOWN).rows:
        yield _line(found)


def _told(county: CountyRef) -> str:
    return f"{county.slug}: {county.state}"


def _line(found: OperationView) -> str:
    told = f"{found.id}  {found.kind}  {found.county.slug}  {found.state}"
    where = f"  {found.steps_done}/{found.steps_total}  {found.step}" if found.step else ""
    return f"{told}{where}{'  ' + found.error if found.error else ''}"
