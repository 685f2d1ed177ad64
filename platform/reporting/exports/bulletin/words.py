"""The bulletin's fixed words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "title": ("零工市场月报", "Casual Work Market Bulletin"),
    "made": ("生成于 {at}（北京时间）", "Made {at} (China time)"),
    "previous": ("较上月", "on the month before"),
    "year": ("较上年同月", "on the year before"),
    "sign_off": ("签报：{text}", "Sign-off: {text}"),
    "complete": ("各县数据完整。", "The figures of all counties are complete."),
    "behind": ("数据不完整的县：{names}", "Figures not yet complete of: {names}"),
    "map": ("各县（市、区）：{metric}", "Counties: {metric}"),
    "map_note": (
        "颜色分五级，每级县数大致相同；数字为本月值。",
        "Five steps with about as many counties each; the numbers are this month's.",
    ),
    "nothing": ("无数据或少于 5 例", "nothing, or fewer than 5 cases"),
    "apart": ("未绘入地图：{names}", "Not on the map: {names}"),
    "ranking": ("按 {metric} 排列", "By {metric}"),
    "days": ("逐日变化", "Day by day"),
    "months": ("近十二个月：{metric}", "Twelve months: {metric}"),
    "trades": ("主要工种：{metric}", "Trades: {metric}"),
    "table": ("各县（市、区）主要指标", "Main figures by county"),
    "table_note": (
        "金额单位为元；* 表示少于 5 例，不显示。人数为不重复人数，合计中每人只计一次，故可小于各县之和。",
        (
            "Money in yuan; * stands for fewer than 5 cases. People are counted once, in the total as well, "
            "which may be less than the sum of the counties."
        ),
    ),
    "county": ("县（市、区）", "County"),
    "total": ("全市", "City"),
    "standing": ("签报与数据状态", "Sign-off and freshness"),
    "standing_note": (
        "“已确认”为县级签报并经市级确认的数据；其后的变动以修订版公布。",
        "Accepted: signed by the county and accepted by the city; later changes appear as revisions.",
    ),
    "state": ("签报状态", "Sign-off"),
    "fresh": ("数据状态", "Freshness"),
    "dictionary": ("指标说明", "Dictionary"),
    "metric": ("指标", "Figure"),
    "formula": ("公式", "Formula"),
    "event": ("计数的事件", "Event counted"),
    "day": ("日期口径", "Day"),
    "no_rows": ("本月没有数据。", "There are no figures for this month."),
}


def word(name: str, lang: str, **values: str) -> str:
    """The words by name, `zh` or `en`, with what stands in braces filled in."""
    zh, en = WORDS[name]
    return (zh if lang == "zh" else en).format(**values)
