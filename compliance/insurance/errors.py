from kernel.errors import Kind, Refusal

CLASS_NOT_INSURABLE = Refusal(
    "class_not_insurable",
    Kind.INVALID,
    zh="保险公司不承保该工种：{trade}",
    en="The insurer does not cover this trade: {trade}",
)
TRADE_NOT_RATED = Refusal(
    "trade_not_rated",
    Kind.INVALID,
    zh="费率表未列入该工种：{trade}",
    en="The rate table does not list this trade: {trade}",
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
    zh="费率表有误：{reason}",
    en="Not a valid rate table: {reason}",
)
RATE_TABLE_IN_PAST = Refusal(
    "rate_table_in_past",
    Kind.INVALID,
    zh="费率表的生效日期不得早于今天（{today}）",
    en="A rate table takes effect today ({today}) or later",
)
PREMIUM_MISMATCH = Refusal(
    "premium_mismatch",
    Kind.CONFLICT,
    zh="保费与费率表不符：应为 {expected_fen} 分",
    en="The premium does not match the rate table: it is {expected_fen} fen",
)
COVER_NOT_IN_FORCE = Refusal(
    "cover_not_in_force",
    Kind.CONFLICT,
    zh="保单仅在 {on} 有效",
    en="The cover is for {on} only",
)
