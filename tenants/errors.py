from kernel.errors import Kind, Refusal

COUNTY_UNKNOWN = Refusal(
    "county_unknown", Kind.NOT_FOUND, zh="没有这个县（市、区）", en="There is no such county here"
)
COUNTY_MISMATCH = Refusal(
    "county_mismatch",
    Kind.MISDIRECTED,
    zh="域名与路径指向不同的县（市、区）",
    en="The host and the path name different counties",
)
UNKNOWN_TRADE = Refusal(
    "trade_unknown", Kind.INVALID, zh="没有这个工种：{trade}", en="No such trade: {trade}"
)
COUNTY_SUSPENDED = Refusal(
    "county_suspended", Kind.UNAVAILABLE, zh="本县（市、区）暂停服务", en="This county is suspended"
)
