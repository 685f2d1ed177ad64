"""A map of the counties in five steps of one hue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reporting.exports.bulletin.page import FAINT, INK, LINE, MISSING, SCALE, WHITE, Page
from reporting.outlines import drawn
from tenants.contracts import CountyRef


@dataclass(frozen=True, slots=True)
class Shade:
    """A county's value and how it reads; None is nothing, or hidden."""

    county: CountyRef
    value: int | None
    text: str


def steps(values: Sequence[int]) -> tuple[int, ...]:
    """The least value of each class: as many counties in each as can be, equal values in one class."""
    ranked = sorted(set(values))
    count = min(len(SCALE), len(ranked))
    return tuple(ranked[len(ranked) * place // count] for place in range(count)) if count else ()


def step_of(value: int, bounds: Sequence[int]) -> int:
    return max(place for place, least in enumerate(bounds) if value >= least)


def draw_map(
    page: Page,
    shades: Sequence[Shade],
    *,
    at: tuple[float, float],
    size: tuple[float, float],
    texts: Mapping[str, str],
    lang: str,
) -> list[Shade]:
    """Draws the counties with their names, and the legend below. Returns those without an outline: they are
    named beside the map. `texts` has the words `nothing` and `apart`."""
    shapes = drawn([shade.county.code for shade in shades], width=size[0], height=size[1])
    bounds = steps([shade.value for shade in shades if shade.value is not None])
    page.set_line_width(0.2)
    page.set_draw_color(*WHITE)
    for shade in shades:
        shape = shapes.get(shade.county.code)
        for ring in shape.rings if shape else ():
            step = None if shade.value is None else step_of(shade.value, bounds)
            page.set_fill_color(*(MISSING if step is None else SCALE[_tone(step, bounds)]))
            page.polygon([(at[0] + x, at[1] + y) for x, y in ring], style="DF")
    for shade in shades:
        shape = shapes.get(shade.county.code)
        if shape:
            dark = shade.value is not None and _tone(step_of(shade.value, bounds), bounds) >= 3
            colour = WHITE if dark else INK
            name = shade.county.name if lang == "zh" else shade.county.name_en
            x, y = at[0] + shape.centre[0] - 11, at[1] + shape.centre[1]
            page.fitted(x, y - 3.4, 22, name, 7, colour=colour, bold=True, align="C")
            page.fitted(x, y + 0.4, 22, shade.text, 6.5, colour=colour, align="C")
    _legend(page, shades, bounds, at=(at[0], at[1] + size[1] + 3), texts=texts)
    return [shade for shade in shades if shade.county.code not in shapes]


def _tone(step: int, bounds: Sequence[int]) -> int:
    """Few classes use the whole scale."""
    return step if len(bounds) < 2 else round(step * (len(SCALE) - 1) / (len(bounds) - 1))


def _legend(
    page: Page,
    shades: Sequence[Shade],
    bounds: Sequence[int],
    *,
    at: tuple[float, float],
    texts: Mapping[str, str],
) -> None:
    page.set_draw_color(*LINE)
    words: dict[int, str] = {shade.value: shade.text for shade in shades if shade.value is not None}
    x, y = at
    for step, least in enumerate(bounds):
        inside = [value for value in words if step_of(value, bounds) == step]
        most = max(inside)
        text = words[least] if least == most else f"{words[least]} – {words[most]}"
        page.set_fill_color(*SCALE[_tone(step, bounds)])
        page.rect(x, y, 6, 3.6, style="DF")
        page.fitted(x + 7, y, 28, text, 6.5, colour=FAINT)
        x += 36
    if any(shade.value is None for shade in shades):
        page.set_fill_color(*MISSING)
        page.rect(at[0], y + 5, 6, 3.6, style="DF")
        page.fitted(at[0] + 7, y + 5, 60, texts["nothing"], 6.5, colour=FAINT)
