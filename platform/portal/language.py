"""Which of the two languages a page speaks, and what it calls things."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils.translation.trans_real import parse_accept_lang_header

COOKIE: Final = "linggong_lang"
LANGUAGES: Final = ("zh", "en")
_YEAR: Final = 365 * 24 * 3600


def language_of(request: HttpRequest) -> str:
    """`zh` or `en`: as the address says (`?lang=`), as was chosen before, or as the browser prefers."""
    for chosen in (request.GET.get("lang", ""), request.COOKIES.get(COOKIE, "")):
        if chosen in LANGUAGES:
            return chosen
    for tag, _quality in parse_accept_lang_header(request.headers.get("Accept-Language", "")[:200]):
        if tag.startswith(LANGUAGES):
            return tag[:2]
    return "zh"


def remember(request: HttpRequest, response: HttpResponse) -> None:
    """Keeps a language that the address chose for the next visit."""
    chosen = request.GET.get("lang", "")
    if chosen in LANGUAGES and chosen != request.COOKIES.get(COOKIE):
        response.set_cookie(
            COOKIE, chosen, max_age=_YEAR, path="/city/", samesite="Lax", secure=request.is_secure()
        )


@cache
def texts(lang: str) -> dict[str, str]:
    """Every text of the pages by name. `data/texts.json` holds pairs, so neither language lacks one."""
    pairs: dict[str, list[str]] = json.loads((Path(__file__).parent / "data" / "texts.json").read_text())
    return {name: pair[LANGUAGES.index(lang)] for name, pair in pairs.items()}
