"""Every way this room says no. `source` is the rule behind it, where there is one."""

from __future__ import annotations

from kernel.errors import Kind, Refusal

MINIMUM_WAGE_SOURCE = "闽人社文〔2025〕14号（福建省最低工资标准）"
SPECIAL_WORK_SOURCE = "《中华人民共和国安全生产法》第三十条；人社部发〔2022〕38号"

# -- terms of an order ---------------------------------------------------------------------------

TIMES_INVALID = Refusal(
    "order_times_invalid", Kind.INVALID, zh="时间有误：{reason_zh}", en="The times are not valid: {reason_en}"
)
HEADCOUNT_INVALID = Refusal(
    "headcount_invalid",
    Kind.INVALID,
    zh="人数须为 {minimum} 至 {maximum} 之间的整数",
    en="The headcount is a whole number from {minimum} to {maximum}",
)
PAY_INVALID = Refusal(
    "pay_invalid", Kind.INVALID, zh="计酬方式有误：{reason_zh}", en="The pay is not valid: {reason_en}"
)
TEXT_INVALID = Refusal(
    "order_text_invalid",
    Kind.INVALID,
    zh="文字须为 {minimum} 至 {maximum} 个字符，且不含控制字符",
    en="The text has {minimum} to {maximum} characters and no control characters",
)
POINT_INVALID = Refusal(
    "point_invalid", Kind.INVALID, zh="坐标有误：{reason}", en="Not valid coordinates: {reason}"
)
PAY_BELOW_FLOOR = Refusal(
    "pay_below_floor",
    Kind.INVALID,
    zh="报酬低于本县最低标准 {floor}：{floor_fen} 分（现为 {offered_fen} 分），依据 {source}",
    en="The pay is under this county's floor {floor}: {floor_fen} fen (offered: {offered_fen}); {source}",
    source=MINIMUM_WAGE_SOURCE,
)

# -- grabbing ------------------------------------------------------------------------------------

ORDER_FULL = Refusal("order_full", Kind.CONFLICT, zh="名额已满", en="All places are taken")
PLACE_BUSY = Refusal(
    "place_busy",
    Kind.CONFLICT,
    zh="名额正被他人占用，请稍后再试",
    en="Another worker is just taking the last place; try again in a moment",
)
ORDER_CLOSED = Refusal(
    "order_closed",
    Kind.CONFLICT,
    zh="订单已不接受报名（状态：{state}）",
    en="This order takes nobody any more (it is {state})",
)
ALREADY_TAKEN = Refusal(
    "already_in_order", Kind.CONFLICT, zh="您已在此订单中", en="You already have a place in this order"
)
BUSY_THEN = Refusal(
    "worker_busy_then",
    Kind.CONFLICT,
    zh="该时段您已有其他订单（{starts_at} 至 {ends_at}）",
    en="You already have work at that time ({starts_at} to {ends_at})",
)
COVER_REFUSED_BEFORE = Refusal(
    "cover_refused_before",
    Kind.CONFLICT,
    zh="保险公司不承保您参加此订单",
    en="The insurer does not cover you for this order",
)
CERTIFICATE_MISSING = Refusal(
    "certificate_needed",
    Kind.FORBIDDEN,
    zh="该工种须持有在工作日有效的证书：{certificate}",
    en="This trade needs a certificate that is valid on every day of the work: {certificate}",
    source=SPECIAL_WORK_SOURCE,
)
TRADE_NOT_YOURS = Refusal(
    "trade_not_yours",
    Kind.FORBIDDEN,
    zh="您没有登记会做或想做的工种：{trade}",
    en="This trade is not among those you can or want to do: {trade}",
)
OWN_ORDER = Refusal(
    "own_order", Kind.FORBIDDEN, zh="不能接自己发布的订单", en="You cannot take your own order"
)
BARRED_BY_NO_SHOW = Refusal(
    "barred_by_no_show",
    Kind.FORBIDDEN,
    zh="近期爽约 {count} 次，{until} 前不能接单",
    en="You did not show up {count} times lately and may take no work before {until}",
)
UNDO_TOO_LATE = Refusal(
    "undo_too_late",
    Kind.CONFLICT,
    zh="接单超过 {minutes} 分钟，不能撤销",
    en="A place can be given back within {minutes} minutes only",
)

# -- the day -------------------------------------------------------------------------------------

COVER_PENDING = Refusal(
    "cover_pending",
    Kind.CONFLICT,
    zh="保险尚未生效，暂不能开工",
    en="The insurance is not bound yet, so work cannot start",
)
COVER_STARTS_LATER = Refusal(
    "cover_starts_later",
    Kind.CONFLICT,
    zh="保险自 {covers_from} 起生效，此前不能开工",
    en="The insurance covers from {covers_from} on, so work cannot start before",
)
COVER_QUOTE_EXPIRED = Refusal(
    "cover_quote_expired",
    Kind.CONFLICT,
    zh="保费报价已于 {at} 失效，请重新报价",
    en="The quote for cover has stood until {at}: ask for a new one",
)
COVER_QUOTE_OTHER = Refusal(
    "cover_quote_other",
    Kind.CONFLICT,
    zh="保费报价与订单不符：{names}",
    en="The quote is for other cover than the order's: {names}",
)
INSURANCE_CONSENT_MISSING = Refusal(
    "insurance_consent_missing",
    Kind.CONFLICT,
    zh="该订单投保：须先同意将姓名和身份证号码提供给保险公司（可在本人资料中同意）",
    en="This order is insured: agree first that your name and ID number go to the insurer (in your profile)",
    source="个人信息保护法第二十三条、第二十九条",
)
NOT_REPLACEABLE = Refusal(
    "not_replaceable",
    Kind.CONFLICT,
    zh="只能在开工前更换已被录用的人员",
    en="Only a booked worker can be replaced, and only before work starts",
)
START_CODE_WRONG = Refusal(
    "start_code_wrong",
    Kind.INVALID,
    zh="开工码不对，还可试 {tries_left} 次",
    en="That is not the start code; {tries_left} tries left",
)
START_CODE_LOCKED = Refusal(
    "start_code_locked",
    Kind.CONFLICT,
    zh="开工码错误次数过多，请雇主重新出码",
    en="Too many wrong codes: ask the employer for a new one",
)
START_CODE_NOT_ISSUED = Refusal(
    "start_code_not_issued",
    Kind.CONFLICT,
    zh="雇主还没有出示开工码",
    en="The employer has not shown a start code yet",
)
OUTSIDE_HOURS = Refusal(
    "outside_hours",
    Kind.CONFLICT,
    zh="只能在 {opens_at} 至 {closes_at} 之间签到",
    en="Checking in is possible from {opens_at} to {closes_at} only",
)
TOO_EARLY_FOR_NO_SHOW = Refusal(
    "too_early_for_no_show",
    Kind.CONFLICT,
    zh="{at} 之后才能记为爽约",
    en="A worker counts as absent from {at} only",
)

# -- confirming, cancelling, afterwards ----------------------------------------------------------

NOTHING_TO_CONFIRM = Refusal(
    "nothing_to_confirm",
    Kind.CONFLICT,
    zh="没有待确认的工作",
    en="There is no finished work waiting for confirmation",
)
CORRECTION_INVALID = Refusal(
    "correction_invalid",
    Kind.INVALID,
    zh="更正有误：{reason_zh}",
    en="Not a valid correction: {reason_en}",
)
CANNOT_CANCEL_STARTED = Refusal(
    "cannot_cancel_started",
    Kind.CONFLICT,
    zh="已开工的订单不能取消",
    en="Work has started, so the order cannot be cancelled",
)
REVIEW_NOT_YET = Refusal(
    "review_not_yet", Kind.CONFLICT, zh="付款后才能评价", en="A review is possible once the work is paid"
)
REVIEW_TWICE = Refusal("review_twice", Kind.CONFLICT, zh="已经评价过", en="You have already reviewed this")
RATING_INVALID = Refusal("rating_invalid", Kind.INVALID, zh="评分为 1 至 5", en="A rating is 1 to 5")
CONTACT_CLOSED = Refusal(
    "contact_closed",
    Kind.FORBIDDEN,
    zh="当前不能查看对方电话",
    en="The other side's number is not shown now",
)
