"""Figures as text, in Chinese and English."""

from __future__ import annotations

from kernel.money import yuan

NOTHING = "—"
HIDDEN_ZH, HIDDEN_EN = "少于 5 例，不显示", "fewer than 5, not shown"

_SPANS = (
    (86_400, "天", "d"),
    (3_600, "小时", "h"),
    (60, "分钟", "min"),
    (1, "秒", "s"),
)


def texts(value: int | None, unit: str, *, hidden: bool = False, over: bool = False) -> tuple[str, str]:
    """The value of a unit, zh and en: 123456 fen -> '1,234.56 元', '¥1,234.56'; 7500 basis points ->
    '75.00%'; 300 seconds -> '5 分钟内', 'within 5 min', or with `over` more than that."""
    if hidden:
        return HIDDEN_ZH, HIDDEN_EN
    if value is None:
        return NOTHING, NOTHING
    if unit == "fen":
        amount = _grouped(yuan(abs(value)))
        sign = "-" if value < 0 else ""
        return f"{sign}{amount} 元", f"{sign}¥{amount}"
    if unit == "basis points":
        share = f"{'-' if value < 0 else ''}{abs(value) // 100:,}.{abs(value) % 100:02d}%"
        return share, share
    if unit == "seconds":
        size, zh, en = next(span for span in _SPANS if value % span[0] == 0)
        many = value // size
        return (
            (f"超过 {many} {zh}", f"over {many} {en}") if over else (f"{many} {zh}内", f"within {many} {en}")
        )
    return f"{value:,}", f"{value:,}"


def _grouped(amount: str) -> str:
    whole, cents = amount.split(".")
    return f"{int(whole):,}.{cents}"
