from kernel.errors import Kind, Refusal

EXPORT_UNKNOWN = Refusal(
    "export_unknown", Kind.NOT_FOUND, zh="没有这个导出任务", en="There is no such export"
)
EXPORT_NOT_READY = Refusal(
    "export_not_ready",
    Kind.CONFLICT,
    zh="导出尚未完成（{state}）",
    en="The export has no file yet; it is {state}",
)
EXPORT_GONE = Refusal("export_gone", Kind.GONE, zh="文件已删除", en="The file has been deleted")
EXPORT_RANGE = Refusal(
    "export_range",
    Kind.INVALID,
    zh="起止日期有误：须先起后止，不超过 {days} 天",
    en="The last day may not be before the first, nor more than {days} days after it",
)
EXPORT_MONTH = Refusal(
    "export_month",
    Kind.INVALID,
    zh="此类导出须为一个完整的月份",
    en="This kind of export is of one whole month",
)
EXPORT_METRICS = Refusal(
    "export_metrics",
    Kind.INVALID,
    zh="指标数须为 1 至 {most}，且不重复",
    en="An export has 1 to {most} metrics, each once",
)
EXPORT_GROUP = Refusal(
    "export_group",
    Kind.INVALID,
    zh="分组有误：{reason}",
    en="It cannot be grouped like this: {reason}",
)
EXPORT_LANG = Refusal("export_lang", Kind.INVALID, zh="语言须为 zh 或 en", en="The language is zh or en")
EXPORT_NOT_SIGNED_FIGURE = Refusal(
    "export_not_signed_figure",
    Kind.INVALID,
    zh="指标 {metric} 不在签报数据之列，不能按签报数据导出",
    en="{metric} is not among the figures that are signed and cannot be exported as signed",
)
EXPORT_QUOTA = Refusal(
    "export_quota",
    Kind.THROTTLED,
    zh="同时排队的导出不得超过 {most} 个，请等待完成",
    en="At most {most} exports may wait or run at a time; wait for one to end",
)
EXPORT_TOO_LARGE = Refusal(
    "export_too_large",
    Kind.INVALID,
    zh="结果超过 {most} 行，请缩小范围",
    en="The result has more than {most} rows; ask for less",
)
EXPORT_FAILED = Refusal(
    "export_failed",
    Kind.UNAVAILABLE,
    zh="导出多次未能完成，请联系运维人员",
    en="The export could not be finished in several tries; ask whoever runs the site",
)
FONT_MISSING = Refusal(
    "export_font_missing",
    Kind.UNAVAILABLE,
    zh="找不到中文字体，请设置 LINGGONG_CJK_FONT（现为 {path}）",
    en="The Chinese font is not there; set LINGGONG_CJK_FONT (now {path})",
)
SCHEDULE_UNKNOWN = Refusal(
    "export_schedule_unknown", Kind.NOT_FOUND, zh="没有这个定期导出", en="There is no such scheduled export"
)
SCHEDULE_TIME = Refusal(
    "export_schedule_time",
    Kind.INVALID,
    zh="每月日期须为 1–28 日，时间须写作 08:30",
    en="The day of the month is 1 to 28, the time is written like 08:30",
)
TEMPLATE_UNKNOWN = Refusal(
    "export_template_unknown", Kind.NOT_FOUND, zh="没有这个模板", en="There is no such template"
)
TEMPLATE_FILE = Refusal(
    "export_template_file",
    Kind.INVALID,
    zh="模板须为不含图表、图片、透视表和宏的 XLSX 文件（发现 {found}），否则填写后会丢失",
    en="A template is an XLSX file without charts, pictures, pivot tables and macros, which filling would "
    "lose (found {found})",
)
TEMPLATE_CELL = Refusal(
    "export_template_cell",
    Kind.INVALID,
    zh="单元格 {cell}：{reason}",
    en="Cell {cell}: {reason}",
)
TEMPLATE_CELLS = Refusal(
    "export_template_cells",
    Kind.INVALID,
    zh="模板须映射 1 至 {most} 个单元格",
    en="A template maps 1 to {most} cells",
)
