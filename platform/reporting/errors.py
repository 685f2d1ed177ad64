from kernel.errors import Kind, Refusal

REPORT_RANGE = Refusal(
    "report_range_invalid",
    Kind.INVALID,
    zh="起止日期有误：须先起后止，跨度不超过 {days} 天",
    en="The last day may not be before the first, nor more than {days} days after it",
)
REPORT_GROUP = Refusal(
    "report_group_invalid",
    Kind.INVALID,
    zh="只能按县、期间、工种、乡镇、驿站分组，各一次，期间至多一种",
    en="Figures are grouped by county, one kind of period, trade, town or station, each once",
)
REPORT_PAGE = Refusal(
    "report_page_invalid",
    Kind.INVALID,
    zh="每页为 1 至 {most} 行，起始位置不得为负",
    en="A page has 1 to {most} rows and does not begin before the first",
)
REPORT_SIZE = Refusal(
    "report_too_large",
    Kind.INVALID,
    zh="分组过细，结果超过 {most} 行，请缩短期间或减少维度",
    en="So many groups make more than {most} rows; ask for fewer days or dimensions",
)
METRIC_UNKNOWN = Refusal(
    "metric_unknown",
    Kind.INVALID,
    zh="没有指标 {metric}，或未在所求指标之中",
    en="There is no metric {metric}, or it is not among those asked for",
)
TARGET_PERIOD = Refusal(
    "target_period_invalid",
    Kind.INVALID,
    zh="目标须针对一个月或一年，自其首日起",
    en="A target is of a month or a year, from its first day",
)
TARGET_VALUE = Refusal(
    "target_value_invalid",
    Kind.INVALID,
    zh="目标值须为不小于 0 的整数",
    en="A target is a whole number, not below 0",
)
