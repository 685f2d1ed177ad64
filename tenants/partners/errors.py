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
AGENCY_UNKNOWN = Refusal(
    "agency_unknown",
    Kind.NOT_FOUND,
    zh="没有这家劳务机构：{agency}",
    en="There is no such labour agency: {agency}",
)
AGENCY_EXISTS = Refusal(
    "agency_exists",
    Kind.CONFLICT,
    zh="代码 {agency} 已属于另一家劳务机构",
    en="The code {agency} is another agency's already",
)
AGENCY_CODE = Refusal(
    "agency_code",
    Kind.INVALID,
    zh="劳务机构代码须为 3–40 个小写字母、数字或连字符，以字母开头",
    en="An agency's code is 3 to 40 lower-case letters, digits or hyphens and begins with a letter",
)
AGENCY_CREDIT_CODE_TAKEN = Refusal(
    "agency_credit_code_taken",
    Kind.CONFLICT,
    zh="该统一社会信用代码已登记为劳务机构 {agency}",
    en="This credit code is registered already, as the agency {agency}",
)
AGENCY_LICENCE_ENDED = Refusal(
    "agency_licence_ended",
    Kind.INVALID,
    zh="人力资源服务许可证已于 {until} 到期",
    en="The permit for human resource services ended on {until}",
    source="人力资源市场暂行条例（国务院令第700号）第十八条",
)
