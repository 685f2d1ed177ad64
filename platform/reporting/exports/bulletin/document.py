"""The bulletin, page by page."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date, datetime

from fpdf.enums import TableBordersLayout
from fpdf.fonts import FontFace

from kernel.clock import SHANGHAI
from reporting.contracts import FigureRow, FigureValue
from reporting.exports.bulletin.charts import Bar, Series, bars, lines
from reporting.exports.bulletin.maps import Shade, draw_map
from reporting.exports.bulletin.page import (
    DEEP,
    FAINT,
    FALL,
    INK,
    LINE,
    MARGIN,
    PALE,
    RISE,
    WHITE,
    WIDE,
    Colour,
    Page,
)
from reporting.exports.bulletin.reading import STEPS, Month, Tile, read_month
from reporting.exports.bulletin.words import word
from reporting.exports.contracts import PDF_TYPE, ExportOrder, Product
from reporting.exports.naming import file_name
from reporting.exports.progress import Progress
from reporting.exports.table import HIDDEN, freshness_text, named, number
from reporting.wording import texts
from tenants.catalogue import Trade

_COLUMNS = 7
_MOST_BARS = 24


def write_bulletin(order: ExportOrder, progress: Progress, now: datetime) -> Product:
    """Raises `export_font_missing` and what figures raise."""
    month = read_month(order, progress, now)
    page = draw(month, progress)
    out = io.BytesIO()
    page.output(out)
    progress.at(STEPS, STEPS)
    return Product(file_name(order, "pdf"), PDF_TYPE, out.getvalue())


def draw(month: Month, progress: Progress) -> Page:
    """Every page; nothing is read any more."""
    order = month.content.order
    title = f"{word('title', order.lang)} {month_name(order.first, order.lang)}"
    page = Page(title=title, lang=order.lang)
    page.set_creation_date(month.content.made_at)
    page.foot_text = f"{title} · {_sign_off(month)}"
    _cover(page, month)
    _map(page, month)
    progress.at(5, STEPS)
    _time(page, month)
    _table(page, month)
    progress.at(6, STEPS)
    _standing(page, month)
    _dictionary(page, month)
    return page


def month_name(month: date, lang: str) -> str:
    return f"{month.year} 年 {month.month} 月" if lang == "zh" else f"{_MONTHS[month.month - 1]} {month.year}"


_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July", "August"),
    *("September", "October", "November", "December"),
)


def text_of(value: FigureValue, lang: str) -> str:
    return value.text_zh if lang == "zh" else value.text_en


def _sign_off(month: Month) -> str:
    lang = month.content.order.lang
    return word("sign_off", lang, text=month.content.sign_off(None, None, None).text(lang))


# -- cover -----------------------------------------------------------------------------------------


def _cover(page: Page, month: Month) -> None:
    content, lang = month.content, month.content.order.lang
    page.add_page()
    page.set_fill_color(*DEEP)
    page.rect(0, 0, 210, 74, style="F")
    page.fitted(MARGIN, 26, WIDE, word("title", lang), 28, colour=WHITE, bold=True)
    page.fitted(MARGIN, 46, WIDE, month_name(content.order.first, lang), 18, colour=WHITE)
    made = f"{content.made_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
    page.fitted(MARGIN, 62, WIDE, word("made", lang, at=made), 9, colour=WHITE)
    for place, tile in enumerate(month.tiles):
        _tile(page, tile, MARGIN + (place % 2) * (WIDE / 2 + 2), 88 + (place // 2) * 45, WIDE / 2 - 2, lang)
    page.set_y(228)
    page.write_in(10, INK, bold=True)
    page.multi_cell(WIDE, 6, _sign_off(month), new_x="LMARGIN", new_y="NEXT")
    late = [known.name if lang == "zh" else known.name_en for known in content.behind]
    page.write_in(9, FALL if late else FAINT)
    separator = "、" if lang == "zh" else ", "
    text = word("behind", lang, names=separator.join(late)) if late else word("complete", lang)
    page.multi_cell(WIDE, 5, text, new_x="LMARGIN", new_y="NEXT")


def _tile(page: Page, tile: Tile, x: float, y: float, width: float, lang: str) -> None:
    page.set_fill_color(*PALE)
    page.rect(x, y, width, 40, style="F", round_corners=True, corner_radius=2)
    page.fitted(x + 5, y + 5, width - 10, tile.entry.zh if lang == "zh" else tile.entry.en, 10, colour=FAINT)
    page.fitted(x + 5, y + 13, width - 10, text_of(tile.now, lang), 20, colour=DEEP, bold=True)
    for row, (name, value) in enumerate((("previous", tile.previous), ("year", tile.year))):
        text, colour = change_text(value, tile.entry.unit, tile.entry.good, lang)
        page.fitted(x + 5, y + 26 + row * 6, width - 10, f"{word(name, lang)} {text}", 8, colour=colour)


def change_text(value: FigureValue, unit: str, good: int, lang: str) -> tuple[str, Colour]:
    """`+12.50%`, or for shares the difference in points; green where it is for the better."""
    if value.change is None or value.hidden:
        return texts(None, unit)[0], FAINT
    tone = FAINT if not value.change or not good else (RISE if (value.change > 0) == (good > 0) else FALL)
    points = value.change if unit == "basis points" else value.change_bp
    if points is None:
        shown = texts(value.change, unit)[lang == "en"]
        return f"+{shown}" if value.change > 0 else shown, tone
    sign = "+" if points > 0 else "-" if points < 0 else ""
    tail = ("个百分点" if lang == "zh" else " points") if unit == "basis points" else "%"
    return f"{sign}{abs(points) // 100:,}.{abs(points) % 100:02d}{tail}", tone


# -- map and ranking -------------------------------------------------------------------------------


def _map(page: Page, month: Month) -> None:
    lang, refs = month.content.order.lang, month.content.counties
    metric = month.colour.zh if lang == "zh" else month.colour.en
    page.add_page()
    page.heading(word("map", lang, metric=metric), word("map_note", lang))
    rows = [(refs[row.county], row.values[0]) for row in month.by_county if row.county and row.county in refs]
    shades = [Shade(ref, value.value, text_of(value, lang)) for ref, value in rows]
    words = {"nothing": word("nothing", lang)}
    apart = draw_map(page, shades, at=(MARGIN, page.get_y()), size=(WIDE, 112), texts=words, lang=lang)
    page.set_y(157)
    if apart:
        separator = "、" if lang == "zh" else ", "
        names = separator.join(s.county.name if lang == "zh" else s.county.name_en for s in apart)
        page.write_in(8, FAINT)
        page.multi_cell(WIDE, 4, word("apart", lang, names=names), new_x="LMARGIN", new_y="NEXT")
    page.ln(3)
    page.heading(word("ranking", lang, metric=metric))
    ranked = sorted(rows, key=lambda row: (row[1].value is None, -(row[1].value or 0), row[0].code))
    found = [
        Bar(ref.name if lang == "zh" else ref.name_en, value.value, text_of(value, lang))
        for ref, value in ranked[:_MOST_BARS]
    ]
    bars(page, found, at=(MARGIN, page.get_y()), size=(WIDE, 272 - page.get_y()))


# -- time and trades -------------------------------------------------------------------------------


def _time(page: Page, month: Month) -> None:
    lang = month.content.order.lang
    page.add_page()
    page.heading(word("days", lang))
    y = page.get_y()
    lines(
        page,
        [
            Series(known.zh if lang == "zh" else known.en, [row.values[place].value for row in month.days])
            for place, known in enumerate(month.daily)
        ],
        [str(row.first.day) if row.first else "" for row in month.days],
        at=(MARGIN, y),
        size=(WIDE, 66),
        tick=lambda value: f"{value:,}",
    )
    page.set_y(y + 72)
    page.heading(word("months", lang, metric=named(month.monthly, lang)))
    y = page.get_y()
    lines(
        page,
        [Series(named(month.monthly, lang), [row.values[0].value for row in month.months])],
        [f"{row.first:%Y-%m}" if row.first else "" for row in month.months],
        at=(MARGIN, y),
        size=(WIDE, 58),
        tick=lambda value: f"{value // 100:,}",
    )
    page.set_y(y + 64)
    _trades(page, month)


def _trades(page: Page, month: Month) -> None:
    lang, known = month.content.order.lang, month.content.trades
    page.heading(word("trades", lang, metric="接单完成名额" if lang == "zh" else "places settled"))
    found = [
        Bar(_trade(known.get(row.trade or ""), row, lang), row.values[0].value, text_of(row.values[0], lang))
        for row in month.trades
    ]
    if not found:
        page.write_in(9, FAINT)
        page.cell(WIDE, 6, word("no_rows", lang))
        return
    bars(page, found, at=(MARGIN, page.get_y()), size=(WIDE, 276 - page.get_y()))


def _trade(trade: Trade | None, row: FigureRow, lang: str) -> str:
    if trade is None:
        return row.trade or ""
    return trade.name if lang == "zh" else trade.name_en


# -- tables ----------------------------------------------------------------------------------------


def _table(page: Page, month: Month) -> None:
    """Seven figures side by side, as many tables as there are sevens."""
    content, lang = month.content, month.content.order.lang
    page.add_page()
    page.heading(word("table", lang), word("table_note", lang))
    for start in range(0, len(content.entries), _COLUMNS):
        places = range(start, min(start + _COLUMNS, len(content.entries)))
        heads = [word("county", lang), *(named(content.entries[place], lang) for place in places)]
        rows = []
        for row in content.rows:
            ref = content.counties.get(row.county or "")
            name = (ref.name if lang == "zh" else ref.name_en) if ref else ""
            rows.append([name, *(_cell(month, row, place) for place in places)])
        rows.append([word("total", lang), *(_cell(month, content.total, place) for place in places)])
        _grid(page, heads, rows, widths=(20, *(12 for _ in places)), numbers=True)
        page.ln(5)


def _cell(month: Month, row: FigureRow, place: int) -> str:
    value = row.values[place]
    if value.hidden:
        return HIDDEN
    shown = number(value.value, month.content.entries[place].unit)
    return "—" if shown is None else f"{shown:,}"


def _standing(page: Page, month: Month) -> None:
    content, lang = month.content, month.content.order.lang
    page.add_page()
    page.heading(word("standing", lang), word("standing_note", lang))
    rows = [
        [
            ref.code,
            ref.name if lang == "zh" else ref.name_en,
            content.sign_off(slug, None, None).text(lang),
            freshness_text(content, slug),
        ]
        for slug, ref in content.counties.items()
    ]
    heads = ["", word("county", lang), word("state", lang), word("fresh", lang)]
    _grid(page, heads, rows, widths=(12, 24, 34, 34))


def _dictionary(page: Page, month: Month) -> None:
    lang = month.content.order.lang
    page.add_page()
    page.heading(word("dictionary", lang))
    rows = [
        [entry.zh if lang == "zh" else entry.en, entry.formula, entry.event, entry.day_cut]
        for entry in month.content.entries
    ]
    heads = [word(name, lang) for name in ("metric", "formula", "event", "day")]
    _grid(page, heads, rows, widths=(24, 40, 26, 20))


def _grid(
    page: Page,
    heads: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    widths: tuple[int, ...],
    numbers: bool = False,
) -> None:
    """A table that goes on over pages with its head repeated; figures stand on the right."""
    page.write_in(7.5)
    page.set_draw_color(*LINE)
    head = FontFace(emphasis="BOLD", color=WHITE, fill_color=DEEP, size_pt=7)
    aligns = ("LEFT", *(("RIGHT" if numbers else "LEFT") for _ in heads[1:]))
    with page.table(
        headings_style=head,
        line_height=4.4,
        padding=0.8,
        col_widths=widths,
        text_align=aligns,
        borders_layout=TableBordersLayout.HORIZONTAL_LINES,
    ) as table:
        table.row(heads)
        for number, values in enumerate(rows):
            last = numbers and number == len(rows) - 1  # the total
            fill = PALE if number % 2 else WHITE
            style = FontFace(emphasis="BOLD" if last else None, color=INK, fill_color=fill)
            table.row(values, style=style)
