from kernel.errors import Kind, Refusal

MONTH_MALFORMED = Refusal(
    "month_malformed", Kind.INVALID, zh="月份须写作 2026-03", en="A month is written like 2026-03"
)
MONTH_NOT_OVER = Refusal(
    "month_not_over",
    Kind.CONFLICT,
    zh="{month} 尚未结束（上海时间），不能签报",
    en="{month} is not over yet in Shanghai and cannot be signed",
)
MONTH_BEHIND = Refusal(
    "month_behind",
    Kind.CONFLICT,
    zh="本县数据尚未汇总完毕（待汇总 {waiting} 条），请稍后再签报",
    en="The county's figures are not complete yet ({waiting} facts wait); sign a little later",
)
MONTH_CHANGED = Refusal(
    "month_changed",
    Kind.CONFLICT,
    zh="数据与所阅不同，请重新核对后再签报",
    en="The figures are not those you have read; look again before you sign",
)
MONTH_ACCEPTED = Refusal(
    "month_accepted",
    Kind.CONFLICT,
    zh="{month} 第 {number} 版已获市级确认；如需更改，请说明原因提交修订",
    en="Version {number} of {month} is accepted by the city; to change it, sign a revision with its reason",
)
MONTH_NOT_ACCEPTED = Refusal(
    "month_not_accepted",
    Kind.CONFLICT,
    zh="{month} 尚无经市级确认的版本，无从修订",
    en="No version of {month} is accepted by the city, so there is nothing to revise",
)
MONTH_UNCHANGED = Refusal(
    "month_unchanged",
    Kind.CONFLICT,
    zh="{month} 的数据与已确认的版本相同，无需修订",
    en="The figures of {month} are those of the accepted version; there is nothing to revise",
)
VERSION_UNKNOWN = Refusal(
    "month_version_unknown",
    Kind.NOT_FOUND,
    zh="{month} 没有第 {number} 版",
    en="There is no version {number} of {month}",
)
OWN_SIGNATURE = Refusal(
    "month_own_signature",
    Kind.FORBIDDEN,
    zh="签报人不得自行确认或退回",
    en="Whoever signed a month may neither accept nor return it",
)
NOT_INTACT = Refusal(
    "month_not_intact",
    Kind.CONFLICT,
    zh="所存数据与签报时的摘要不符，不能确认",
    en="What is stored no longer has the digest that was signed, and cannot be accepted",
)
MONTH_RANGE = Refusal(
    "month_range",
    Kind.INVALID,
    zh="起止月份须先起后止，跨度不超过 {months} 个月",
    en="The last month may not be before the first, nor the range longer than {months} months",
)
