"""The city's page. It holds no figure: its scripts ask the public GraphQL door for all of them."""

from __future__ import annotations

import gzip
import hashlib
import re
from collections.abc import Sequence
from functools import lru_cache
from importlib.metadata import version
from importlib.resources import files
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from kernel.actor import Actor, Channel
from kernel.errors import DomainError
from kernel.request_ids import request_id_of
from portal.language import language_of, remember, texts
from portal.map import city_map, county_name
from tenants import directory
from tenants.city import city_names
from tenants.clock import market_now
from tenants.contracts import CountyRef
from tenants.identity.authenticate import actor_in_city, authenticate_request

PAGE_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
CHARTS: Final = f"plotly-{version('plotly')}.min.js"
_YEAR: Final = 365 * 24 * 3600


@require_safe
@ensure_csrf_cookie
def city(request: HttpRequest) -> HttpResponse:
    """The dashboard for people of the city; for strangers the sign-in, at the same address, so that a link
    with filters survives it; for everybody else the reason why not."""
    lang = language_of(request)
    try:
        actor = _city_actor(request)
    except DomainError as refused:
        return _page(request, lang, "portal/refused.html", status=403, reason=refused.text(lang))
    if actor is None:
        return _page(request, lang, "portal/sign_in.html", script="sign-in")
    counties = directory.all_counties()
    return _page(
        request,
        lang,
        "portal/city.html",
        script="city",
        library_sheet=_library_sheet(),
        map=city_map(counties, lang=lang),
        handed=_handed(lang, counties, actor),
    )


def city_without_slash(request: HttpRequest) -> HttpResponse:
    """People type addresses without the last slash."""
    query = request.META.get("QUERY_STRING", "")
    return HttpResponseRedirect(reverse("portal:city") + (f"?{query}" if query else ""))


@require_safe
def charts(request: HttpRequest, name: str) -> HttpResponse:
    """The drawing library out of the installed wheel, by a name that changes with its version."""
    if name != CHARTS:
        raise Http404(name)
    plain, packed, tag = _library()
    takes_gzip = "gzip" in request.headers.get("Accept-Encoding", "")
    if request.headers.get("If-None-Match") == tag:
        response = HttpResponse(status=304)
    else:
        response = HttpResponse(
            packed if takes_gzip else plain, content_type="text/javascript; charset=utf-8"
        )
        if takes_gzip:
            response["Content-Encoding"] = "gzip"
    response["ETag"] = tag
    response["Cache-Control"] = f"public, max-age={_YEAR}, immutable"
    response["X-Content-Type-Options"] = "nosniff"
    patch_vary_headers(response, ["Accept-Encoding"])
    return response


def _city_actor(request: HttpRequest) -> Actor | None:
    """Who looks; None for a stranger. Raises `forbidden`, `totp_required`, `token_other_county`."""
    identified = authenticate_request(request)
    if identified is None:
        return None
    actor = actor_in_city(identified, Channel.API, request_id_of(request))
    actor.require("city:read")
    return actor


def _handed(lang: str, counties: Sequence[CountyRef], actor: Actor) -> dict[str, Any]:
    """What the scripts are told, as JSON inside the page: texts, the market's time, counties, rights."""
    return {
        "lang": lang,
        "texts": texts(lang),
        "marketNow": market_now().isoformat(),
        "counties": [{"slug": county.slug, "name": county_name(county, lang)} for county in counties],
        "charts": reverse("portal:charts", args=[CHARTS]),
        "mayClose": actor.has("watch:write"),
    }


def _page(
    request: HttpRequest, lang: str, template: str, *, status: int = 200, **context: Any
) -> HttpResponse:
    names = city_names()
    place = names[lang == "en"]
    said = texts(lang)
    response = render(
        request,
        template,
        {
            "lang": "zh-CN" if lang == "zh" else "en",
            "other": "en" if lang == "zh" else "zh",
            "t": said,
            "title": said["title"].format(city=place) if place else said["title_plain"],
            **context,
        },
        status=status,
    )
    response["Content-Security-Policy"] = PAGE_POLICY
    response["X-Content-Type-Options"] = "nosniff"
    response["Referrer-Policy"] = "same-origin"
    response["Cache-Control"] = "no-store"
    patch_vary_headers(response, ["Cookie", "Accept-Language"])
    remember(request, response)
    return response


@lru_cache(maxsize=1)
def _library() -> tuple[bytes, bytes, str]:
    """Plain, compressed, and an entity tag; packed once a process, when somebody first asks."""
    plain = _library_bytes()
    return plain, gzip.compress(plain, 6, mtime=0), f'"{hashlib.sha256(plain).hexdigest()[:32]}"'


@lru_cache(maxsize=1)
def _library_sheet() -> str:
    """Id of the style sheet that the library writes into every page for its street maps. The page's policy
    would stop it, with a complaint; the library leaves it out where an element has the id already."""
    found = re.search(rb'getElementById\("([0-9a-f]{64})"\)', _library_bytes())
    return found[1].decode() if found else ""


def _library_bytes() -> bytes:
    return (files("plotly") / "package_data" / "plotly.min.js").read_bytes()
