"""Addresses of the portal, below `/city`."""

from __future__ import annotations

from django.urls import path

from portal import exports, views

app_name = "portal"

urlpatterns = [
    path("city", views.city_without_slash),
    path("city/", views.city, name="city"),
    path("city/charts/<str:name>", views.charts, name="charts"),
    path("city/exports/<str:export_id>", exports.progress, name="export"),
    path("city/exports/<str:export_id>/file", exports.file, name="export-file"),
]
