"""Refusals of the partners' door itself."""

from __future__ import annotations

from kernel.errors import Kind, Refusal

MESSAGE_OTHER = Refusal(
    "message_other",
    Kind.INVALID,
    zh="签名的正文说的不是这个地址：正文须写明 type 和地址中的编号",
    en="The signed body is not about this address: it must name the type and the ids of the address",
)
MESSAGE_REPEATED = Refusal(
    "message_repeated",
    Kind.CONFLICT,
    zh="此消息已处理；其答复含有密钥，只给一次，请用新的 webhook-id",
    en="This message was taken already; its answer holds a secret and is given once: use a new webhook-id",
)
