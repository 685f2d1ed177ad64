"""What the city may read of staff: who holds which staff role where. Phones are masked."""

from __future__ import annotations

from uuid import UUID

from allauth.mfa.models import Authenticator
from django.db.models import QuerySet

from kernel.actor import Actor
from kernel.crypto import mask_phone
from kernel.identifiers import parse_phone
from tenants.contracts import CountyRef
from tenants.identity.contracts import MembershipView, PartnerClientView, StaffPage, StaffView
from tenants.identity.errors import ROLE_NOT_STAFF, ROLE_UNKNOWN, USER_UNKNOWN
from tenants.identity.models import ApiClientBinding, Membership, User
from tenants.identity.phones import open_phone, phone_index
from tenants.identity.roles import role_table

WRITE = "staff:write"
DRILL = "city:drill"
MAX_PAGE = 100


def all_staff(
    *,
    actor: Actor,
    first: int,
    before: UUID | None = None,
    county: CountyRef | None = None,
    city: bool = False,
    role: str | None = None,
) -> StaffPage:
    """Everybody's staff with all their staff roles; only those with a role in `county`, with one of the
    `city` itself, or with this very `role`. Three queries. Needs `staff:write`. Raises `role_unknown`,
    `role_not_staff`."""
    actor.require(WRITE)
    codes = _staff_roles(role)
    held = Membership.objects.filter(role_id__in=codes)
    if city:
        held = held.filter(county_id=None)
    elif county is not None:
        held = held.filter(county_id=county.id)
    return _page(held, Membership.objects.filter(role_id__in=_staff_roles(None)), first, before)


def staff_in_county(
    *, actor: Actor, county: CountyRef, first: int, before: UUID | None = None, role: str | None = None
) -> StaffPage:
    """The county's staff with their roles there, whatever they hold elsewhere. Three queries. Needs
    `city:drill`. Raises `role_unknown`, `role_not_staff`."""
    actor.require(DRILL)
    held = Membership.objects.filter(county_id=county.id)
    return _page(
        held.filter(role_id__in=_staff_roles(role)),
        held.filter(role_id__in=_staff_roles(None)),
        first,
        before,
    )


def staff_member(*, actor: Actor, user_id: UUID) -> StaffView:
    """One login with all its staff roles, perhaps none. Needs `staff:write`. Raises `user_unknown`."""
    actor.require(WRITE)
    user = User.objects.filter(pk=user_id).first()
    if user is None:
        raise USER_UNKNOWN.error(field="userId")
    [view] = _views([user], Membership.objects.filter(role_id__in=_staff_roles(None)))
    return view


def user_of_phone(*, actor: Actor, phone: str) -> UUID:
    """The login of a phone. Needs `staff:write`. Raises `user_unknown` and what `parse_phone` refuses."""
    actor.require(WRITE)
    found = (
        User.objects.filter(phone_index=phone_index(parse_phone(phone))).values_list("id", flat=True).first()
    )
    if found is None:
        raise USER_UNKNOWN.error(field="phone")
    return found


def partner_clients_in_county(*, actor: Actor, county: CountyRef) -> list[PartnerClientView]:
    """Machine clients of all insurers in the county, oldest first, without who made them. One query.
    Needs `city:drill`."""
    actor.require(DRILL)
    rows = ApiClientBinding.objects.filter(county_id=county.id).exclude(partner="")
    return [
        PartnerClientView(
            client_id=row.application.client_id,
            name=row.application.name,
            partner=row.partner,
            scopes=frozenset(row.scopes.split()),
            created_at=row.created_at,
            created_by="",
        )
        for row in rows.select_related("application").order_by("created_at")
    ]


def _staff_roles(role: str | None) -> list[str]:
    table = role_table()
    if role is None:
        return sorted(code for code, found in table.items() if found.staff)
    if role not in table:
        raise ROLE_UNKNOWN.error(field="role", role=role[:40])
    if not table[role].staff:
        raise ROLE_NOT_STAFF.error(field="role", role=role)
    return [role]


def _page(
    held: QuerySet[Membership], shown: QuerySet[Membership], first: int, before: UUID | None
) -> StaffPage:
    """`held` chooses the people, `shown` the roles that are told of them."""
    users = User.objects.filter(pk__in=held.values("user_id")).order_by("-id")
    if before is not None:
        users = users.filter(id__lt=before)
    size = max(1, min(first, MAX_PAGE))
    found = list(users[: size + 1])
    return StaffPage(rows=tuple(_views(found[:size], shown)), more=len(found) > size)


def _views(users: list[User], shown: QuerySet[Membership]) -> list[StaffView]:
    ids = [user.id for user in users]
    roles: dict[UUID, list[MembershipView]] = {}
    for row in shown.filter(user_id__in=ids).order_by("granted_at", "id"):
        roles.setdefault(row.user_id, []).append(
            MembershipView(
                user_id=row.user_id,
                county_id=row.county_id,
                role=row.role_id,
                granted_at=row.granted_at,
                granted_by=row.granted_by,
            )
        )
    enrolled = set(
        Authenticator.objects.filter(user_id__in=ids, type=Authenticator.Type.TOTP).values_list(
            "user_id", flat=True
        )
    )
    return [
        StaffView(
            id=user.id,
            phone_masked=mask_phone(open_phone(user)),
            totp_enrolled=user.id in enrolled,
            roles=tuple(roles.get(user.id, ())),
        )
        for user in users
    ]
