"""The city's schema: what may be asked. `render()` gives the text kept in docs/city.graphql."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import date
from functools import lru_cache
from typing import Annotated, Any

import strawberry
from graphql import DocumentNode, GraphQLError, specified_rules
from strawberry.extensions import SchemaExtension
from strawberry.schema.config import StrawberryConfig
from strawberry.schema.schema import validate_document
from strawberry.types import ExecutionContext

from cityql import limits
from cityql.agencies import AgencyMutation, AgencyQuery
from cityql.callers import Caller
from cityql.counties import CountiesMutation, CountiesQuery
from cityql.county import Asking, AskingInfo, CountyDetail
from cityql.database import city_snapshot
from cityql.drill import Desk
from cityql.errors import ARGUMENT
from cityql.exports import ExportsMutation, ExportsQuery
from cityql.figures import FiguresQuery
from cityql.insurers import InsurerType, insurers
from cityql.insurers import Mutation as InsurerMutation
from cityql.limits import MAX_LIST
from cityql.policy import PolicyMutation, PolicyQuery
from cityql.rates_mutations import RatesMutation
from cityql.rendering import Executor
from cityql.scalars import INT64, Int64
from cityql.signoff import SignoffMutation, SignoffQuery
from cityql.staff import StaffMutation, StaffQuery
from cityql.targets import TargetsMutation, TargetsQuery
from cityql.types import CityReportType, CountyType, TradeType
from cityql.watch import WatchMutation, WatchQuery
from reporting.contracts import GroupBy
from reporting.selectors import city_report, freshness
from tenants import catalogue, directory


def _counties(
    sandbox: Annotated[bool, strawberry.argument(description="也列出沙盒县。Sandboxes, too.")] = False,
) -> list[CountyType]:
    with city_snapshot():
        refs = directory.all_counties(sandbox=sandbox)
        return [CountyType.of(ref, known) for ref, known in zip(refs, freshness(refs), strict=True)]


def _county(info: AskingInfo, slug: str) -> CountyDetail | None:
    with city_snapshot():
        ref = directory.by_slug(slug)
        [known] = freshness([ref])
    plain = CountyType.of(ref, known)
    detail = CountyDetail(**{name: getattr(plain, name) for name in _OF_COUNTY}, desk=Desk(ref))
    detail.desk.look(info._raw_info, detail)
    return detail


def _trades() -> list[TradeType]:
    return [TradeType.of(trade) for trade in catalogue.trades().values()]


def _city_report(
    first: date,
    last: date,
    counties: Annotated[
        list[str] | None,
        strawberry.argument(description="县的短名；省略为全部。Short names; absent for all."),
    ] = None,
    trades: Annotated[
        list[str] | None, strawberry.argument(description="工种代码；省略为全部。Codes; absent for all.")
    ] = None,
    group_by: Annotated[
        list[GroupBy] | None, strawberry.argument(description="省略为只求合计。Absent for the total only.")
    ] = None,
) -> CityReportType | None:
    for name, values in (("counties", counties), ("trades", trades), ("groupBy", group_by)):
        if values is not None and len(values) > MAX_LIST:
            raise ARGUMENT.error(field=name, reason=f"0..{MAX_LIST}")
    for code in trades or ():
        catalogue.trade(code, field="trades")
    with city_snapshot():
        report = city_report(first, last, counties=counties, trades=trades, group_by=group_by or ())
    places = {ref.slug: ref for ref in directory.all_counties()}
    return CityReportType.of(report, places, catalogue.trades())


@strawberry.type
class Query(
    CountiesQuery,
    SignoffQuery,
    WatchQuery,
    AgencyQuery,
    PolicyQuery,
    StaffQuery,
    FiguresQuery,
    ExportsQuery,
    TargetsQuery,
):
    counties: list[CountyType] = strawberry.field(
        resolver=_counties, description="各县，按代码排列。The counties by code."
    )
    county: CountyDetail | None = strawberry.field(
        resolver=_county, description="一个县。One county by its short name."
    )
    insurers: list[InsurerType] = strawberry.field(
        resolver=insurers, description="保险机构，按代码排列。The insurers by code."
    )
    trades: list[TradeType] = strawberry.field(resolver=_trades, description="工种目录。The trade catalogue.")
    city_report: CityReportType | None = strawberry.field(
        resolver=_city_report,
        description=(
            "全市报表：first 至 last（含，上海时间）；沙盒县不计入。"
            "The city's figures from day first to last, both included, Shanghai days; sandboxes are left out."
        ),
    )


@strawberry.type
class Mutation(
    CountiesMutation,
    InsurerMutation,
    SignoffMutation,
    AgencyMutation,
    PolicyMutation,
    RatesMutation,
    StaffMutation,
    TargetsMutation,
    WatchMutation,
    ExportsMutation,
):
    """Each change is one use case with its own transaction and its own record of who did it."""


_OF_COUNTY = tuple(field.name for field in fields(CountyType))


class Measured(SchemaExtension):
    """Runs the document that `cityql.limits` has parsed and measured, so it is parsed once, and validates it
    once, however often it is asked."""

    def on_operation(self) -> Any:
        self.execution_context.graphql_document = self.execution_context.context.document
        yield

    def on_validate(self) -> Any:
        assert self.execution_context.query is not None
        self.execution_context.pre_execution_errors = list(_faults(self.execution_context.query))
        yield


@lru_cache(maxsize=64)
def _faults(source: str) -> tuple[GraphQLError, ...]:
    """What is wrong with a document that `limits` has let through, as the schema sees it; depends on nothing
    but the text."""
    return tuple(validate_document(SCHEMA._schema, limits.parsed(source), specified_rules))


class CitySchema(strawberry.Schema):
    def process_errors(
        self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None
    ) -> None:
        """Nothing: strawberry would log every refusal with a stack. `cityql.answers` logs what is a bug."""


SCHEMA = CitySchema(
    query=Query,
    mutation=Mutation,
    extensions=[Measured],
    execution_context_class=Executor,
    config=StrawberryConfig(disable_field_suggestions=True, scalar_map={Int64: INT64}),
)


def execute(
    caller: Caller,
    document: DocumentNode,
    source: str,
    operation_name: str | None,
    variables: dict[str, Any],
    *,
    lang: str,
) -> tuple[Any, Sequence[GraphQLError]]:
    """Data and errors of one query. Data is absent (None) without a path in any error when the document
    or its variables do not fit the schema; nothing was run then."""
    result = SCHEMA.execute_sync(
        source,
        variable_values=variables,
        context_value=Asking(caller, document, lang),
        operation_name=operation_name,
    )
    return result.data, result.errors or ()


def render() -> str:
    """The schema in SDL, with a line end."""
    return SCHEMA.as_str() + "\n"
