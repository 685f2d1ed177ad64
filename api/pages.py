"""The county API's own description: the document and Swagger UI around it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from api import request, schema
from api.endpoint import guarded
from api.rendering import json_response

_SIDECAR = "/static/drf_spectacular_sidecar/swagger-ui-dist"
_SWAGGER = f"""<!doctype html>
<html lang="zh">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>零工 Linggong API</title>
<link rel="stylesheet" href="{_SIDECAR}/swagger-ui.css">
<link rel="icon" href="{_SIDECAR}/favicon-32x32.png">
</head>
<body>
<div id="swagger-ui"></div>
<script src="{_SIDECAR}/swagger-ui-bundle.js"></script>
<script src="/static/api/docs.js"></script>
</body>
</html>
"""
# Swagger UI writes style attributes and inlines its icons; scripts come from here alone.
_POLICY = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'"


def openapi(http: HttpRequest, county: str | None = None) -> HttpResponse:
    """The OpenAPI document of one county's address."""
    return guarded(http, lambda: json_response(schema.served(request.county_of(http, county).slug)))


def docs(http: HttpRequest, county: str | None = None) -> HttpResponse:
    """Swagger UI over the document beside it."""

    def answer() -> HttpResponse:
        request.county_of(http, county)
        response = HttpResponse(_SWAGGER)
        response["Content-Security-Policy"] = _POLICY
        return response

    return guarded(http, answer)
