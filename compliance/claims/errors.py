"""Every way this room says no. `source` is the law behind it, where there is one."""

from kernel.errors import Kind, Refusal

INSURANCE_LAW = "《中华人民共和国保险法》"

CLAIM_NOT_FOUND = Refusal("claim_not_found", Kind.NOT_FOUND, zh="没有这个理赔", en="There is no such claim")
CLAIM_EXISTS = Refusal(
    "claim_exists",
    Kind.CONFLICT,
    zh="这份保险已有进行中的理赔：{number}",
    en="A claim on this cover is under way already: {number}",
)
CLAIM_NO_COVER = Refusal(
    "claim_no_cover",
    Kind.INVALID,
    zh="出险时没有生效的保险",
    en="No cover was in force at that moment",
)
CLAIM_MOMENT = Refusal(
    "claim_moment",
    Kind.INVALID,
    zh="出险时间不能晚于现在，也不能早于 {earliest}",
    en="The accident is not in the future, and not before {earliest}",
    source=f"{INSURANCE_LAW}第二十六条",
)
CLAIM_FILES = Refusal(
    "claim_files",
    Kind.INVALID,
    zh="附件有误：{reason_zh}",
    en="These files cannot be attached: {reason_en}",
)
CLAIM_PAPERS_WANTED = Refusal(
    "claim_papers_wanted",
    Kind.INVALID,
    zh="须一次性列明所需的全部材料（1 至 20 项）",
    en="All papers that are needed are named at once, 1 to 20 of them",
    source=f"{INSURANCE_LAW}第二十二条",
)
CLAIM_NO_PAPERS_WANTED = Refusal(
    "claim_no_papers",
    Kind.CONFLICT,
    zh="理赔已有结论，不再接收材料",
    en="This claim has been decided; it takes no more papers",
)
CLAIM_DECISION = Refusal(
    "claim_decision",
    Kind.INVALID,
    zh="核定须为给付金额，或说明理由的拒赔，二者必居其一",
    en="A decision is an amount, or a refusal with its reason, and never both",
    source=f"{INSURANCE_LAW}第二十三、二十四条",
)
CLAIM_AMOUNT = Refusal(
    "claim_amount_over_cover",
    Kind.INVALID,
    zh="给付金额超过剩余保额 {left_fen} 分",
    en="The amount is more than the cover that is left: {left_fen} fen",
)
CLAIM_DECIDED_OTHERWISE = Refusal(
    "claim_decided_otherwise",
    Kind.CONFLICT,
    zh="此理赔已有不同的结论",
    en="This claim has been decided otherwise already",
)
CLAIM_PAYMENT = Refusal(
    "claim_payment",
    Kind.INVALID,
    zh="支付金额须等于核定金额 {accepted_fen} 分，并附支付凭证号",
    en="A payment is the accepted amount, {accepted_fen} fen, with its reference",
)
CLAIM_PAID_OTHERWISE = Refusal(
    "claim_paid_otherwise",
    Kind.CONFLICT,
    zh="此理赔已登记过另一笔支付",
    en="Another payment of this claim is on record already",
)
CLAIM_NOT_YOURS_TO_WITHDRAW = Refusal(
    "claim_not_yours_to_withdraw",
    Kind.FORBIDDEN,
    zh="雇主不能撤回由劳动者、驿站或大厅报案的理赔",
    en="An employer cannot withdraw a claim that the worker, a station or the hall reported",
)
CLAIM_WORK_NOT_FOUND = Refusal(
    "claim_work_not_found",
    Kind.NOT_FOUND,
    zh="没有找到这个号码的近期工作",
    en="No recent work was found for this number",
)
