from __future__ import annotations

from collections.abc import Sequence

from compliance.rates.contracts import Fault
from kernel.errors import DomainError, Kind, Refusal

CLASS_NOT_INSURABLE = Refusal(
    "class_not_insurable",
    Kind.INVALID,
    zh="保险公司不承保该工种：{trade}（{reason}）",
    en="The insurer does not cover this trade: {trade} ({reason})",
)
TRADE_NOT_RATED = Refusal(
    "trade_not_rated",
    Kind.INVALID,
    zh="费率表未列入该工种：{trade}",
    en="The rate table does not list this trade: {trade}",
)
AGE_NOT_INSURABLE = Refusal(
    "age_not_insurable",
    Kind.INVALID,
    zh="保险公司不承保 {age} 岁的人员（{reason}）",
    en="The insurer does not cover people aged {age} ({reason})",
)
LEVEL_UNKNOWN = Refusal(
    "level_unknown",
    Kind.INVALID,
    zh="没有这个保障档次，可选：{levels}",
    en="There is no such cover level; these are: {levels}",
)
RATE_TABLE_MISSING = Refusal(
    "rate_table_missing",
    Kind.INVALID,
    zh="本县（市、区）在 {day} 没有生效的费率表",
    en="This county has no rate table in force on {day}",
)
RATE_TABLE_INVALID = Refusal(
    "rate_table_invalid",
    Kind.INVALID,
    zh="费率表有误：{place} {reason_zh}",
    en="Not a valid rate table: {place}: {reason}",
)
RATE_TABLE_IN_PAST = Refusal(
    "rate_table_in_past",
    Kind.INVALID,
    zh="费率表的生效日期不得早于今天（{today}）",
    en="A rate table takes effect today ({today}) or later",
)
TABLE_FILE_INVALID = Refusal(
    "table_file_invalid",
    Kind.INVALID,
    zh="费率表文件有误：{place} {reason_zh}",
    en="Not a valid rate table file: {place}: {reason}",
)
REVIEW_OWN = Refusal(
    "review_own",
    Kind.FORBIDDEN,
    zh="须由另一人复核：起草人和送审人不能自己发布",
    en="A second person decides: whoever drafted or submitted this may not publish it",
)
PRODUCT_CODE = Refusal(
    "product_code",
    Kind.INVALID,
    zh="产品代码须为 2 至 40 个小写字母、数字或下划线，以字母开头",
    en="A product code is 2 to 40 lower-case letters, digits or underscores and starts with a letter",
)
PRODUCT_CODE_TAKEN = Refusal(
    "product_code_taken",
    Kind.CONFLICT,
    zh="产品代码已被使用：{code}",
    en="This product code is taken: {code}",
)
PRODUCT_UNKNOWN = Refusal(
    "product_unknown",
    Kind.INVALID,
    zh="没有可用的产品：{code}",
    en="There is no such product on offer: {code}",
)
PRODUCT_WRONG_LAYER = Refusal(
    "product_wrong_layer",
    Kind.INVALID,
    zh="产品 {code} 不属于这一层保障",
    en="The product {code} is not of this layer",
)
RANKING_IN_PAST = Refusal(
    "ranking_in_past",
    Kind.INVALID,
    zh="排序的生效日期不得早于今天（{today}）",
    en="A ranking takes effect today ({today}) or later",
)

MAX_FAULTS = 100


class TableFaults(DomainError):
    """A refusal for everything wrong with a table at once. `faults` are at most MAX_FAULTS; as a plain
    refusal it speaks of the first one and counts them all."""

    def __init__(self, refusal: Refusal, faults: Sequence[Fault]) -> None:
        first = faults[0]
        super().__init__(
            refusal,
            field=first.place,
            params={"place": first.place, "reason": first.en, "reason_zh": first.zh, "count": len(faults)},
        )
        self.faults = tuple(faults[:MAX_FAULTS])

    def each(self) -> list[DomainError]:
        """One refusal a fault, for doors that list them."""
        return [
            self.refusal.error(field=fault.place, place=fault.place, reason=fault.en, reason_zh=fault.zh)
            for fault in self.faults
        ]
