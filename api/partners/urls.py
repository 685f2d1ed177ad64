"""Addresses of version 1, below /partners/v1/<county>/."""

from __future__ import annotations

from django.urls import URLPattern

from api.partners import events, me
from api.partners.door import partner_route as route

urlpatterns: list[URLPattern] = [
    route("me", get=me.ReadMe),
    route("keys/rotate", post=me.RotateKey),
    # events
    route("event-types", get=events.ListEventTypes),
    route("events", get=events.PollEvents),
    route("events/<str:event_id>", get=events.ReadEvent),
]
