from kernel.errors import Kind, Refusal

INSURER_UNKNOWN = Refusal(
    "insurer_unknown",
    Kind.NOT_FOUND,
    zh="没有这家保险机构：{insurer}",
    en="There is no such insurer: {insurer}",
)
INSURER_EXISTS = Refusal(
    "insurer_exists",
    Kind.CONFLICT,
    zh="代码 {insurer} 已属于另一家保险机构",
    en="The code {insurer} is another insurer's already",
)
INSURER_CODE = Refusal(
    "insurer_code",
    Kind.INVALID,
    zh="保险机构代码须为 3–40 个小写字母、数字或连字符，以字母开头",
    en="An insurer's code is 3 to 40 lower-case letters, digits or hyphens and begins with a letter",
)
INSURER_SUSPENDED = Refusal(
    "insurer_suspended",
    Kind.CONFLICT,
    zh="保险机构 {insurer} 已暂停承接新业务",
    en="The insurer {insurer} takes no new business",
)
