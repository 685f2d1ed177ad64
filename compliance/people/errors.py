from kernel.errors import Kind, Refusal

WORKER_EXISTS = Refusal(
    "worker_exists",
    Kind.CONFLICT,
    zh="此人在本县（市、区）已登记",
    en="This person is registered in this county already",
)
WORKER_TOO_YOUNG = Refusal(
    "worker_too_young",
    Kind.INVALID,
    zh="未满 {minimum} 周岁不得务工",
    en="Nobody below the age of {minimum} may be put to work",
    source="《禁止使用童工规定》（国务院令第364号）第二条",
)
WORKER_NOT_FOUND = Refusal(
    "worker_not_found", Kind.NOT_FOUND, zh="没有这位务工人员", en="There is no such worker"
)
WORKER_CHOOSE = Refusal(
    "worker_choose",
    Kind.INVALID,
    zh="此登录对应多位务工人员，请指明是哪一位",
    en="This login acts for several workers; please say which",
)
EMPLOYER_EXISTS = Refusal(
    "employer_exists",
    Kind.CONFLICT,
    zh="此雇主在本县（市、区）已登记",
    en="This employer is registered in this county already",
)
EMPLOYER_TOO_YOUNG = Refusal(
    "employer_too_young",
    Kind.INVALID,
    zh="未满 {minimum} 周岁不得作为雇主登记",
    en="An employer must be at least {minimum} years old",
    source="《中华人民共和国民法典》第十七条、第十八条",
)
EMPLOYER_NOT_FOUND = Refusal(
    "employer_not_found", Kind.NOT_FOUND, zh="没有这个雇主", en="There is no such employer"
)
EMPLOYER_CHOOSE = Refusal(
    "employer_choose",
    Kind.INVALID,
    zh="此登录对应多个雇主，请指明是哪一个",
    en="This login acts for several employers; please say which",
)
EMPLOYER_DUTY = Refusal(
    "employer_duty",
    Kind.FORBIDDEN,
    zh="带班人员不能替雇主做此事",
    en="A foreman may not do this for the employer",
)
EMPLOYER_LAST_OWNER = Refusal(
    "employer_last_owner",
    Kind.CONFLICT,
    zh="须至少保留一位负责人",
    en="An employer keeps at least one owner",
)
EMPLOYER_USER_EXISTS = Refusal(
    "employer_user_exists",
    Kind.CONFLICT,
    zh="此用户已是该雇主的成员",
    en="This login acts for the employer already",
)
EMPLOYER_USER_NOT_FOUND = Refusal(
    "employer_user_not_found",
    Kind.NOT_FOUND,
    zh="此用户不是该雇主的成员",
    en="This login does not act for the employer",
)
CONSENT_REQUIRED = Refusal(
    "consent_required",
    Kind.INVALID,
    zh="须同意个人信息处理告知书并注明版本",
    en="Registration needs consent to the privacy notice, with its version",
    source="《中华人民共和国个人信息保护法》第十三条、第十四条",
)
TRADES_TOO_MANY = Refusal(
    "trades_too_many", Kind.INVALID, zh="工种最多 {maximum} 个", en="At most {maximum} trades"
)
ID_NUMBER_MISMATCH = Refusal(
    "id_number_mismatch",
    Kind.FORBIDDEN,
    zh="身份证号码与登记不符",
    en="This ID number is not the one registered",
)
PURPOSE_REQUIRED = Refusal(
    "purpose_required",
    Kind.INVALID,
    zh="查看未脱敏信息须说明用途",
    en="An unmasked view needs a purpose",
    source="《中华人民共和国个人信息保护法》第六条",
)
