from kernel.errors import Kind, Refusal

CERTIFICATE_KIND_UNKNOWN = Refusal(
    "certificate_kind_unknown",
    Kind.INVALID,
    zh="没有这种证书：{kind}",
    en="There is no such kind of certificate: {kind}",
)
CERTIFICATE_NUMBER = Refusal(
    "certificate_number",
    Kind.INVALID,
    zh="证书编号须为 4 至 40 个半角字母、数字或 - / . ( )",
    en="A certificate number is 4 to 40 ordinary letters, digits or - / . ( )",
)
CERTIFICATE_NUMBER_TAKEN = Refusal(
    "certificate_number_taken",
    Kind.CONFLICT,
    zh="此证书编号已登记",
    en="This certificate number is registered already",
)
CERTIFICATE_DATES = Refusal(
    "certificate_dates",
    Kind.INVALID,
    zh="证书日期有误：须先发证后到期，发证日不在将来",
    en="The certificate's dates do not fit: issued before it expires, and not in the future",
)
CERTIFICATE_EXPIRED = Refusal(
    "certificate_expired",
    Kind.INVALID,
    zh="证书已于 {expires_on} 到期",
    en="The certificate expired on {expires_on}",
)
CERTIFICATE_NOT_FOUND = Refusal(
    "certificate_not_found", Kind.NOT_FOUND, zh="没有这份证书", en="There is no such certificate"
)
CERTIFICATE_OWN = Refusal(
    "certificate_own",
    Kind.FORBIDDEN,
    zh="不能审核自己的证书",
    en="Nobody decides on their own certificate",
)
CERTIFICATE_REASON = Refusal(
    "certificate_reason",
    Kind.INVALID,
    zh="须说明理由",
    en="Please give the reason",
)
