"""Figures of the city: any metrics over any days, grouped, compared, ranked, and how current they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated

import strawberry

from cityql.county import AskingInfo
from cityql.database import city_snapshot
from cityql.errors import ARGUMENT
from cityql.limits import MAX_LIST, SIZES
from cityql.scalars import Int64
from cityql.types import FreshnessType
from kernel.errors import INVALID_VALUE
from reporting.contracts import (
    Boundaries,
    Compare,
    Dimension,
    FigureAnswer,
    FigureQuery,
    FigureRow,
    FigureValue,
    MetricEntry,
    MetricKind,
)
from reporting.dictionary import dictionary as metric_dictionary
from reporting.figures import figures as city_figures
from tenants import catalogue, directory
from tenants.catalogue import Trade
from tenants.contracts import CountyRef

USUAL_ROWS, MOST_ROWS = SIZES["figures"]["rows"].usual, SIZES["figures"]["rows"].most

strawberry.enum(
    Dimension,
    name="Dimension",
    description=(
        "分组维度；期间至多一种，周自周一起。What rows are of; one period at most, weeks begin on Monday."
    ),
)
strawberry.enum(
    Compare,
    name="Compare",
    description=(
        "PREVIOUS 紧前等长期间（整月则为前若干月）；YEAR 上年同日；TARGET 目标值。"
        "PREVIOUS: as many days just before (whole months: as many months); YEAR: the same days a year "
        "before; TARGET: what was set."
    ),
)
strawberry.enum(
    Boundaries,
    name="Boundaries",
    description=(
        "区划调整：AS_WERE 按当日所属；TODAY 前身的全部历史计入后继。AS_WERE: each day counts for the "
        "county in charge then; TODAY: a predecessor's whole past counts for its successor."
    ),
)
strawberry.enum(
    MetricKind,
    name="MetricKind",
    description="指标如何求合计。How a metric comes of what is counted; only SUM adds up over rows.",
)


@strawberry.type(
    name="Metric", description="数据字典的一项。An entry of the dictionary: what a figure is made of."
)
class MetricType:
    code: str
    kind: MetricKind
    unit: str = strawberry.field(
        description=(
            "单位：fen 为分，basis points 为万分之一。Unit: fen, basis points, seconds, or what is counted."
        )
    )
    zh: str
    en: str
    formula: str
    event: str = strawberry.field(description="所计事件。The event that is counted.")
    day_cut: str = strawberry.field(description="归属哪一日。Which day it counts for.")
    good: int = strawberry.field(
        description="1 越多越好，-1 越少越好，0 中性。1 when more is better, -1 when less."
    )
    group: str
    group_zh: str
    group_en: str

    @classmethod
    def of(cls, entry: MetricEntry) -> MetricType:
        return cls(
            code=entry.code,
            kind=entry.kind,
            unit=entry.unit,
            zh=entry.zh,
            en=entry.en,
            formula=entry.formula,
            event=entry.event,
            day_cut=entry.day_cut,
            good=entry.good,
            group=entry.group,
            group_zh=entry.group_zh,
            group_en=entry.group_en,
        )


def _dictionary() -> list[MetricType]:
    return [MetricType.of(entry) for entry in metric_dictionary()]


@strawberry.type(
    name="FigureValue",
    description=(
        "一个数字，单位见字典。One figure in its metric's unit; null when there is nothing to make it of."
    ),
)
class FigureValueType:
    metric: str
    value: Int64 | None
    text: str = strawberry.field(description="按请求语言的文字。As text in the caller's language.")
    before: Int64 | None = strawberry.field(description="对照期的数字。The figure it is compared with.")
    change: Int64 | None
    change_bp: Int64 | None = strawberry.field(
        description="变化，对照期的万分之一。The change in 1/10,000 of `before`."
    )
    target: Int64 | None
    hidden: bool = strawberry.field(
        description="个案过少而隐去。So few cases that it would tell of somebody: every number is null."
    )

    @classmethod
    def of(cls, found: FigureValue, lang: str) -> FigureValueType:
        return cls(
            metric=found.metric,
            value=_whole(found.value),
            text=found.text_en if lang == "en" else found.text_zh,
            before=_whole(found.before),
            change=_whole(found.change),
            change_bp=_whole(found.change_bp),
            target=_whole(found.target),
            hidden=found.hidden,
        )


def _whole(value: int | None) -> Int64 | None:
    return None if value is None else Int64(value)


@strawberry.type(name="FigureCounty", description="行所属的县。The county a row is of.")
class FigureCountyType:
    slug: str
    code: str
    name: str
    name_en: str


@strawberry.type(name="FigureTrade", description="行所属的工种。The trade a row is of.")
class FigureTradeType:
    code: str
    name: str
    name_en: str


@strawberry.type(name="Days", description="日期区间，含首尾。Days, both included.")
class DaysType:
    first: date
    last: date


@strawberry.type(
    name="FigureRow",
    description="一组数字，按请求的指标次序。One group, its values in the order of the metrics asked for.",
)
class FigureRowType:
    county: FigureCountyType | None
    first: date | None
    last: date | None
    trade: FigureTradeType | None
    town: str | None
    station: str | None
    values: list[FigureValueType]


@strawberry.type(
    name="FigureAnswer",
    description=(
        "所问的数字及其完整性。The figures asked for, and how complete they are: counties that are behind "
        "are named, none is dropped."
    ),
)
class FigureAnswerType:
    first: date
    last: date
    rows: list[FigureRowType]
    total: FigureRowType = strawberry.field(
        description="合计；同一人只计一次。All together, whatever the page; a person counts once."
    )
    compared: DaysType | None = strawberry.field(description="对照期间。The days held against.")
    freshness: list[FreshnessType]
    behind: list[str] = strawberry.field(
        description="数据不完整的县。Counties whose figures are not complete."
    )
    complete: bool
    more: bool = strawberry.field(
        description="其后还有行：再以 after 取。More rows follow; ask with `after`."
    )

    @classmethod
    def of(
        cls, answer: FigureAnswer, places: Mapping[str, CountyRef], trades: Mapping[str, Trade], lang: str
    ) -> FigureAnswerType:
        names = _Names(places, trades, lang)
        return cls(
            first=answer.query.first,
            last=answer.query.last,
            rows=[names.row(row) for row in answer.rows],
            total=names.row(answer.total),
            compared=None if answer.compared is None else _days(*answer.compared),
            freshness=[FreshnessType.of(known) for known in answer.freshness],
            behind=list(answer.behind),
            complete=answer.complete,
            more=answer.more,
        )


def _days(first: date, last: date) -> DaysType:
    return DaysType(first=first, last=last)


class _Names:
    """Puts names to the codes of rows: one object a county and trade, however many rows have them. What is
    in no catalogue any more keeps its figures, under its bare code."""

    def __init__(self, places: Mapping[str, CountyRef], trades: Mapping[str, Trade], lang: str) -> None:
        self._places, self._trades, self._lang = places, trades, lang
        self._counties: dict[str, FigureCountyType] = {}
        self._of_trade: dict[str, FigureTradeType] = {}

    def row(self, row: FigureRow) -> FigureRowType:
        return FigureRowType(
            county=None if row.county is None else self._county(row.county),
            first=row.first,
            last=row.last,
            trade=None if row.trade is None else self._trade(row.trade),
            town=row.town,
            station=row.station,
            values=[FigureValueType.of(value, self._lang) for value in row.values],
        )

    def _county(self, slug: str) -> FigureCountyType:
        if slug not in self._counties:
            ref = self._places[slug]
            self._counties[slug] = FigureCountyType(
                slug=slug, code=ref.code, name=ref.name, name_en=ref.name_en
            )
        return self._counties[slug]

    def _trade(self, code: str) -> FigureTradeType:
        if code not in self._of_trade:
            known = self._trades.get(code)
            self._of_trade[code] = FigureTradeType(
                code=code, name=known.name if known else code, name_en=known.name_en if known else code
            )
        return self._of_trade[code]


Codes = Annotated[list[str] | None, strawberry.argument(description="省略为全部。Absent for all.")]


def _figures(
    info: AskingInfo,
    first: date,
    last: date,
    metrics: Annotated[list[str], strawberry.argument(description="指标代码。Codes of the dictionary.")],
    counties: Annotated[
        list[str] | None,
        strawberry.argument(description="县的短名；省略为全部。Short names; absent for all."),
    ] = None,
    trades: Codes = None,
    towns: Codes = None,
    stations: Codes = None,
    group_by: Annotated[
        list[Dimension] | None,
        strawberry.argument(description="省略为只求合计。Absent for the total only."),
    ] = None,
    compare: Compare | None = None,
    cumulative: Annotated[
        bool | None,
        strawberry.argument(
            description="自 first 起累计。Each period with those before it, from `first` on."
        ),
    ] = False,
    boundaries: Boundaries | None = Boundaries.AS_WERE,
    order_by: Annotated[
        str | None,
        strawberry.argument(
            description="按所问的某一指标排序。One of the metrics asked for; ranks the rows."
        ),
    ] = None,
    descending: bool | None = True,
    limit: Annotated[int | None, strawberry.argument(description=f"1–{MOST_ROWS}")] = USUAL_ROWS,
    after: Annotated[int | None, strawberry.argument(description="跳过的行数。Rows to leave out.")] = 0,
) -> FigureAnswerType | None:
    wide = {"counties": counties, "trades": trades, "towns": towns, "stations": stations}
    _check_lists(**wide, metrics=metrics, groupBy=group_by)
    query = FigureQuery(
        first=first,
        last=last,
        metrics=tuple(metrics),
        counties=_tuple(counties),
        trades=_tuple(trades),
        towns=_tuple(towns),
        stations=_tuple(stations),
        group_by=tuple(group_by or ()),
        compare=compare,
        cumulative=bool(cumulative),
        boundaries=boundaries or Boundaries.AS_WERE,
        order_by=order_by,
        descending=descending is not False,
        limit=_between("limit", limit, USUAL_ROWS, 1, MOST_ROWS),
        after=_between("after", after, 0, 0, FAR),
    )
    with city_snapshot():
        answer = city_figures(query)
    places = {ref.slug: ref for ref in directory.all_counties()}
    return FigureAnswerType.of(answer, places, catalogue.trades(), info.context.lang)


FAR = 10_000_000


def _check_lists(**lists: Sequence[str] | None) -> None:
    for name, values in lists.items():
        if values is not None and len(values) > MAX_LIST:
            raise ARGUMENT.error(field=name, reason=f"0..{MAX_LIST}")
    for code in lists["trades"] or ():
        catalogue.trade(code, field="trades")


def _tuple(values: list[str] | None) -> tuple[str, ...] | None:
    return None if values is None else tuple(values)


def _between(name: str, value: int | None, usual: int, least: int, most: int) -> int:
    """A number within its bounds; null asks for the usual one."""
    number = usual if value is None else value
    if not least <= number <= most:
        raise INVALID_VALUE.error(field=name, reason=f"{least}..{most}")
    return number


@strawberry.type
class FiguresQuery:
    dictionary: list[MetricType] = strawberry.field(
        resolver=_dictionary,
        description="数据字典：每个指标的公式、所计事件与日期归属。Formula, event and day of each metric.",
    )
    figures: FigureAnswerType | None = strawberry.field(
        resolver=_figures,
        description=(
            "任意指标、期间与分组的数字（含首尾，上海时间）；沙盒县不计入。Figures of any metrics, range and "
            "grouping; both days included, Shanghai days; sandboxes are left out."
        ),
    )
