"""What crosses the border of the exports room."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from reporting.contracts import Boundaries, Compare, Dimension
from reporting.exports.states import ExportState

CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PDF_TYPE = "application/pdf"
JSON_TYPE = "application/json"


class ExportKind(StrEnum):
    """CSV and XLSX tables; BULLETIN, the month as PDF; TEMPLATE, a form of the authority's own, filled;
    OPEN_DATA, JSON for everybody with small cells masked."""

    CSV = "csv"
    XLSX = "xlsx"
    BULLETIN = "bulletin"
    TEMPLATE = "template"
    OPEN_DATA = "open_data"


MONTHLY = frozenset({ExportKind.BULLETIN, ExportKind.TEMPLATE})
"""Kinds that are always of one whole month."""


@dataclass(frozen=True, slots=True)
class ExportOrder:
    """What is wanted. `first` and `last` are Shanghai days, both included; monthly kinds want a whole month.
    Empty `metrics` are the usual ones, `counties` and `trades` None all. `as_signed`: what the city accepted
    and not what the figures have become since; counties without an accepted month are then left blank.
    `lang` is `zh` or `en`; `colour` the metric that colours the bulletin's map."""

    kind: ExportKind
    first: date
    last: date
    metrics: tuple[str, ...] = ()
    counties: tuple[str, ...] | None = None
    trades: tuple[str, ...] | None = None
    group_by: tuple[Dimension, ...] = (Dimension.COUNTY,)
    compare: Compare | None = None
    boundaries: Boundaries = Boundaries.AS_WERE
    as_signed: bool = False
    lang: str = "zh"
    colour: str = ""
    template: UUID | None = None

    def plain(self) -> dict[str, Any]:
        """As it is kept."""
        return {
            "kind": self.kind.value,
            "first": self.first.isoformat(),
            "last": self.last.isoformat(),
            "metrics": list(self.metrics),
            "counties": None if self.counties is None else list(self.counties),
            "trades": None if self.trades is None else list(self.trades),
            "group_by": [dimension.value for dimension in self.group_by],
            "compare": self.compare.value if self.compare else None,
            "boundaries": self.boundaries.value,
            "as_signed": self.as_signed,
            "lang": self.lang,
            "colour": self.colour,
            "template": str(self.template) if self.template else None,
        }

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> ExportOrder:
        return cls(
            kind=ExportKind(kept["kind"]),
            first=date.fromisoformat(kept["first"]),
            last=date.fromisoformat(kept["last"]),
            metrics=tuple(kept["metrics"]),
            counties=None if kept["counties"] is None else tuple(kept["counties"]),
            trades=None if kept["trades"] is None else tuple(kept["trades"]),
            group_by=tuple(Dimension(value) for value in kept["group_by"]),
            compare=Compare(kept["compare"]) if kept["compare"] else None,
            boundaries=Boundaries(kept["boundaries"]),
            as_signed=kept["as_signed"],
            lang=kept["lang"],
            colour=kept["colour"],
            template=UUID(kept["template"]) if kept["template"] else None,
        )


@dataclass(frozen=True, slots=True)
class Product:
    """A finished file."""

    name: str
    media_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class ExportView:
    """An export as its readers see it. Moments but `delete_after` (real time) are market time; `done` of
    `total` are steps, `total` may still grow while it is RUNNING."""

    id: UUID
    order: ExportOrder
    state: ExportState
    done: int
    total: int
    requested_by: str
    requested_at: datetime
    schedule: UUID | None
    finished_at: datetime | None
    file_name: str
    media_type: str
    size: int | None
    sha256: str
    delete_after: datetime | None
    fault: str
    fault_zh: str
    fault_en: str


@dataclass(frozen=True, slots=True)
class ScheduleView:
    """A monthly export: on `day` at `minute` of that Shanghai day (market clock) it makes the month before.
    `order` has the dates of the month it will make next."""

    id: UUID
    name: str
    order: ExportOrder
    day: int
    minute: int
    next_at: datetime
    active: bool
    created_by: str


@dataclass(frozen=True, slots=True)
class TemplateCell:
    """What is written into one cell: a figure, or a text (`period`, `county`, `made_on`, `sign_off`,
    `freshness`). `months` counts back from the export's month (0: itself, 12: a year before), with `to_date`
    from that year's January on. `divisor` 1 writes the metric's unit, 100 yuan, 1,000,000 ten thousand."""

    cell: str
    metric: str = ""
    text: str = ""
    county: str | None = None
    trade: str | None = None
    months: int = 0
    to_date: bool = False
    divisor: int = 1


@dataclass(frozen=True, slots=True)
class TemplateView:
    """A form of the authority's own with what goes into its cells. Never changed: a new one is uploaded."""

    id: UUID
    name: str
    sha256: str
    size: int
    cells: tuple[TemplateCell, ...]
    active: bool
    uploaded_by: str
    uploaded_at: datetime
