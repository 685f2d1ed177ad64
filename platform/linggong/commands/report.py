"""`linggong report …`: a file of the city's figures, made by whoever is first, this process or a worker."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from uuid import UUID

from django.db import connections
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from kernel.actor import SYSTEM
from kernel.errors import DomainError
from reporting.contracts import Compare, Dimension
from reporting.exports import selectors
from reporting.exports.contracts import ExportKind, ExportOrder, ExportView
from reporting.exports.runner import run_next
from reporting.exports.states import OPEN, ExportState
from reporting.exports.use_cases.request_export import request_export
from reporting.signoff.rules import last_day, parse_month
from tenants.clock import market_now

_POLL_SECONDS = 0.25


def export(
    *,
    kind: str,
    month: str,
    last: str,
    metrics: list[str],
    counties: list[str],
    group_by: list[str],
    compare: str,
    as_signed: bool,
    lang: str,
    out: Path,
) -> int:
    """Makes the file and writes it to `out` (a folder, or the file's name); 0 when it is there, else 1."""
    console = Console(stderr=True)
    try:
        first = parse_month(month)
        wanted = ExportOrder(
            kind=ExportKind(kind),
            first=first,
            last=last_day(parse_month(last, field="last") if last else first),
            metrics=tuple(metrics),
            counties=tuple(counties) or None,
            group_by=tuple(Dimension(name) for name in group_by) or (Dimension.COUNTY,),
            compare=Compare(compare) if compare else None,
            as_signed=as_signed,
            lang=lang,
        )
        made = _made(request_export(order=wanted, actor=SYSTEM, now=market_now()).id, console)
        if made.state is not ExportState.DONE:
            console.print(f"{made.state}: {made.fault} {made.fault_en}", style="red")
            return 1
        found, content = selectors.file_of(made.id)
    except (DomainError, ValueError) as fault:
        console.print(str(fault), style="red")
        return 1
    place = out / found.file_name if out.is_dir() else out
    place.write_bytes(content)
    console.print(f"{place}: {found.size:,} bytes, sha256 {found.sha256}")
    return 0


def _made(export_id: UUID, console: Console) -> ExportView:
    """Works on the export in a thread, and watches it: a worker of the site may have been quicker."""
    worker = threading.Thread(target=_work, args=(export_id,), daemon=True)
    worker.start()
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed}/{task.total}"))
    with Progress(*columns, TimeElapsedColumn(), console=console) as bar:
        task = bar.add_task("queued", total=None)
        while (found := selectors.export(export_id)).state in OPEN:
            bar.update(task, description=str(found.state), completed=found.done, total=found.total or None)
            time.sleep(_POLL_SECONDS)
        bar.update(task, description=str(found.state), completed=found.done, total=found.total)
    worker.join()
    return found


def _work(export_id: UUID) -> None:
    try:
        while run_next(export_id):
            pass
    finally:
        connections.close_all()
