"""How a county stands with each insurer, seen as a whole: connection, machine clients, where news goes.
No address, key or client id."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import strawberry

from cityql.cover_types import InsurerLinkType
from compliance.insurance.selectors_city import CityConnection
from tenants.identity.contracts import PartnerClientView
from tenants.partners.selectors import insurers
from webhooks.contracts import DeliveryCounts
from webhooks.selectors_city import CityEndpoint
from webhooks.states import EndpointState

strawberry.enum(
    EndpointState, name="EndpointState", description="推送地址的状态。State of a webhook endpoint."
)


@strawberry.type(name="PartnerClient", description="机构的接口客户端。A machine client of a partner.")
class PartnerClientType:
    name: str
    scopes: list[str]
    created_at: datetime


@strawberry.type(name="PartnerEndpoint", description="推送地址的状态，不含地址。An endpoint, no address.")
class PartnerEndpointType:
    id: strawberry.ID
    state: EndpointState
    types: list[str] = strawberry.field(description="订阅的事件；空为全部。Empty: all events.")
    created_at: datetime
    failures: int = strawberry.field(description="连续失败次数。Failures in a row.")
    failing_since: datetime | None
    open_until: datetime | None = strawberry.field(
        description="此前不推送（实时）。Nothing is sent before, real time."
    )
    last_dead_at: datetime | None


@strawberry.type(name="Partner", description="本县的一家合作机构。A partner of the county.")
class PartnerType:
    insurer: str
    name: str
    name_en: str
    connection: InsurerLinkType | None
    clients: list[PartnerClientType]
    endpoints: list[PartnerEndpointType]
    deliveries_pending: int
    deliveries_delivered: int
    deliveries_dead: int


def partner_types(
    connections: Iterable[CityConnection],
    clients: Iterable[PartnerClientView],
    endpoints: Iterable[CityEndpoint],
    counts: Iterable[DeliveryCounts],
) -> list[PartnerType]:
    """Every insurer that the county has anything with, by code."""
    names = insurers()
    linked = {found.insurer: found for found in connections}
    told = {found.partner: found for found in counts}
    clients, endpoints = list(clients), list(endpoints)
    codes = linked.keys() | told.keys()
    codes |= {found.partner for found in clients} | {found.partner for found in endpoints}
    return [
        PartnerType(
            insurer=code,
            name=names[code].name if code in names else code,
            name_en=names[code].name_en if code in names else code,
            connection=InsurerLinkType.of(linked[code]) if code in linked else None,
            clients=[
                PartnerClientType(name=found.name, scopes=sorted(found.scopes), created_at=found.created_at)
                for found in clients
                if found.partner == code
            ],
            endpoints=[_endpoint(found) for found in endpoints if found.partner == code],
            deliveries_pending=told[code].pending if code in told else 0,
            deliveries_delivered=told[code].delivered if code in told else 0,
            deliveries_dead=told[code].dead if code in told else 0,
        )
        for code in sorted(codes)
    ]


def _endpoint(found: CityEndpoint) -> PartnerEndpointType:
    return PartnerEndpointType(
        id=strawberry.ID(str(found.id)),
        state=found.state,
        types=list(found.types),
        created_at=found.created_at,
        failures=found.failures,
        failing_since=found.failing_since,
        open_until=found.open_until,
        last_dead_at=found.last_dead_at,
    )
