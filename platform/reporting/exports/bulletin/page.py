"""A bulletin's pages: fonts, colours, headings, foot, and text that fits its place."""

from __future__ import annotations

import logging
from functools import cache
from pathlib import Path
from typing import Final

from django.conf import settings
from fontTools.ttLib import TTCollection, TTLibError  # type: ignore[import-untyped]  # has no types
from fpdf import FPDF

from reporting.exports.errors import FONT_MISSING

# It tells of every table of every font, at length.
logging.getLogger("fontTools").setLevel(logging.WARNING)

Colour = tuple[int, int, int]

INK: Final[Colour] = (33, 37, 41)
FAINT: Final[Colour] = (108, 117, 125)
LINE: Final[Colour] = (206, 212, 218)
PALE: Final[Colour] = (241, 245, 249)
DEEP: Final[Colour] = (11, 79, 108)
RISE: Final[Colour] = (31, 122, 77)
FALL: Final[Colour] = (176, 42, 55)
WHITE: Final[Colour] = (255, 255, 255)
MISSING: Final[Colour] = (222, 226, 230)
SCALE: Final[tuple[Colour, ...]] = (
    (222, 235, 247),
    (158, 202, 225),
    (94, 160, 207),
    (38, 112, 175),
    (8, 62, 120),
)
"""Five steps of one hue, told apart in black and white as well."""

FACE: Final = "cjk"
MARGIN: Final = 16.0
WIDE: Final = 210.0 - 2 * MARGIN


class Page(FPDF):
    """A4, millimetres. `foot_text` stands under every page but the first."""

    def __init__(self, *, title: str, lang: str) -> None:
        super().__init__(format="A4")
        self.foot_text = ""
        self.set_margins(MARGIN, MARGIN, MARGIN)
        self.set_auto_page_break(True, margin=18)
        plain, bold = _fonts(str(settings.LINGGONG_CJK_FONT))
        self.add_font(FACE, "", plain[0], collection_font_number=plain[1])
        self.add_font(FACE, "B", bold[0], collection_font_number=bold[1])
        self.set_title(title)
        self.set_lang("zh-CN" if lang == "zh" else "en")
        self.set_creator("Linggong")
        self.write_in(9)

    def footer(self) -> None:
        """fpdf2 calls it at each page's end."""
        if self.page_no() == 1:
            return
        self.set_y(-13)
        self.write_in(7, FAINT)
        self.cell(WIDE / 2, 5, self.foot_text)
        self.cell(WIDE / 2, 5, str(self.page_no()), align="R")

    def write_in(self, size: float, colour: Colour = INK, *, bold: bool = False) -> None:
        self.set_font(FACE, "B" if bold else "", size)
        self.set_text_color(*colour)

    def heading(self, text: str, note: str = "") -> None:
        """A section's head with a line of explanation."""
        self.write_in(15, DEEP, bold=True)
        self.cell(WIDE, 8, text, new_x="LMARGIN", new_y="NEXT")
        if note:
            self.write_in(8, FAINT)
            self.multi_cell(WIDE, 4.2, note, new_x="LMARGIN", new_y="NEXT", align="L")
        self.ln(2)

    def fitted(
        self,
        x: float,
        y: float,
        width: float,
        text: str,
        size: float,
        *,
        colour: Colour = INK,
        bold: bool = False,
        align: str = "L",
        least: float = 5.0,
    ) -> None:
        """One line that is set smaller until it fits its width, then cut."""
        self.write_in(size, colour, bold=bold)
        while self.get_string_width(text) > width and size > least:
            size -= 0.5
            self.write_in(size, colour, bold=bold)
        while len(text) > 1 and self.get_string_width(text) > width:
            text = text[:-2] + "…"
        self.set_xy(x, y)
        self.cell(width, size * 0.5, text, align=align)


@cache
def _fonts(path: str) -> tuple[tuple[Path, int], tuple[Path, int]]:
    """The font's file and the place of its simplified Chinese face, and the same for bold, which may be the
    plain one. Raises `export_font_missing`."""
    plain = Path(path)
    if not plain.is_file():
        raise FONT_MISSING.error(path=path)
    bold = plain.with_name(plain.name.replace("Regular", "Bold"))
    return (plain, _face(plain)), ((bold, _face(bold)) if bold.is_file() else (plain, _face(plain)))


def _face(path: Path) -> int:
    """Collections hold a face a region; glyphs of the Chinese mainland are wanted."""
    try:
        faces = TTCollection(str(path), lazy=True)
    except TTLibError:
        return 0  # a single font
    names = [str(face["name"].getDebugName(4)) for face in faces.fonts]
    return next((place for place, name in enumerate(names) if " SC" in name and "Mono" not in name), 0)
