"""Every address of the site. A county's own come last, since its short name is the first segment."""

from __future__ import annotations

from django.urls import include, path

from api import assets, catalogue
from cityql.views import view as graphql
from linggong.health import livez, readyz

urlpatterns = [
    path("livez", livez),
    path("readyz", readyz),
    path("", include("tenants.identity.urls")),  # /_allauth/app/v1/… and /o/token/
    path("api/errors", catalogue.page),
    path("static/<path:name>", assets.static),
    path("graphql/", graphql),
    path("", include("portal.urls")),  # /city/
    path("partners/v1/", include("api.partners.mount")),
    path("api/v1/", include("api.v1.mount")),  # on a county's own host
    path("<slug:county>/api/v1/", include("api.v1.mount")),
]

handler400 = "api.fallbacks.bad_request"
handler403 = "api.fallbacks.forbidden"
handler404 = "api.fallbacks.not_found"
handler500 = "api.fallbacks.broken"
