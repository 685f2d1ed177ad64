from kernel.errors import Kind, Refusal

POLICY_MISSING = Refusal(
    "policy_missing",
    Kind.INVALID,
    zh="本县（市、区）在 {day} 尚无生效的市场规则",
    en="This county has no policy in force on {day}",
)
POLICY_IN_PAST = Refusal(
    "policy_in_past",
    Kind.INVALID,
    zh="生效日期不得早于今天（{today}）",
    en="A policy takes effect today ({today}) or later",
)
POLICY_VALUE_UNKNOWN = Refusal(
    "policy_value_unknown", Kind.INVALID, zh="没有这项规则：{name}", en="No such policy value: {name}"
)
POLICY_VALUE_INVALID = Refusal(
    "policy_value_invalid",
    Kind.INVALID,
    zh="须为 {minimum} 至 {maximum} 之间的整数（单位：{unit}）",
    en="Must be a whole number from {minimum} to {maximum} ({unit})",
)
POLICY_EMPTY = Refusal(
    "policy_empty", Kind.INVALID, zh="没有填写任何要变更的规则", en="No value to change was given"
)
