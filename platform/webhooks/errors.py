from kernel.errors import Kind, Refusal

SIGNED = "Standard Webhooks 1.0"

SIGNATURE_MISSING = Refusal(
    "signature_missing",
    Kind.UNAUTHENTICATED,
    zh="缺少签名头：webhook-id、webhook-timestamp、webhook-signature",
    en="The headers webhook-id, webhook-timestamp and webhook-signature are needed",
    source=SIGNED,
)
SIGNATURE_INVALID = Refusal(
    "signature_invalid",
    Kind.UNAUTHENTICATED,
    zh="签名与正文不符，或密钥已失效",
    en="No signature matches the raw body with a live key",
    source=SIGNED,
)
MESSAGE_EXPIRED = Refusal(
    "message_expired",
    Kind.UNAUTHENTICATED,
    zh="webhook-timestamp 与当前时间相差超过 5 分钟",
    en="webhook-timestamp is more than 5 minutes from now",
    source=SIGNED,
)
MESSAGE_REUSED = Refusal(
    "message_reused",
    Kind.CONFLICT,
    zh="同一 webhook-id 已用于不同的正文",
    en="This webhook-id was already used with another body",
    source=SIGNED,
)
ENDPOINT_NOT_FOUND = Refusal(
    "endpoint_not_found", Kind.NOT_FOUND, zh="没有这个接收地址", en="There is no such endpoint"
)
ENDPOINT_URL = Refusal(
    "endpoint_url",
    Kind.INVALID,
    zh="不能向此地址发送：{reason}",
    en="This address cannot be sent to: {reason}",
)
ENDPOINT_LIMIT = Refusal(
    "endpoint_limit",
    Kind.CONFLICT,
    zh="接收地址最多 {limit} 个",
    en="There are at most {limit} endpoints",
)
ENDPOINT_EXISTS = Refusal(
    "endpoint_exists",
    Kind.CONFLICT,
    zh="此接收地址已登记",
    en="This endpoint is registered already",
)
EVENT_TYPE_UNKNOWN = Refusal(
    "event_type_unknown",
    Kind.INVALID,
    zh="没有这种事件：{type}",
    en="There is no such event type: {type}",
)
EVENT_NOT_FOUND = Refusal("event_not_found", Kind.NOT_FOUND, zh="没有这个事件", en="There is no such event")
DELIVERY_NOT_FOUND = Refusal(
    "delivery_not_found", Kind.NOT_FOUND, zh="没有这次发送", en="There is no such delivery"
)
DELIVERY_NOT_DEAD = Refusal(
    "delivery_not_dead",
    Kind.CONFLICT,
    zh="只有发送失败的事件可以重发",
    en="Only a dead delivery can be tried again",
)
KEEP_HOURS = Refusal(
    "keep_hours",
    Kind.INVALID,
    zh="旧密钥保留时间须为 0–{most} 小时的整数",
    en="An old key is kept for a whole number of hours from 0 to {most}",
)
PARTNER_KEY_EXISTS = Refusal(
    "partner_key_exists",
    Kind.CONFLICT,
    zh="此合作方已有密钥，请轮换",
    en="This partner has a key already; rotate it",
)
PARTNER_KEY_MISSING = Refusal(
    "partner_key_missing",
    Kind.NOT_FOUND,
    zh="此合作方还没有密钥",
    en="This partner has no key yet",
)
PARTNER_KEY_BUSY = Refusal(
    "partner_key_busy",
    Kind.CONFLICT,
    zh="密钥正在被另一请求轮换，请重试",
    en="Another request is changing this key; try again",
)
