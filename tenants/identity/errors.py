from kernel.errors import Kind, Refusal

UNAUTHENTICATED = Refusal(
    "unauthenticated", Kind.UNAUTHENTICATED, zh="请先登录", en="Please log in, or send a valid token"
)
CSRF_FAILED = Refusal(
    "csrf_failed",
    Kind.FORBIDDEN,
    zh="请求缺少有效的 CSRF 令牌",
    en="A request with a browser session needs a valid CSRF token",
)
TOTP_REQUIRED = Refusal(
    "totp_required",
    Kind.FORBIDDEN,
    zh="工作人员须先通过动态口令验证",
    en="Staff must log in with a one-time password (TOTP) first",
)
TOKEN_OTHER_COUNTY = Refusal(
    "token_other_county",
    Kind.FORBIDDEN,
    zh="此令牌属于另一个县（市、区）",
    en="This token belongs to another county",
)
TOKEN_OF_PARTNER = Refusal(
    "token_of_partner",
    Kind.FORBIDDEN,
    zh="合作机构的令牌只能用于 /partners/v1",
    en="A partner's token is good at /partners/v1 only",
)
TOKEN_NOT_PARTNER = Refusal(
    "token_not_partner",
    Kind.FORBIDDEN,
    zh="此处只接受合作机构的令牌",
    en="Only a partner's own token is good here",
)
ROLE_UNKNOWN = Refusal("role_unknown", Kind.INVALID, zh="没有这个角色：{role}", en="No such role: {role}")
ROLE_LEVEL = Refusal(
    "role_level",
    Kind.INVALID,
    zh="角色 {role} 不属于这一级",
    en="The role {role} cannot be given at this level",
)
ROLE_NOT_SELF_SERVICE = Refusal(
    "role_not_self_service",
    Kind.FORBIDDEN,
    zh="角色 {role} 须由管理员授予",
    en="The role {role} is given by an administrator",
)
ROLE_OWN = Refusal(
    "role_own",
    Kind.CONFLICT,
    zh="不能撤销自己的管理员角色",
    en="You cannot take your own administrator role away",
)
ROLE_NOT_STAFF = Refusal(
    "role_not_staff",
    Kind.INVALID,
    zh="角色 {role} 不是工作人员角色，不由市级授予",
    en="The role {role} is not one of staff; the city does not give it",
)
ROLE_SELF = Refusal(
    "role_self",
    Kind.CONFLICT,
    zh="不能给自己授予角色，须由另一名管理员办理",
    en="Nobody gives a role to themselves; ask another administrator",
)
ROLE_LAST_ADMIN = Refusal(
    "role_last_admin",
    Kind.CONFLICT,
    zh="这是最后一名管理员，请先任命另一名",
    en="This is the last administrator; appoint another one first",
)
SCOPE_NOT_GRANTABLE = Refusal(
    "scope_not_grantable",
    Kind.INVALID,
    zh="接口客户端不能拥有此权限：{scope}",
    en="A machine client cannot hold this scope: {scope}",
)
USER_UNKNOWN = Refusal("user_unknown", Kind.NOT_FOUND, zh="没有这个用户", en="There is no such user")
CLIENT_UNKNOWN = Refusal(
    "client_unknown", Kind.NOT_FOUND, zh="没有这个接口客户端", en="There is no such machine client"
)
SMS_UNAVAILABLE = Refusal(
    "sms_unavailable", Kind.UNAVAILABLE, zh="短信暂时无法发送", en="Text messages cannot be sent just now"
)
AUTH_RATE_LIMITED = Refusal(
    "auth_rate_limited",
    Kind.THROTTLED,
    zh="操作过于频繁，请稍后再试",
    en="Too many attempts, please wait a moment",
)
AUTH_UNAVAILABLE = Refusal(
    "auth_unavailable",
    Kind.UNAVAILABLE,
    zh="登录服务暂时不可用，请稍后再试",
    en="Logging in is not possible just now, please try again soon",
)
