from kernel.errors import Kind, Refusal

_GB2260 = "GB/T 2260"

COUNTY_SLUG_INVALID = Refusal(
    "county_slug_invalid",
    Kind.INVALID,
    zh="短名须为 2–31 个小写字母、数字或连字符，以字母开头，且不是保留字",
    en="A short name is 2 to 31 lower-case letters, digits or hyphens, from a letter on, and not reserved",
)
COUNTY_SLUG_TAKEN = Refusal(
    "county_slug_taken",
    Kind.CONFLICT,
    zh="短名 {slug} 已属于另一个县（市、区）或正在开设",
    en="The short name {slug} is another county's, or of one that is being opened",
)
COUNTY_CODE_INVALID = Refusal(
    "county_code_invalid",
    Kind.INVALID,
    zh="行政区划代码须为六位数字，且属于本市（{prefix}）",
    en="A division code is six digits and this city's: it begins with {prefix}",
    source=_GB2260,
)
COUNTY_CODE_TAKEN = Refusal(
    "county_code_taken",
    Kind.CONFLICT,
    zh="行政区划代码 {code} 已属于另一个县（市、区），或曾经使用，或正在开设",
    en="The division code {code} is or was another county's, or is of one that is being opened",
    source=_GB2260,
)
COUNTY_DAY_PAST = Refusal(
    "county_day_past",
    Kind.INVALID,
    zh="日期不得早于今天（{today}）",
    en="The day is today ({today}) or later",
)
COUNTY_DAY_FAR = Refusal(
    "county_day_far",
    Kind.INVALID,
    zh="日期不得晚于 {last}",
    en="The day is {last} or earlier",
)
COUNTY_RENAMED_THAT_DAY = Refusal(
    "county_renamed_that_day",
    Kind.CONFLICT,
    zh="本县（市、区）自 {day} 起已有另一名称或代码",
    en="The county has another name or code from {day} on already",
)
PREDECESSORS_INVALID = Refusal(
    "predecessors_invalid",
    Kind.INVALID,
    zh="须列出 1–10 个不同的被承接县（市、区），且不得混有沙盒县",
    en="Name 1 to 10 different counties to take over from, sandboxes not among others",
)
COUNTY_SUCCEEDED = Refusal(
    "county_succeeded",
    Kind.CONFLICT,
    zh="{county} 已由另一个县（市、区）承接，或正在办理",
    en="{county} has a successor already, or is about to",
)
COUNTY_HAS_OBLIGATIONS = Refusal(
    "county_has_obligations",
    Kind.CONFLICT,
    zh="尚有未了结的事项：{left}",
    en="Not everything has come to its end: {left}",
)
OPERATION_NOT_FAILED = Refusal(
    "operation_not_failed",
    Kind.CONFLICT,
    zh="只有失败的操作可以重试，现在是 {state}",
    en="Only what has failed is tried again; this is {state}",
)
