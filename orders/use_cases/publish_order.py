"""Publishing: the terms are checked, the money is in escrow, the order is in the feed; or nothing."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from compliance.people.selectors import employer_for
from kernel import facts, outbox
from kernel.actor import Actor
from kernel.ids import uuid7
from kernel.states import begin, transition
from orders import rules
from orders.contracts import BASIS_CODES, OrderTerms, PayBasis, Published, PublishOrder
from orders.models import Order, Place
from orders.states import ORDER, OrderState
from orders.use_cases import _money
from orders.use_cases._pricing import Priced, price
from orders.use_cases._rows import next_feed_position
from tenants import gate

PUBLISHED = "cn.linggong.order.published.v1"


def publish_order(*, command: PublishOrder, actor: Actor, now: datetime) -> Published:
    """Raises what pricing refuses, what the county's state does (`tenants.gate`), and `insufficient_funds`
    with `shortfall_fen`.

    The choices for or against insurance, the employer's own and the fund's basic cover, are stored with
    who made them, when and through which channel.
    Emits `order.published`, subject the order.
    """
    actor.require("orders:publish")
    gate.may_begin()
    employer = employer_for(actor, command.employer_id, need="publish")
    priced = price(command.terms, now=now)
    order_id = uuid7()
    total_fen = priced.quote.total_fen
    escrow = _money.fund_escrow(order_id=order_id, employer_id=employer.id, total_fen=total_fen, now=now)
    order = _row(command.terms, priced, order_id=order_id, employer_id=employer.id, actor=actor, now=now)
    order.escrow_account = escrow
    order.feed_seq = next_feed_position()
    order.number = f"{priced.quote.day:%y%m%d}-{order.feed_seq:06d}"
    order.save(force_insert=True)
    begin(order, machine=ORDER, actor=actor, now=now)
    Place.objects.bulk_create(Place(order=order, no=no) for no in range(1, order.headcount + 1))
    transition(order, OrderState.OPEN, machine=ORDER, actor=actor, now=now)
    facts.record(
        "order.published",
        now=now,
        subject=order.id,
        trade=order.trade,
        town=rules.town_of(order.address),
        station=facts.service_point(actor),
        person_key=employer.person_key,
        role="employer",
        values={
            "orders": 1,
            "places": order.headcount,
            "total_fen": total_fen,
            "wage_max_fen": priced.quote.wage_max_fen,
            "basis": BASIS_CODES[PayBasis(order.basis)],
            "rate_fen": order.rate_fen,
        },
    )
    data = {"order_id": str(order.id), "trade": order.trade, "headcount": order.headcount}
    outbox.emit(PUBLISHED, subject=order.id, data=data, now=now)
    return Published(order.id, order.number, order.state, total_fen, priced.quote)


def _row(
    terms: OrderTerms, priced: Priced, *, order_id: UUID, employer_id: UUID, actor: Actor, now: datetime
) -> Order:
    quote, policy, point = priced.quote, priced.policy, terms.point
    return Order(
        id=order_id,
        state=OrderState.DRAFT,
        employer_id=employer_id,
        trade=quote.trade,
        certificate=quote.certificate or "",
        title=priced.title,
        description=priced.description,
        address=priced.address,
        datum=point.datum if point else "",
        lat_e6=point.lat_e6 if point else None,
        lon_e6=point.lon_e6 if point else None,
        gcj_lat_e6=priced.gcj_point.lat_e6 if priced.gcj_point else None,
        gcj_lon_e6=priced.gcj_point.lon_e6 if priced.gcj_point else None,
        day=quote.day,
        starts_at=terms.starts_at,
        ends_at=terms.ends_at,
        break_minutes=terms.break_minutes,
        expires_at=priced.expires_at,
        headcount=terms.headcount,
        basis=terms.pay.basis,
        rate_fen=terms.pay.rate_fen,
        quantity_expected=priced.expected,
        quantity_max=priced.most,
        unit=priced.unit,
        wage_max_fen=quote.wage_max_per_head_fen,
        fee_bp=policy.fee_bp,
        fee_max_fen=quote.fee_per_head_fen,
        policy_id=policy.id,
        undo_minutes=policy.undo_minutes,
        insured=quote.insured,
        insured_choice_by=actor.key,
        insured_choice_at=now,
        insured_choice_channel=actor.channel,
        rate_table_version_id=quote.rate_table_version_id,
        cover_quote_id=quote.cover_quote_id,
        cover_level=quote.cover_level,
        basic_cover=terms.basic_cover,
        premium_fen=quote.premium_per_head_fen,
        total_fen=quote.total_fen,
        published_at=now,
    )
