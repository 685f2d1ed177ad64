"""The version's addresses: its operations, and its description beside them."""

from __future__ import annotations

from django.urls import path

from api import pages
from api.v1.urls import urlpatterns as operations

urlpatterns = [
    path("openapi.json", pages.openapi),
    path("docs", pages.docs),
    *operations,
]
