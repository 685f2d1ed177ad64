from kernel.errors import Kind, Refusal

INSUFFICIENT_FUNDS = Refusal(
    "insufficient_funds",
    Kind.CONFLICT,
    zh="余额不足，还差 {shortfall_yuan} 元",
    en="Not enough money: {shortfall_yuan} yuan short",
)
ACCOUNT_UNKNOWN = Refusal("account_unknown", Kind.NOT_FOUND, zh="没有这个账户", en="There is no such account")
HOLD_UNKNOWN = Refusal("hold_unknown", Kind.NOT_FOUND, zh="没有这笔冻结款", en="There is no such held amount")
HOLD_RESOLVED = Refusal(
    "hold_resolved",
    Kind.CONFLICT,
    zh="这笔冻结款已经处理过",
    en="This held amount has already been paid or released",
)
HOLD_EXPIRED = Refusal(
    "hold_expired",
    Kind.CONFLICT,
    zh="这笔冻结款已过期，只能退回",
    en="This hold has expired and can only be released",
)
HOLD_NOT_EXPIRED = Refusal(
    "hold_not_expired", Kind.CONFLICT, zh="这笔冻结款尚未过期", en="This hold has not expired yet"
)
HOLD_EXCEEDED = Refusal(
    "hold_exceeded",
    Kind.CONFLICT,
    zh="付款 {amount_yuan} 元超过冻结的 {held_yuan} 元",
    en="{amount_yuan} yuan is more than the {held_yuan} yuan set aside",
)
PAYMENT_ACCOUNT_INVALID = Refusal(
    "payment_account_invalid",
    Kind.INVALID,
    zh="收付款账户须为 1–128 个可见字符",
    en="A payment account is 1 to 128 visible characters",
)
