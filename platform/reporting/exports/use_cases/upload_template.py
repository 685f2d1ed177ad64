from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from files.rules import sha256_of
from files.storage import city_key_of
from kernel.actor import Actor
from kernel.identifiers import clean_text
from kernel.ids import uuid7
from reporting.exports import store
from reporting.exports.contracts import XLSX_TYPE, TemplateCell, TemplateView
from reporting.exports.errors import TEMPLATE_UNKNOWN
from reporting.exports.models import ExportTemplate
from reporting.exports.selectors import template_view
from reporting.exports.templates import check_cells, open_template, plain
from tenants import catalogue, directory


def upload_template(
    *, name: str, content: bytes, cells: Sequence[TemplateCell], actor: Actor, now: datetime
) -> TemplateView:
    """Keeps a form of the authority's own and which figure goes into which cell. Bytes first, then the row.

    Needs `exports:write`. Raises `forbidden`, `text_length`, what `files.rules.check` raises,
    `export_template_file`, `export_template_cells`, `export_template_cell` with the cell at fault, and
    `file_storage_unavailable`.
    """
    actor.require(store.WRITE)
    title = clean_text(name, "name", 80, min_len=1)
    check_cells(
        open_template(content),
        cells,
        counties=(ref.slug for ref in directory.all_counties()),
        trades=catalogue.trades(),
    )
    made = uuid7()
    key = city_key_of("template", made)
    store.keep_file(key, content, media_type=XLSX_TYPE)
    with store.public_transaction():
        row = ExportTemplate.objects.create(
            id=made,
            name=title,
            file_key=key,
            sha256=sha256_of(content),
            size=len(content),
            cells=[plain(cell) for cell in cells],
            uploaded_by=actor.key,
            uploaded_at=now,
        )
        store.record(made, "uploaded", actor=actor, now=now, name=title, cells=len(cells))
        return template_view(row)


def retire_template(*, template_id: UUID, actor: Actor, now: datetime) -> TemplateView:
    """No new export of a template; schedules that use it go on. Retiring it again changes nothing. Needs
    `exports:write`. Raises `forbidden`, `export_template_unknown`."""
    actor.require(store.WRITE)
    with store.public_transaction():
        row = ExportTemplate.objects.select_for_update().filter(pk=template_id).first()
        if row is None:
            raise TEMPLATE_UNKNOWN.error(field="id")
        if row.active:
            row.active = False
            row.save(update_fields=["active"])
            store.record(row.pk, "retired", actor=actor, now=now)
        return template_view(row)
