from kernel.errors import Kind, Refusal

PROGRAM_NOT_FOUND = Refusal(
    "program_not_found", Kind.NOT_FOUND, zh="没有这个基本保障项目", en="There is no such basic-cover program"
)
PROGRAM_OVERLAPS = Refusal(
    "program_overlaps",
    Kind.CONFLICT,
    zh="日期与基本保障项目“{name}”（{from_day} 至 {to_day}）重叠",
    en="The days overlap the program “{name}” ({from_day} to {to_day})",
)
PROGRAM_DAYS = Refusal(
    "program_days",
    Kind.INVALID,
    zh="项目结束日期不得早于开始日期和今天（{today}），期限不超过 {most} 天",
    en="A program ends on or after its first day and today ({today}) and lasts at most {most} days",
)
BUDGET_SPENT = Refusal(
    "budget_spent",
    Kind.CONFLICT,
    zh="预算不得低于已使用的 {spent_yuan} 元",
    en="{spent_yuan} yuan have been spent: the budget cannot be less",
)
DEPOSIT_REFERENCE_USED = Refusal(
    "deposit_reference_used",
    Kind.CONFLICT,
    zh="银行流水号 {reference} 已经登记过",
    en="The bank's reference {reference} has been recorded before",
)
RESERVE_NOT_DECLARED = Refusal(
    "reserve_not_declared",
    Kind.CONFLICT,
    zh="本县（市、区）未指定保费差额准备金账户",
    en="This county has declared no reserve for premium differences",
)
RESERVE_DECLARED = Refusal(
    "reserve_declared",
    Kind.CONFLICT,
    zh="保费差额准备金账户已经指定",
    en="The reserve for premium differences is declared already",
)
