"""Figures as files: asking for them, following and scheduling them, and templates of the authority's own."""

from __future__ import annotations

import binascii
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import strawberry

import cityql.figures  # noqa: F401  # gives Dimension and its kin their names in the schema
from cityql.county import AskingInfo
from cityql.cursors import Cursors
from cityql.database import city_snapshot
from cityql.errors import ARGUMENT
from cityql.limits import MAX_LIST, PAGES
from cityql.types import Connection, Edge, PageInfo, page_size
from kernel.errors import Refusal
from reporting.contracts import Boundaries, Compare, Dimension
from reporting.exports import selectors
from reporting.exports.contracts import (
    MONTHLY,
    ExportKind,
    ExportOrder,
    ExportView,
    ScheduleView,
    TemplateCell,
    TemplateView,
)
from reporting.exports.errors import EXPORT_MONTH, EXPORT_UNKNOWN, SCHEDULE_UNKNOWN, TEMPLATE_UNKNOWN
from reporting.exports.states import ExportState
from reporting.exports.templates import MAX_BYTES, MAX_CELLS
from reporting.exports.use_cases import (
    cancel_export,
    request_export,
    schedule_export,
    upload_template,
)
from reporting.signoff.rules import last_day, parse_month
from tenants.clock import market_now

strawberry.enum(
    ExportKind,
    name="ExportKind",
    description=(
        "CSV、XLSX 数据表；BULLETIN 月报 PDF；TEMPLATE 填写自有 XLSX 模板；"
        "OPEN_DATA 开放数据 JSON（小单元格遮蔽）。"
        "CSV and XLSX tables; BULLETIN: the month as PDF; TEMPLATE: a form of your own, filled; OPEN_DATA: "
        "JSON for everybody, small cells masked."
    ),
)
strawberry.enum(
    ExportState,
    name="ExportState",
    description=(
        "QUEUED 排队；RUNNING 生成中；DONE 可下载；FAILED 失败；CANCELLED 已取消；DELETED 文件已删除。"
        "QUEUED, RUNNING: work to do; DONE: there is a file; DELETED: there was one."
    ),
)

_EXPORTS = Cursors("cityql:exports")
Id = Annotated[strawberry.ID, strawberry.argument(description="编号。The id.")]


@strawberry.input(name="ExportInput", description="要导出什么。What is to be exported.")
class ExportInput:
    kind: ExportKind
    month: str | None = strawberry.field(
        default=None,
        description="月份，如 2026-03；月报与模板必填。A month; bulletins and templates need it.",
    )
    first: date | None = strawberry.field(default=None, description="起始日（含）。First day.")
    last: date | None = strawberry.field(default=None, description="截止日（含）。Last day, included.")
    metrics: list[str] | None = strawberry.field(
        default=None, description="指标代码；省略为常用指标。Codes of metrics; absent for the usual ones."
    )
    counties: list[str] | None = None
    trades: list[str] | None = None
    group_by: list[Dimension] | None = strawberry.field(
        default=None, description="默认按县。By county when absent."
    )
    compare: Compare | None = None
    boundaries: Boundaries = Boundaries.AS_WERE
    as_signed: bool = strawberry.field(
        default=False,
        description="按经确认的签报数据。The accepted documents' figures, not what they have become since.",
    )
    lang: str = strawberry.field(default="zh", description="zh 或 en。zh or en.")
    colour: str | None = strawberry.field(
        default=None, description="月报地图着色的指标。The metric that colours a bulletin's map."
    )
    template: strawberry.ID | None = None


@strawberry.input(name="TemplateCellInput", description="模板中一个单元格填什么。What goes into one cell.")
class TemplateCellInput:
    cell: str = strawberry.field(description="如“表一!B4”。Such as Sheet!B4.")
    metric: str | None = None
    text: str | None = strawberry.field(
        default=None, description="period、made_on、sign_off 或 freshness。One of these texts."
    )
    county: str | None = strawberry.field(default=None, description="省略为全市。Absent for the city.")
    trade: str | None = None
    months: int = strawberry.field(default=0, description="回溯几个月。How many months back.")
    to_date: bool = strawberry.field(default=False, description="当年 1 月起累计。From January on.")
    divisor: int = strawberry.field(
        default=1,
        description="1、100、10000 或 1000000；金额 100 为元。1, 100, 10000 or 1000000; of fen, 100 is yuan.",
    )


@strawberry.type(name="ExportFault", description="导出为何失败。Why an export failed.")
class ExportFaultType:
    code: str
    zh: str
    en: str


@strawberry.type(name="Export", description="一次导出。An export.")
class ExportType:
    id: strawberry.ID
    kind: ExportKind
    state: ExportState
    first: date
    last: date
    lang: str
    as_signed: bool
    done: int = strawberry.field(description="已完成步数。Steps done.")
    total: int = strawberry.field(description="总步数，生成中可能增加。Steps in all; may grow while it runs.")
    requested_by: str
    requested_at: datetime
    schedule: strawberry.ID | None
    finished_at: datetime | None
    file_name: str | None
    media_type: str | None
    size: float | None = strawberry.field(description="字节。Bytes.")
    sha256: str | None
    delete_after: datetime | None
    address: str | None = strawberry.field(description="下载地址。Where the file is fetched.")
    fault: ExportFaultType | None

    @classmethod
    def of(cls, found: ExportView) -> ExportType:
        ready = found.state is ExportState.DONE
        fault = (
            ExportFaultType(code=found.fault, zh=found.fault_zh, en=found.fault_en) if found.fault else None
        )
        return cls(
            id=strawberry.ID(str(found.id)),
            kind=found.order.kind,
            state=found.state,
            first=found.order.first,
            last=found.order.last,
            lang=found.order.lang,
            as_signed=found.order.as_signed,
            done=found.done,
            total=found.total,
            requested_by=found.requested_by,
            requested_at=found.requested_at,
            schedule=strawberry.ID(str(found.schedule)) if found.schedule else None,
            finished_at=found.finished_at,
            file_name=found.file_name or None,
            media_type=found.media_type or None,
            size=found.size,
            sha256=found.sha256 or None,
            delete_after=found.delete_after,
            address=f"/city/exports/{found.id}/file" if ready else None,
            fault=fault,
        )


@strawberry.type(name="ExportSchedule", description="定期导出。An export that comes every month.")
class ExportScheduleType:
    id: strawberry.ID
    name: str
    kind: ExportKind
    day: int
    time: str = strawberry.field(description="北京时间。China time.")
    next_at: datetime
    active: bool
    created_by: str

    @classmethod
    def of(cls, found: ScheduleView) -> ExportScheduleType:
        return cls(
            id=strawberry.ID(str(found.id)),
            name=found.name,
            kind=found.order.kind,
            day=found.day,
            time=f"{found.minute // 60:02d}:{found.minute % 60:02d}",
            next_at=found.next_at,
            active=found.active,
            created_by=found.created_by,
        )


@strawberry.type(name="ExportTemplate", description="自有 XLSX 模板。A form of the authority's own.")
class ExportTemplateType:
    id: strawberry.ID
    name: str
    sha256: str
    size: int
    mapped: int = strawberry.field(description="映射的单元格数。How many cells are mapped.")
    active: bool
    uploaded_by: str
    uploaded_at: datetime

    @classmethod
    def of(cls, found: TemplateView) -> ExportTemplateType:
        return cls(
            id=strawberry.ID(str(found.id)),
            name=found.name,
            sha256=found.sha256,
            size=found.size,
            mapped=len(found.cells),
            active=found.active,
            uploaded_by=found.uploaded_by,
            uploaded_at=found.uploaded_at,
        )


def _exports(
    state: ExportState | None = None,
    kind: ExportKind | None = None,
    first: Annotated[int, strawberry.argument(description="1–100")] = PAGES["exports"][0],
    after: str | None = None,
) -> Connection[ExportType] | None:
    size = page_size(first, "exports")
    before = None if after is None else _EXPORTS.read(after)[0]
    with city_snapshot():
        page = selectors.exports(first=size, before=before, state=state, kind=kind)
    edges = [Edge(cursor=_EXPORTS.of(row.id), node=ExportType.of(row)) for row in page.rows]
    return Connection(
        edges=edges,
        page_info=PageInfo(has_next_page=page.more, end_cursor=edges[-1].cursor if edges else None),
    )


def _export(id: Id) -> ExportType | None:  # the argument's name in the schema
    with city_snapshot():
        return ExportType.of(selectors.export(_known(id, EXPORT_UNKNOWN)))


def _schedules(active: bool | None = None) -> list[ExportScheduleType]:
    with city_snapshot():
        return [ExportScheduleType.of(found) for found in selectors.schedules(active=active)]


def _templates(active: bool | None = None) -> list[ExportTemplateType]:
    with city_snapshot():
        return [ExportTemplateType.of(found) for found in selectors.templates(active=active)]


def order_of(asked: ExportInput, *, dated: bool = True) -> ExportOrder:
    """The order that an input means. Raises `graphql_argument`, `month_malformed`, `export_month`. Without
    `dated`, days may be left out: a schedule fills them in."""
    for name in ("metrics", "counties", "trades", "group_by"):
        if len(getattr(asked, name) or ()) > MAX_LIST:
            raise ARGUMENT.error(field=name, reason=f"0..{MAX_LIST}")
    first, last = _days(asked, dated=dated)
    template = None if asked.template is None else _known(asked.template, TEMPLATE_UNKNOWN)
    return ExportOrder(
        kind=asked.kind,
        first=first,
        last=last,
        metrics=tuple(asked.metrics or ()),
        counties=None if asked.counties is None else tuple(dict.fromkeys(asked.counties)),
        trades=None if asked.trades is None else tuple(dict.fromkeys(asked.trades)),
        group_by=(Dimension.COUNTY,) if asked.group_by is None else tuple(asked.group_by),
        compare=asked.compare,
        boundaries=asked.boundaries,
        as_signed=asked.as_signed,
        lang=asked.lang,
        colour=asked.colour or "",
        template=template,
    )


def _days(asked: ExportInput, *, dated: bool) -> tuple[date, date]:
    if asked.month is not None:
        if asked.first or asked.last:
            raise ARGUMENT.error(field="month", reason="month, or first and last")
        month = parse_month(asked.month)
        return month, last_day(month)
    if asked.first and asked.last:
        return asked.first, asked.last
    if not dated:
        return _ANY, last_day(_ANY)
    if asked.kind in MONTHLY:
        raise EXPORT_MONTH.error(field="month")
    raise ARGUMENT.error(field="first", reason="month, or first and last")


_ANY = date(2026, 1, 1)


def _known(text: str, refusal: Refusal) -> UUID:
    """The id; what is none belongs to nothing."""
    try:
        return UUID(text)
    except ValueError:
        raise refusal.error(field="id") from None


def _request(info: AskingInfo, export: ExportInput) -> ExportType | None:
    return ExportType.of(
        request_export.request_export(
            order=order_of(export), actor=info.context.caller.actor, now=market_now()
        )
    )


def _cancel(info: AskingInfo, id: Id) -> ExportType | None:  # the argument's name in the schema
    return ExportType.of(
        cancel_export.cancel_export(
            export_id=_known(id, EXPORT_UNKNOWN), actor=info.context.caller.actor, now=market_now()
        )
    )


def _delete(info: AskingInfo, id: Id) -> ExportType | None:  # the argument's name in the schema
    return ExportType.of(
        cancel_export.delete_export(
            export_id=_known(id, EXPORT_UNKNOWN), actor=info.context.caller.actor, now=market_now()
        )
    )


def _schedule(
    info: AskingInfo,
    name: str,
    day: Annotated[int, strawberry.argument(description="每月几日，1–28。Day of the month, 1 to 28.")],
    time: Annotated[str, strawberry.argument(description="北京时间，如 08:30。China time, such as 08:30.")],
    export: ExportInput,
) -> ExportScheduleType | None:
    return ExportScheduleType.of(
        schedule_export.schedule_export(
            name=name,
            order=order_of(export, dated=False),
            day=day,
            time=time,
            actor=info.context.caller.actor,
            now=market_now(),
        )
    )


def _stop(info: AskingInfo, id: Id) -> ExportScheduleType | None:  # the argument's name
    return ExportScheduleType.of(
        schedule_export.stop_schedule(
            schedule_id=_known(id, SCHEDULE_UNKNOWN), actor=info.context.caller.actor, now=market_now()
        )
    )


def _upload(
    info: AskingInfo,
    name: str,
    content: Annotated[
        str, strawberry.argument(description="XLSX 文件的 base64，至多 700 kB。The XLSX file in base64.")
    ],
    cells: list[TemplateCellInput],
) -> ExportTemplateType | None:
    if len(cells) > MAX_CELLS:
        raise ARGUMENT.error(field="cells", reason=f"1..{MAX_CELLS}")
    return ExportTemplateType.of(
        upload_template.upload_template(
            name=name,
            content=_bytes(content),
            cells=[_cell(cell) for cell in cells],
            actor=info.context.caller.actor,
            now=market_now(),
        )
    )


def _bytes(content: str) -> bytes:
    try:
        raw = binascii.a2b_base64(content.encode("ascii"), strict_mode=True)
    except ValueError:
        raw = b""
    if not 1 <= len(raw) <= MAX_BYTES:
        raise ARGUMENT.error(field="content", reason=f"base64, 1..{MAX_BYTES} bytes")
    return raw


def _cell(cell: TemplateCellInput) -> TemplateCell:
    return TemplateCell(
        cell=cell.cell,
        metric=cell.metric or "",
        text=cell.text or "",
        county=cell.county,
        trade=cell.trade,
        months=cell.months,
        to_date=cell.to_date,
        divisor=cell.divisor,
    )


def _retire(info: AskingInfo, id: Id) -> ExportTemplateType | None:  # the argument's name
    return ExportTemplateType.of(
        upload_template.retire_template(
            template_id=_known(id, TEMPLATE_UNKNOWN), actor=info.context.caller.actor, now=market_now()
        )
    )


@strawberry.type
class ExportsQuery:
    exports: Connection[ExportType] | None = strawberry.field(
        resolver=_exports, description="导出，由新到旧。Exports, newest first."
    )
    export: ExportType | None = strawberry.field(resolver=_export, description="一次导出。One export.")
    export_schedules: list[ExportScheduleType] = strawberry.field(
        resolver=_schedules, description="定期导出。Scheduled exports."
    )
    export_templates: list[ExportTemplateType] = strawberry.field(
        resolver=_templates, description="自有模板。Templates of the authority's own."
    )


@strawberry.type
class ExportsMutation:
    """Each is one use case with its own transaction and record. All need `exports:write`."""

    request_export: ExportType | None = strawberry.field(
        resolver=_request,
        description=(
            "请求导出，由后台生成；需要 exports:write 权限。Puts an export in the queue. Needs exports:write."
        ),
    )
    cancel_export: ExportType | None = strawberry.field(
        resolver=_cancel,
        description="取消排队或生成中的导出；重复无影响。Stops an export that waits or runs.",
    )
    delete_export: ExportType | None = strawberry.field(
        resolver=_delete, description="删除已生成的文件；重复无影响。Deletes an export's file."
    )
    schedule_export: ExportScheduleType | None = strawberry.field(
        resolver=_schedule,
        description="每月定时导出上月。Exports the month before on a day of each month.",
    )
    stop_export_schedule: ExportScheduleType | None = strawberry.field(
        resolver=_stop, description="停止定期导出；重复无影响。No more exports of a schedule."
    )
    upload_export_template: ExportTemplateType | None = strawberry.field(
        resolver=_upload,
        description="上传自有 XLSX 模板及单元格映射。Keeps a form and which figure goes into which cell.",
    )
    retire_export_template: ExportTemplateType | None = strawberry.field(
        resolver=_retire, description="停用模板；重复无影响。No new export of a template."
    )
