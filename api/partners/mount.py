"""Where the door stands: /partners/v1/, its description and each county's operations."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from api.endpoint import guarded
from api.partners import schema
from api.rendering import json_response


def openapi(http: HttpRequest) -> HttpResponse:
    """The OpenAPI document of all counties' doors."""
    return guarded(http, lambda: json_response(schema.document()))


urlpatterns = [
    path("openapi.json", openapi),
    path("<slug:county>/", include("api.partners.urls")),
]
