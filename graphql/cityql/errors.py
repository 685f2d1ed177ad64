"""Refusals of this door. What a use case refuses comes through with its own code."""

from __future__ import annotations

from kernel.errors import Kind, Refusal

METHOD = Refusal(
    "graphql_method",
    Kind.METHOD,
    zh="GraphQL 只接受 POST；浏览器可用 GET 打开查询页面",
    en="GraphQL takes POST only; a browser may GET the query page",
    source="GraphQL over HTTP",
)
CONTENT_TYPE = Refusal(
    "graphql_content_type",
    Kind.UNSUPPORTED,
    zh="请求正文须为 application/json（UTF-8）",
    en="The body must be application/json in UTF-8",
)
BODY_TOO_LARGE = Refusal(
    "graphql_body_too_large",
    Kind.TOO_LARGE,
    zh="请求正文不得超过 {limit} 字节",
    en="The body must not exceed {limit} bytes",
)
UNREADABLE = Refusal("graphql_unreadable", Kind.MALFORMED, zh="请求无法读取", en="The request cannot be read")
BATCH = Refusal(
    "graphql_batch",
    Kind.MALFORMED,
    zh="一次请求只能含一个查询对象，不支持批量",
    en="A request holds one query object; batches are not served",
)
REQUEST_INVALID = Refusal(
    "graphql_request_invalid",
    Kind.MALFORMED,
    zh="请求须含文字 query 或所存查询的 documentId 或散列，可含 operationName（文字）和 variables（对象）",
    en=(
        "A request has the text `query`, or names a kept document by `documentId` or hash, and may have "
        "`operationName` (text) and `variables` (object)"
    ),
)
DOCUMENT_UNKNOWN = Refusal(
    "graphql_document_unknown",
    Kind.NOT_FOUND,
    zh="没有这个所存查询；页面可能已过时，请刷新，或改发查询全文",
    en="There is no such kept document; the page may be out of date: load it again, or send the query itself",
)
DOCUMENT_HASH = Refusal(
    "graphql_document_hash",
    Kind.MALFORMED,
    zh="散列与所发查询不符",
    en="The hash is not that of the query sent with it",
)
DOCUMENTS_ONLY = Refusal(
    "graphql_documents_only",
    Kind.FORBIDDEN,
    zh="此处只接受所存查询：请以 documentId 或散列指明",
    en="Only kept documents are taken from you here: name one by `documentId` or by its hash",
)
UNKNOWN_MEMBER = Refusal(
    "graphql_unknown_member",
    Kind.MALFORMED,
    zh="请求中有未知的成员",
    en="The request has a member that is not known here",
)
SYNTAX = Refusal(
    "graphql_syntax",
    Kind.MALFORMED,
    zh="查询语法有误（第 {line} 行第 {column} 列）：{reason}",
    en="The query has a syntax error (line {line}, column {column}): {reason}",
    source="GraphQL specification, section 2",
)
INVALID = Refusal(
    "graphql_invalid",
    Kind.MALFORMED,
    zh="查询与模式不符：{reason}",
    en="The query does not fit the schema: {reason}",
    source="GraphQL specification, section 5",
)
OPERATION = Refusal(
    "graphql_operation",
    Kind.MALFORMED,
    zh="请求中没有可执行的查询，或须以 operationName 指明其一",
    en="There is no such query in the request, or operationName must say which one",
)
NO_SUBSCRIPTIONS = Refusal(
    "graphql_no_subscriptions",
    Kind.MALFORMED,
    zh="此处只提供查询与变更，不提供订阅",
    en="Queries and mutations are offered here, subscriptions are not",
)
MUTATION_ALONE = Refusal(
    "graphql_mutation_alone",
    Kind.MALFORMED,
    zh="一次请求只能含一项变更",
    en="A request makes one change at a time",
)
TOO_LONG = Refusal(
    "graphql_too_long",
    Kind.INVALID,
    zh="查询过长：最多 {limit} {what}",
    en="The query is too long: at most {limit} {what}",
)
TOO_DEEP = Refusal(
    "graphql_too_deep",
    Kind.INVALID,
    zh="查询嵌套超过 {limit} 层",
    en="The query is nested deeper than {limit} levels",
)
TOO_MANY_ALIASES = Refusal(
    "graphql_too_many_aliases",
    Kind.INVALID,
    zh="别名不得超过 {limit} 个",
    en="There may be at most {limit} aliases",
)
TOO_MANY_DIRECTIVES = Refusal(
    "graphql_too_many_directives",
    Kind.INVALID,
    zh="指令不得超过 {limit} 个",
    en="There may be at most {limit} directives",
)
TOO_MANY_FIELDS = Refusal(
    "graphql_too_many_fields",
    Kind.INVALID,
    zh="展开后的字段不得超过 {limit} 个",
    en="There may be at most {limit} fields once fragments are spread out",
)
TOO_COSTLY = Refusal(
    "graphql_too_costly",
    Kind.INVALID,
    zh="查询代价 {cost} 超过上限 {limit}：请减少 first 或嵌套",
    en="The query would cost {cost}, the limit is {limit}: ask for fewer rows or less nesting",
)
FRAGMENT_CYCLE = Refusal(
    "graphql_fragment_cycle",
    Kind.MALFORMED,
    zh="片段 {name} 引用了自身",
    en="Fragment {name} spreads itself",
    source="GraphQL specification, section 5.5.2.2",
)
FRAGMENT_UNKNOWN = Refusal(
    "graphql_fragment_unknown", Kind.MALFORMED, zh="没有片段 {name}", en="There is no fragment {name}"
)
ARGUMENT = Refusal(
    "graphql_argument", Kind.INVALID, zh="参数有误：{reason}", en="Not a valid argument: {reason}"
)
PURPOSE = Refusal(
    "graphql_purpose",
    Kind.INVALID,
    zh="请写明查看用途（2–200 字），将记入审计",
    en="Say what you look at this for (2 to 200 characters); it is kept in the audit",
    source="PIPL, article 6",
)
CURSOR = Refusal(
    "graphql_cursor",
    Kind.INVALID,
    zh="翻页标记无效，请从第一页重新开始",
    en="This cursor is not one of ours for this list; start again from the first page",
)
BUSY = Refusal(
    "graphql_busy",
    Kind.CONFLICT,
    zh="查询等待过久，已中止；请缩小范围或稍后重试",
    en="The query took too long and was stopped; narrow it or try again",
)
UNAVAILABLE = Refusal(
    "graphql_unavailable",
    Kind.UNAVAILABLE,
    zh="暂时无法提供服务，请稍后重试",
    en="The service cannot be reached; try again",
)
CROSS_SITE = Refusal(
    "graphql_cross_site",
    Kind.FORBIDDEN,
    zh="不接受其他网站页面发来的请求",
    en="Calls from pages of other sites are not taken",
)
TOO_MANY_REQUESTS = Refusal(
    "graphql_too_many_requests",
    Kind.THROTTLED,
    zh="请求过于频繁，请在 {retry_after_seconds} 秒后重试",
    en="Too many requests; try again in {retry_after_seconds} seconds",
)
