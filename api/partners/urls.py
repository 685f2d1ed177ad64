"""Addresses of version 1, below /partners/v1/<county>/."""

from __future__ import annotations

from django.urls import URLPattern

from api.partners import bordereaux, claims, deliveries, endpoints, events, inbound, me, policies
from api.partners.door import partner_route as route

_ENDPOINT, _DELIVERY = "endpoints/<str:endpoint_id>", "deliveries/<str:delivery_id>"
_POLICY, _CLAIM = "policies/<str:policy_id>", "claims/<str:claim_id>"

urlpatterns: list[URLPattern] = [
    route("me", get=me.ReadMe),
    route("keys/rotate", post=me.RotateKey),
    # what we tell: polled, or pushed to endpoints
    route("event-types", get=events.ListEventTypes),
    route("events", get=events.PollEvents),
    route("events/<str:event_id>", get=events.ReadEvent),
    route("endpoints", get=endpoints.ListEndpoints, post=endpoints.RegisterEndpoint),
    route(_ENDPOINT, get=endpoints.ReadEndpoint, put=endpoints.ChangeEndpoint),
    route(f"{_ENDPOINT}/rotate", post=endpoints.RotateEndpoint),
    route(f"{_ENDPOINT}/enable", post=endpoints.EnableEndpoint),
    route(f"{_ENDPOINT}/disable", post=endpoints.DisableEndpoint),
    route(f"{_ENDPOINT}/test", post=endpoints.TestEndpoint),
    route(f"{_ENDPOINT}/replay", post=endpoints.ReplayEndpoint),
    route("deliveries", get=deliveries.ListDeliveries),
    route(f"{_DELIVERY}/attempts", get=deliveries.ListAttempts),
    route(f"{_DELIVERY}/retry", post=deliveries.RetryDelivery),
    # what we are told
    route("webhooks", post=inbound.TakeMessage),
    # claims
    route("claims", get=claims.ListClaims),
    route(_CLAIM, get=claims.ReadClaim),
    route(f"{_CLAIM}/acknowledge", post=claims.AcknowledgeClaim),
    route(f"{_CLAIM}/papers", post=claims.WantPapers),
    route(f"{_CLAIM}/decide", post=claims.DecideClaim),
    route(f"{_CLAIM}/pay", post=claims.PayClaim),
    route("files/<str:file_id>", get=claims.ReadFile),
    # policies
    route("policies", get=policies.ListPolicies),
    route(_POLICY, get=policies.ReadPolicy),
    route(f"{_POLICY}/issue", post=policies.IssuePolicy),
    route(f"{_POLICY}/refuse", post=policies.RefusePolicy),
    # lists of premiums and claims
    route("bordereaux", get=bordereaux.ListBordereaux),
    route("bordereaux/current", get=bordereaux.DrawBordereau),
    route("bordereaux/<str:list_id>", get=bordereaux.DownloadBordereau),
    route("statements", get=bordereaux.ListStatements, post=bordereaux.HandInStatement),
]
