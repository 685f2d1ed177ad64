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
    "county_suspended",
    Kind.CONFLICT,
    zh="本县（市、区）暂停受理新的用工、登记和充值；进行中的用工和提现照常",
    en="This county takes no new orders, registrations or deposits for now; what runs goes on, and money out",
)
COUNTY_NOT_OPEN = Refusal(
    "county_not_open",
    Kind.CONFLICT,
    zh="{county}自 {day} 起受理业务",
    en="This county opens on {day}",
)
COUNTY_WINDING_DOWN = Refusal(
    "county_winding_down",
    Kind.GONE,
    zh="{county}的业务已由{successor}承接，请到{successor}（/{county_moved}/）办理；原有用工和提现照常",
    en="{successor_en} has taken over: go to /{county_moved}/. What runs here goes on, and money out",
)
COUNTY_CLOSED = Refusal(
    "county_closed",
    Kind.GONE,
    zh="{county}已结业，只可查询；请到{successor}（/{county_moved}/）办理",
    en="This county is closed and can only be read; {successor_en} has taken over: go to /{county_moved}/",
)

MAY_NOT_BEGIN = (COUNTY_SUSPENDED, COUNTY_NOT_OPEN, COUNTY_WINDING_DOWN)
"""What a verb that begins something new may hear because of the county's state."""
