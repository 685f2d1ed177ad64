"""Every way this room says no."""

from kernel.errors import Kind, Refusal

FILE_NOT_FOUND = Refusal("file_not_found", Kind.NOT_FOUND, zh="没有这个文件", en="There is no such file")
FILE_EMPTY = Refusal("file_empty", Kind.INVALID, zh="文件为空", en="The file is empty")
FILE_TOO_LARGE = Refusal(
    "file_too_large",
    Kind.TOO_LARGE,
    zh="文件超过 {limit} 字节",
    en="The file has more than {limit} bytes",
)
FILE_TYPE = Refusal(
    "file_type",
    Kind.UNSUPPORTED,
    zh="文件的实际类型不在允许之列：{allowed}",
    en="The file is not really one of {allowed}",
)
FILE_DAMAGED = Refusal(
    "file_damaged",
    Kind.INVALID,
    zh="文件已损坏，无法读取：{reason}",
    en="The file is damaged and cannot be read: {reason}",
)
FILE_ACTIVE = Refusal(
    "file_active",
    Kind.INVALID,
    zh="文件含有不允许的内容：{found}",
    en="The file holds what is not allowed here: {found}",
)
FILE_PAGES = Refusal(
    "file_pages", Kind.INVALID, zh="页数须为 1 至 {limit}", en="A file has 1 to {limit} pages"
)
FILE_PIXELS = Refusal(
    "file_pixels",
    Kind.INVALID,
    zh="图片过大或过小：最多 {limit} 像素，每边至少 {least} 像素",
    en="The picture is too large or too small: at most {limit} pixels, each side at least {least}",
)
FILE_HASH = Refusal(
    "file_hash",
    Kind.INVALID,
    zh="文件与所声明的 SHA-256 不符",
    en="The file is not the one whose SHA-256 was announced",
)
FILE_NAME = Refusal(
    "file_name",
    Kind.INVALID,
    zh="文件名须为 1 至 120 个字符，不含路径和控制字符",
    en="A file name has 1 to 120 characters, no path and no control characters",
)
FILE_QUOTA = Refusal(
    "file_quota",
    Kind.THROTTLED,
    zh="今天上传的文件已达 {limit} 个",
    en="You have stored {limit} files today, which is the limit",
)
FILE_STORAGE_UNAVAILABLE = Refusal(
    "file_storage_unavailable",
    Kind.UNAVAILABLE,
    zh="文件存储暂时不可用，请稍后再试",
    en="The file storage does not answer; try again later",
)
