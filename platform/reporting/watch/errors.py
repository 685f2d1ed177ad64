from kernel.errors import Kind, Refusal

ALERT_UNKNOWN = Refusal(
    "alert_unknown",
    Kind.NOT_FOUND,
    zh="没有这条提醒",
    en="There is no such alert",
)
RULE_DAY = Refusal(
    "watch_rule_day",
    Kind.INVALID,
    zh="生效日不得早于今天（{today}）",
    en="A rule's thresholds take effect today ({today}) at the earliest",
)
THRESHOLD_UNKNOWN = Refusal(
    "watch_threshold_unknown",
    Kind.INVALID,
    zh="规则 {rule} 没有阈值 {name}",
    en="The rule {rule} has no threshold {name}",
)
THRESHOLD_RANGE = Refusal(
    "watch_threshold_range",
    Kind.INVALID,
    zh="阈值 {name} 须在 {minimum} 到 {maximum} 之间",
    en="The threshold {name} must be from {minimum} to {maximum}",
)
CASES_OTHER_COUNTY = Refusal(
    "alert_other_county",
    Kind.INVALID,
    zh="这条提醒与该县无关",
    en="This alert is not about that county",
)
