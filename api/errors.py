"""Refusals of the door itself: what is wrong with a request before any use case sees it."""

from __future__ import annotations

from kernel.errors import Kind, Refusal

HOST_INVALID = Refusal(
    "host_invalid", Kind.MALFORMED, zh="请求的域名不由本站提供", en="This host name is not served here"
)
REQUEST_MALFORMED = Refusal(
    "request_malformed", Kind.MALFORMED, zh="请求无法读取", en="The request cannot be read"
)
METHOD_NOT_ALLOWED = Refusal(
    "method_not_allowed",
    Kind.METHOD,
    zh="此地址不支持 {method}，可用：{allowed}",
    en="{method} is not offered here; these are: {allowed}",
)
CONTENT_TYPE_UNSUPPORTED = Refusal(
    "content_type_unsupported",
    Kind.UNSUPPORTED,
    zh="请求正文须为 application/json（UTF-8）",
    en="The body must be application/json in UTF-8",
)
UPLOAD_TYPE = Refusal(
    "upload_type",
    Kind.UNSUPPORTED,
    zh="文件须以下列类型上传：{allowed}",
    en="A file is sent as one of these: {allowed}",
)
BODY_TOO_LARGE = Refusal(
    "body_too_large",
    Kind.TOO_LARGE,
    zh="请求正文不得超过 {limit} 字节",
    en="The body must not exceed {limit} bytes",
)
BODY_NOT_OBJECT = Refusal(
    "body_not_object", Kind.MALFORMED, zh="请求正文须为 JSON 对象", en="The body must be a JSON object"
)
UNKNOWN_FIELD = Refusal(
    "unknown_field", Kind.INVALID, zh="没有这个字段", en="There is no such field in this request"
)
PARAMETER_REPEATED = Refusal(
    "parameter_repeated",
    Kind.MALFORMED,
    zh="查询参数只能出现一次",
    en="A query parameter may be given only once",
)
FIELD_MISSING = Refusal("field_missing", Kind.INVALID, zh="此项必填", en="This field is required")
FIELD_NULL = Refusal("field_null", Kind.INVALID, zh="此项不能为 null", en="This field must not be null")
WRONG_TYPE = Refusal(
    "wrong_type", Kind.INVALID, zh="类型有误，应为{wants_zh}", en="Wrong type of value: {wants} is wanted"
)
NUMBER_RANGE = Refusal(
    "number_range",
    Kind.INVALID,
    zh="须在 {minimum} 与 {maximum} 之间",
    en="This must be between {minimum} and {maximum}",
)
CHOICE_UNKNOWN = Refusal(
    "choice_unknown", Kind.INVALID, zh="只能是：{choices}", en="This must be one of: {choices}"
)
ID_MALFORMED = Refusal(
    "id_malformed", Kind.INVALID, zh="编号格式有误，应为 UUID", en="This is not an identifier (UUID)"
)
BASE64_INVALID = Refusal(
    "base64_invalid",
    Kind.INVALID,
    zh="须为 base64 编码的文件，不超过 {limit} 字节",
    en="This must be a file in base64 of at most {limit} bytes",
)
MOMENT_INVALID = Refusal(
    "moment_invalid",
    Kind.INVALID,
    zh="时间须为带时区的 ISO 8601 格式，例如 2026-03-01T08:00:00+08:00",
    en="A moment is ISO 8601 with an offset, such as 2026-03-01T08:00:00+08:00",
)
DAY_INVALID = Refusal(
    "day_invalid",
    Kind.INVALID,
    zh="日期须为存在的日期，格式 2026-03-01",
    en="A day is an existing date written like 2026-03-01",
)
LIST_LENGTH = Refusal(
    "list_length",
    Kind.INVALID,
    zh="须有 {minimum} 至 {maximum} 项",
    en="There must be {minimum} to {maximum} items",
)
CURSOR_INVALID = Refusal(
    "cursor_invalid",
    Kind.INVALID,
    zh="翻页标记无效，请从第一页重新开始",
    en="This cursor is not one of ours for this list; start again from the first page",
)
CHANNEL_UNKNOWN = Refusal(
    "channel_unknown",
    Kind.MALFORMED,
    zh="X-Channel 只能是 app、hall、station、phone",
    en="X-Channel must be app, hall, station or phone",
)
TOO_MANY_REQUESTS = Refusal(
    "too_many_requests",
    Kind.THROTTLED,
    zh="请求过于频繁，请在 {retry_after_seconds} 秒后重试",
    en="Too many requests; try again in {retry_after_seconds} seconds",
)
BUSY = Refusal(
    "busy",
    Kind.CONFLICT,
    zh="有其他操作正在处理同一数据，请稍后重试",
    en="Somebody else is changing the same thing; try again in a moment",
)
UNAVAILABLE = Refusal(
    "unavailable",
    Kind.UNAVAILABLE,
    zh="暂时无法提供服务，请稍后重试",
    en="The service cannot be reached; try again",
)
SANDBOX_ONLY = Refusal(
    "sandbox_only", Kind.NOT_FOUND, zh="仅沙盒环境提供", en="This exists in a sandbox installation only"
)
PHONE_NOT_YOURS = Refusal(
    "phone_not_yours",
    Kind.INVALID,
    zh="本人登记只能使用登录的手机号码",
    en="Registering yourself takes the number you logged in with",
)
PHONE_NEEDED = Refusal(
    "phone_needed",
    Kind.INVALID,
    zh="代他人登记须填写其手机号码",
    en="Registering somebody else needs their number",
)
