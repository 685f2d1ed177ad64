"""What cover costs: products and their ranking, versioned rate tables, quotes that replay to the fen."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any, ClassVar

from rest_framework import serializers

from api.endpoint import Act, Call, Key
from api.fields import Base64, Choice, Day, Fen, Id, In, Raw, Refused, Several, Text, Whole, Yes
from api.shapes import Out, OutList
from compliance.rates import document, selectors, xlsx
from compliance.rates.contracts import CoverQuote, Layer, Starts, TableContent, TableView
from compliance.rates.errors import (
    CLASS_NOT_INSURABLE,
    LEVEL_UNKNOWN,
    PRODUCT_CODE,
    PRODUCT_CODE_TAKEN,
    PRODUCT_UNKNOWN,
    PRODUCT_WRONG_LAYER,
    RANKING_IN_PAST,
    RATE_TABLE_IN_PAST,
    RATE_TABLE_INVALID,
    RATE_TABLE_MISSING,
    REVIEW_OWN,
    TABLE_FILE_INVALID,
    TRADE_NOT_RATED,
    TableFaults,
)
from compliance.rates.use_cases import (
    add_product,
    draft_table,
    offer_product,
    publish_table,
    quote_cover,
    rank_products,
    submit_table,
    withdraw_table,
)
from compliance.rates.use_cases.rank_products import MAX_RANKED
from kernel.clock import business_day
from kernel.errors import INVALID_VALUE, NOT_FOUND, STALE_STATE, Refusal
from tenants.catalogue import trades
from tenants.county import CountyWork
from tenants.partners.errors import INSURER_SUSPENDED, INSURER_UNKNOWN

_LAYERS = [layer.value for layer in Layer]


# -- products and their ranking --------------------------------------------------------------------


class ProductOut(Out):
    code = serializers.CharField()
    insurer = serializers.CharField()
    layer = serializers.CharField(help_text="basic: paid by the county's fund; top_up: by the employer")
    name = serializers.CharField()
    name_en = serializers.CharField()
    starts = serializers.CharField(help_text="at_once or next_midnight after the insurer has issued it")
    active = serializers.BooleanField(help_text="on offer")


class _Read(Act):
    tag = "rates"

    def act(self, work: CountyWork, call: Call) -> Any:
        selectors.require_reader(call.who)
        return self.read(work, call)

    def read(self, work: CountyWork, call: Call) -> Any:
        raise NotImplementedError


class ListProducts(_Read):
    """Products of insurers in this county, on offer or not."""

    gives = ProductOut
    listed = True

    def read(self, work: CountyWork, call: Call) -> Any:
        return selectors.products()


class ReadProduct(_Read):
    """One product."""

    gives = ProductOut
    refuses = (NOT_FOUND,)

    def read(self, work: CountyWork, call: Call) -> Any:
        return selectors.product(call.path["product"])


class AddProductIn(In):
    code = Raw(max_length=40, help_text="lower-case letters, digits, underscores")
    insurer = Text(max_length=40)
    layer = Choice(choices=_LAYERS)
    name = Text(max_length=60)
    name_en = Text(max_length=80)
    starts = Choice(choices=[starts.value for starts in Starts])


class AddProduct(Act):
    """List a product of an insurer.

    It sells nothing before a rate table is published and the product ranked.
    """

    tag = "rates"
    scope = selectors.WRITE
    takes = AddProductIn
    gives = ProductOut
    status = 201
    key = Key.OPTIONAL
    refuses = (PRODUCT_CODE, PRODUCT_CODE_TAKEN, INSURER_UNKNOWN, INSURER_SUSPENDED)
    example = {
        "code": "jinxi_day",
        "insurer": "jinxi",
        "layer": "top_up",
        "name": "金溪日工险",
        "name_en": "Jinxi day cover",
        "starts": "next_midnight",
    }

    def act(self, work: CountyWork, call: Call) -> Any:
        data = dict(call.data)
        layer, starts = Layer(data.pop("layer")), Starts(data.pop("starts"))
        return add_product(**data, layer=layer, starts=starts, actor=call.who, now=work.now)


class OfferProductIn(In):
    active = Yes()


class OfferProduct(Act):
    """Take a product off offer, or put it back; what was sold stays."""

    tag = "rates"
    scope = selectors.REVIEW
    takes = OfferProductIn
    gives = ProductOut
    key = Key.OPTIONAL
    refuses = (NOT_FOUND,)
    example = {"active": False}

    def act(self, work: CountyWork, call: Call) -> Any:
        return offer_product(
            product=call.path["product"], active=call.data["active"], actor=call.who, now=work.now
        )


class RankingOut(Out):
    layer = serializers.CharField()
    effective_from = serializers.DateField()
    codes = OutList(child=serializers.CharField(), help_text="best first")
    ranked_at = serializers.DateTimeField()
    ranked_by = serializers.CharField()


class ListRankings(_Read):
    """Every ranking of products that was ever made, by layer, newest first."""

    gives = RankingOut
    listed = True

    def read(self, work: CountyWork, call: Call) -> Any:
        return [ranking for layer in Layer for ranking in selectors.rankings(layer)]


class RankedOnIn(In):
    day = Day(required=False, help_text="today when absent")


class ReadRanking(_Read):
    """The layer's products on offer on a day, best first."""

    asks = RankedOnIn
    gives = ProductOut
    listed = True
    refuses = (NOT_FOUND,)

    def read(self, work: CountyWork, call: Call) -> Any:
        return selectors.ranked(_layer(call), call.query["day"] or business_day(work.now))


class RankProductsIn(In):
    codes = Several(child=Text(max_length=40), minimum=1, maximum=MAX_RANKED, help_text="best first")
    effective_from = Day(help_text="today or later")


class RankProductsAct(Act):
    """Say in which order a layer's products are asked, from a day on."""

    tag = "rates"
    scope = "insurance:write"
    takes = RankProductsIn
    gives = RankingOut
    refuses = (PRODUCT_UNKNOWN, PRODUCT_WRONG_LAYER, RANKING_IN_PAST, INVALID_VALUE, NOT_FOUND)
    example = {"codes": ["minjiang_job", "jinxi_job"], "effective_from": "2026-12-01"}

    def act(self, work: CountyWork, call: Call) -> Any:
        return rank_products(layer=_layer(call), **call.data, actor=call.who, now=work.now)


def _layer(call: Call) -> Layer:
    if call.path["layer"] not in _LAYERS:
        raise NOT_FOUND.error(field="layer")
    return Layer(call.path["layer"])


# -- tables ----------------------------------------------------------------------------------------


class LevelOut(Out):
    code = serializers.CharField()
    name = serializers.CharField()
    death_disability_cover_fen = serializers.IntegerField()
    medical_cover_fen = serializers.IntegerField()
    factor_permille = serializers.IntegerField()


class ClassRateOut(Out):
    risk_class = serializers.IntegerField()
    premium_fen = serializers.IntegerField(
        help_text="a person and an order of up to one day, all factors 1000"
    )
    death_disability_permille = serializers.IntegerField(help_text="share of the level's cover")
    medical_permille = serializers.IntegerField(help_text="share of the level's cover")


class OccupationOut(Out):
    trade = serializers.CharField()
    risk_class = serializers.IntegerField(help_text="0: not insurable")
    reason = serializers.CharField(help_text="why not, where the insurer says")


class AgeBandOut(Out):
    from_age = serializers.IntegerField()
    to_age = serializers.IntegerField(help_text="included, full years")
    factor_permille = serializers.IntegerField(help_text="0 where refused")
    refused = serializers.BooleanField()
    reason = serializers.CharField()


class DayStepOut(Out):
    from_day = serializers.IntegerField()
    factor_permille = serializers.IntegerField()


class HeadStepOut(Out):
    from_heads = serializers.IntegerField()
    factor_permille = serializers.IntegerField()


class TableContentOut(Out):
    levels = OutList(child=LevelOut())
    classes = OutList(child=ClassRateOut())
    occupations = OutList(child=OccupationOut())
    age_bands = OutList(child=AgeBandOut())
    days = OutList(child=DayStepOut())
    heads = OutList(child=HeadStepOut())
    county_factor_permille = serializers.IntegerField()
    min_premium_fen = serializers.IntegerField(help_text="a person and day")
    max_premium_fen = serializers.IntegerField(help_text="a person and day")


class RateTableSummaryOut(Out):
    id = serializers.UUIDField()
    product = serializers.CharField()
    insurer = serializers.CharField()
    version = serializers.IntegerField()
    effective_from = serializers.DateField()
    state = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]  # DRF takes declared fields off the class
    digest = serializers.CharField(help_text="SHA-256 of the canonical document")
    intact = serializers.BooleanField(help_text="the stored document has the digest taken when drafted")
    drafted_at = serializers.DateTimeField()
    drafted_by = serializers.CharField()
    submitted_at = serializers.DateTimeField(allow_null=True)
    submitted_by = serializers.CharField()
    published_at = serializers.DateTimeField(allow_null=True)
    published_by = serializers.CharField()


class RateTableOut(RateTableSummaryOut):
    content = TableContentOut()


def _table(view: TableView) -> dict[str, Any]:
    shown = {name: getattr(view, name) for name in RateTableOut().get_fields() if name != "content"}
    content = {name: getattr(view.content, name) for name in TableContentOut().get_fields()}
    occupations = [
        {"trade": trade, **asdict(entry)} for trade, entry in sorted(view.content.occupations.items())
    ]
    return {**shown, "content": {**content, "occupations": occupations}}


class ListTablesIn(In):
    product = Text(max_length=40, required=False)


class ListRateTables(_Read):
    """Every version of the county's rate tables, the latest effective date first."""

    asks = ListTablesIn
    gives = RateTableSummaryOut
    listed = True

    def read(self, work: CountyWork, call: Call) -> Any:
        return selectors.tables(call.query["product"])


class ReadRateTable(_Read):
    """One version of a rate table with everything in it."""

    gives = RateTableOut
    refuses = (NOT_FOUND,)

    def read(self, work: CountyWork, call: Call) -> Any:
        return _table(selectors.table(call.path["table_id"]))


class TableFileOut(Out):
    name = serializers.CharField()
    media_type = serializers.CharField()
    size = serializers.IntegerField()
    sha256 = serializers.CharField()
    content_base64 = serializers.CharField()


class ExportRateTable(_Read):
    """One version as a workbook (XLSX), which `from-file` reads back without loss."""

    gives = TableFileOut
    refuses = (NOT_FOUND,)

    def read(self, work: CountyWork, call: Call) -> Any:
        table = selectors.table(call.path["table_id"])
        content = xlsx.export_table(table.id)
        return {
            "name": f"{table.product}-v{table.version}.xlsx",
            "media_type": xlsx.MEDIA_TYPE,
            "size": len(content),
            "sha256": hashlib.sha256(content).hexdigest(),
            "content_base64": base64.b64encode(content).decode(),
        }


class ChangeOut(Out):
    path = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # DRF takes declared fields off the class
    label_en = serializers.CharField()
    before = serializers.CharField(allow_null=True, help_text="null: not there")
    after = serializers.CharField(allow_null=True, help_text="null: no longer there")


class CompareIn(In):
    against = Id(help_text="the version to compare with, shown as `before`")


class CompareRateTables(_Read):
    """What one version has otherwise than another, side by side."""

    asks = CompareIn
    gives = ChangeOut
    listed = True
    refuses = (NOT_FOUND,)

    def read(self, work: CountyWork, call: Call) -> Any:
        changes = selectors.diff(call.query["against"], call.path["table_id"])
        return [
            {
                "path": change.path,
                "label": change.label,
                "label_en": change.label_en,
                "before": None if change.before is None else str(change.before),
                "after": None if change.after is None else str(change.after),
            }
            for change in changes
        ]


def _factor() -> Whole:
    return Whole(minimum=1, maximum=document.MAX_FACTOR, help_text="1000 changes nothing")


class LevelIn(In):
    code = Raw(max_length=document.MAX_CODE)
    name = Text(max_length=document.MAX_NAME)
    death_disability_cover_fen = Fen(maximum=document.MAX_COVER_FEN)
    medical_cover_fen = Fen(minimum=0, maximum=document.MAX_COVER_FEN)
    factor_permille = _factor()


class ClassRateIn(In):
    risk_class = Whole(minimum=1, maximum=document.MAX_RISK_CLASS)
    premium_fen = Fen(maximum=document.MAX_PREMIUM_FEN)
    death_disability_permille = Whole(
        minimum=1, maximum=document.MAX_FACTOR, required=False, help_text="1000 when absent"
    )
    medical_permille = Whole(
        minimum=0, maximum=document.MAX_FACTOR, required=False, help_text="1000 when absent"
    )


class OccupationIn(In):
    trade = Raw(max_length=document.MAX_CODE)
    risk_class = Whole(minimum=0, maximum=document.MAX_RISK_CLASS, help_text="0: not insurable")
    reason = Text(max_length=document.MAX_REASON, required=False, help_text="for class 0")


class AgeBandIn(In):
    from_age = Whole(minimum=0, maximum=document.MAX_AGE)
    to_age = Whole(minimum=0, maximum=document.MAX_AGE)
    factor_permille = Whole(
        minimum=1, maximum=document.MAX_FACTOR, required=False, help_text="unless refused"
    )
    refused = Yes(required=False)
    reason = Text(max_length=document.MAX_REASON, required=False, help_text="for a refused band")


class DayStepIn(In):
    from_day = Whole(minimum=1, maximum=document.MAX_DAYS)
    factor_permille = _factor()


class HeadStepIn(In):
    from_heads = Whole(minimum=1, maximum=document.MAX_HEADS)
    factor_permille = _factor()


class TableContentIn(In):
    """Everything a price depends on: premium = class × level × age × heads × county × days, rounded once."""

    levels = Several(child=LevelIn(), minimum=1, maximum=document.MAX_LEVELS)
    classes = Several(child=ClassRateIn(), minimum=1, maximum=document.MAX_RISK_CLASS)
    occupations = Several(child=OccupationIn(), minimum=1, maximum=document.MAX_OCCUPATIONS)
    age_bands = Several(child=AgeBandIn(), minimum=1, maximum=document.MAX_STEPS)
    days = Several(child=DayStepIn(), minimum=1, maximum=document.MAX_STEPS)
    heads = Several(child=HeadStepIn(), minimum=1, maximum=document.MAX_STEPS)
    county_factor_permille = _factor()
    min_premium_fen = Fen(minimum=0, maximum=document.MAX_PREMIUM_FEN)
    max_premium_fen = Fen(maximum=document.MAX_PREMIUM_FEN)


class DraftTableIn(In):
    product = Text(max_length=40)
    effective_from = Day(help_text="today or later when it is published")
    source = Text(max_length=200, help_text="where the rates come from")  # type: ignore[assignment]  # as above
    content = TableContentIn()


class DraftTableFileIn(In):
    product = Text(max_length=40)
    effective_from = Day(help_text="today or later when it is published")
    source = Text(max_length=200, help_text="where the rates come from")  # type: ignore[assignment]  # as above
    file_base64 = Base64(most=xlsx.MAX_FILE, help_text="a workbook as exported (XLSX)")


class _Draft(Act):
    tag = "rates"
    scope = selectors.WRITE
    gives = RateTableOut
    status = 201
    key = Key.OPTIONAL

    def act(self, work: CountyWork, call: Call) -> Any:
        content = self.content(call)
        with _each_told("content."):
            table_id = draft_table(
                product=call.data["product"],
                effective_from=call.data["effective_from"],
                content=content,
                source=call.data["source"],
                actor=call.who,
                now=work.now,
            )
        return _table(selectors.table(table_id))

    def content(self, call: Call) -> TableContent:
        raise NotImplementedError


class DraftRateTable(_Draft):
    """Draft a product's next version. Nothing is quoted by it before a second person publishes it."""

    takes = DraftTableIn
    refuses = (PRODUCT_UNKNOWN, RATE_TABLE_INVALID)
    example = {
        "product": "jinxi_job",
        "effective_from": "2026-12-01",
        "source": "金溪样例保险 2026 年 12 月费率",
        "content": {
            "levels": [
                {
                    "code": "standard",
                    "name": "标准",
                    "death_disability_cover_fen": 60000000,
                    "medical_cover_fen": 1000000,
                    "factor_permille": 1000,
                }
            ],
            "classes": [{"risk_class": 1, "premium_fen": 300}],
            "occupations": [
                {"trade": "sorting", "risk_class": 1},
                {"trade": "height_work", "risk_class": 0, "reason": "高处作业须另行投保"},
            ],
            "age_bands": [{"from_age": 16, "to_age": 65, "factor_permille": 1000}],
            "days": [{"from_day": 1, "factor_permille": 1000}],
            "heads": [{"from_heads": 1, "factor_permille": 1000}],
            "county_factor_permille": 1000,
            "min_premium_fen": 300,
            "max_premium_fen": 1000,
        },
    }

    def content(self, call: Call) -> TableContent:
        with _each_told("content."):
            return document.parse_content(document.from_rows(call.data["content"]), trades=trades())


class DraftRateTableFromFile(_Draft):
    """Draft a product's next version from a workbook; every wrong cell is named, as `费率!B7`."""

    takes = DraftTableFileIn
    refuses = (PRODUCT_UNKNOWN, TABLE_FILE_INVALID)

    def content(self, call: Call) -> TableContent:
        with _each_told(""):
            return xlsx.read_table(call.data["file_base64"], trades=trades())


@contextmanager
def _each_told(prefix: str) -> Iterator[None]:
    """Every fault of a table becomes a refusal of its own, so that all are shown at once."""
    try:
        yield
    except TableFaults as refusal:
        errors = refusal.each()
        for error in errors:
            error.field = f"{prefix}{error.field}"
        raise Refused(errors) from None


class _Move(Act):
    tag = "rates"
    gives = RateTableOut
    key = Key.OPTIONAL
    refuses: ClassVar[tuple[Refusal, ...]] = (NOT_FOUND, STALE_STATE)

    def act(self, work: CountyWork, call: Call) -> Any:
        self.move(work, call)
        return _table(selectors.table(call.path["table_id"]))

    def move(self, work: CountyWork, call: Call) -> None:
        raise NotImplementedError


class SubmitRateTable(_Move):
    """Hand a draft to a second person."""

    scope = selectors.WRITE
    refuses = (*_Move.refuses, RATE_TABLE_IN_PAST)

    def move(self, work: CountyWork, call: Call) -> None:
        submit_table(table_version_id=call.path["table_id"], actor=call.who, now=work.now)


class PublishRateTable(_Move):
    """Put a reviewed version in force from its date; not by whoever drafted or submitted it."""

    scope = selectors.REVIEW
    refuses = (*_Move.refuses, REVIEW_OWN, RATE_TABLE_IN_PAST, RATE_TABLE_INVALID)

    def move(self, work: CountyWork, call: Call) -> None:
        publish_table(table_version_id=call.path["table_id"], actor=call.who, now=work.now)


class WithdrawTableIn(In):
    reason = Text(min_length=2, max_length=200)


class WithdrawRateTable(_Move):
    """Give up a draft, or turn a version down in its review."""

    takes = WithdrawTableIn
    example = {"reason": "第三类费率有误"}

    def move(self, work: CountyWork, call: Call) -> None:
        withdraw_table(
            table_version_id=call.path["table_id"],
            reason=call.data["reason"],
            actor=call.who,
            now=work.now,
        )


# -- quotes ----------------------------------------------------------------------------------------


class CoverQuoteOut(Out):
    quote_id = serializers.UUIDField()
    product = serializers.CharField()
    insurer = serializers.CharField()
    layer = serializers.CharField()
    starts = serializers.CharField()
    table_version_id = serializers.UUIDField()
    table_version = serializers.IntegerField()
    trade = serializers.CharField()
    risk_class = serializers.IntegerField()
    level = serializers.CharField()
    heads = serializers.IntegerField()
    days = serializers.IntegerField()
    on = serializers.DateField()
    premium_per_head_fen = serializers.IntegerField(help_text="for all days, at the dearest insurable age")
    total_fen = serializers.IntegerField()
    death_disability_cover_fen = serializers.IntegerField(help_text="a person")
    medical_cover_fen = serializers.IntegerField(help_text="a person")
    from_age = serializers.IntegerField(help_text="youngest insurable age, full years")
    to_age = serializers.IntegerField(help_text="oldest insurable age")
    expires_at = serializers.DateTimeField()


class ReplayedQuoteOut(CoverQuoteOut):
    stands = serializers.BooleanField(help_text="not expired")
    replayed_per_head_fen = serializers.IntegerField(help_text="the premium worked out anew")
    replayed_total_fen = serializers.IntegerField()
    equal = serializers.BooleanField(help_text="the replay says everything that was given, to the fen")


def _quote(quote: CoverQuote) -> dict[str, Any]:
    shown = asdict(quote)
    shown["from_age"], shown["to_age"] = shown.pop("ages")
    return shown


class QuoteCoverIn(In):
    trade = Text(max_length=40)
    heads = Whole(minimum=1, maximum=document.MAX_HEADS)
    on = Day(help_text="the day of the work")
    days = Whole(minimum=1, maximum=document.MAX_DAYS, required=False, help_text="1 when absent")
    layer = Choice(choices=_LAYERS, required=False, help_text="top_up when absent")
    level = Text(max_length=40, required=False, help_text="the product's first when absent")
    product = Text(max_length=40, required=False, help_text="the best ranked one when absent")


class QuoteCoverAct(Act):
    """What cover would cost. The quote is kept, stands for half an hour and replays to the fen."""

    tag = "rates"
    takes = QuoteCoverIn
    gives = CoverQuoteOut
    status = 201
    key = Key.OPTIONAL
    refuses = (
        RATE_TABLE_MISSING,
        TRADE_NOT_RATED,
        CLASS_NOT_INSURABLE,
        LEVEL_UNKNOWN,
        PRODUCT_UNKNOWN,
        INVALID_VALUE,
    )
    example = {"trade": "sorting", "heads": 5, "on": "2026-12-01", "days": 2}

    def act(self, work: CountyWork, call: Call) -> Any:
        selectors.require_quoter(call.who)
        asked = {name: value for name, value in call.data.items() if value is not None}
        layer = Layer(asked.pop("layer", Layer.TOP_UP.value))
        return _quote(quote_cover(**asked, layer=layer, now=work.now))


class ReadCoverQuote(_Read):
    """A quote as it was given, and worked out anew from what was asked and the version that answered."""

    gives = ReplayedQuoteOut
    refuses = (NOT_FOUND,)

    def read(self, work: CountyWork, call: Call) -> Any:
        given = selectors.quote(call.path["quote_id"])
        replayed = selectors.replay(call.path["quote_id"])
        return {
            **_quote(given),
            "stands": given.expires_at is not None and work.now < given.expires_at,
            "replayed_per_head_fen": replayed.premium_per_head_fen,
            "replayed_total_fen": replayed.total_fen,
            "equal": selectors.replay_equal(call.path["quote_id"]),
        }
