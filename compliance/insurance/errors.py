from kernel.errors import Kind, Refusal

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
COVER_STARTS_TOMORROW = Refusal(
    "cover_starts_tomorrow",
    Kind.INVALID,
    zh="该保险产品次日零时生效，不能为 {day} 的用工投保",
    en="This product's cover begins at the midnight after it is issued: too late for work on {day}",
)
CONNECTION_UNKNOWN = Refusal(
    "connection_unknown",
    Kind.NOT_FOUND,
    zh="本县（市、区）尚未接入保险公司 {insurer}",
    en="This county has no connection with the insurer {insurer}",
)
CONNECTION_EXISTS = Refusal(
    "connection_exists",
    Kind.CONFLICT,
    zh="本县（市、区）已接入保险公司 {insurer}",
    en="This county is connected with the insurer {insurer} already",
)
CONNECTION_INVALID = Refusal(
    "connection_invalid",
    Kind.INVALID,
    zh="接入设置有误：{reason_zh}",
    en="Not a valid connection: {reason_en}",
)
CONNECTION_TEST_FAILED = Refusal(
    "connection_test_failed",
    Kind.UNAVAILABLE,
    zh="保险公司接口没有应答：{reason}",
    en="The insurer's interface does not answer: {reason}",
)
POLICY_NOT_AMENDABLE = Refusal(
    "policy_not_amendable",
    Kind.CONFLICT,
    zh="该保单当前不能批改（{state}）",
    en="This policy cannot be amended now ({state})",
)
CERTIFICATE_NOT_ISSUED = Refusal(
    "certificate_not_issued",
    Kind.NOT_FOUND,
    zh="尚未出具保险凭证",
    en="No insurance certificate has been issued yet",
)
ANSWER_INVALID = Refusal(
    "answer_invalid",
    Kind.INVALID,
    zh="承保结果有误：{reason}",
    en="Not a valid answer about a policy: {reason}",
)
