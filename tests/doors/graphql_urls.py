"""The login's addresses and the city's door alone, so that a fault elsewhere shows elsewhere."""

from __future__ import annotations

from django.urls import include, path

from api.assets import static
from cityql.views import view

urlpatterns = [
    path("", include("tenants.identity.urls")),
    path("graphql/", view),
    path("static/<path:name>", static),
]
