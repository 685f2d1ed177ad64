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
    zh="只能按县、日期、工种分组",
    en="A report is grouped by county, day or trade",
)
