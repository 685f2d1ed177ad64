from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from compliance.fund.use_cases.draw import draw
from compliance.insurance import events, rules, store
from compliance.insurance.contracts import Payer
from compliance.insurance.errors import PREMIUM_MISMATCH
from compliance.insurance.models import Policy
from compliance.insurance.states import LIVE, POLICY, PolicyState
from compliance.people.selectors import worker_view
from compliance.rates import selectors as rates
from compliance.rates.contracts import Layer, Price, ProductView, TableView
from kernel import states
from kernel.actor import Actor
from kernel.clock import real_now
from kernel.errors import DomainError
from kernel.identifiers import full_years
from kernel.ids import uuid7


def request_cover(
    *,
    assignment_id: UUID,
    order_id: UUID,
    worker_id: UUID,
    trade: str,
    on: date,
    table_version_id: UUID,
    heads: int,
    level: str,
    most_fen: int,
    actor: Actor,
    now: datetime,
    days: int = 1,
) -> UUID:
    """Asks for one person's top-up cover at his own age's price; the insurer answers later.

    `most_fen` is what the employer's escrow holds for it. Returns the policy's id: the live one's, if the
    place has one for that day, for then nothing more is bought. The caller holds the place locked. Emits
    `cover.requested`, subject the policy.

    Raises `age_not_insurable`, `premium_mismatch` when the price is above `most_fen`,
    `cover_starts_tomorrow`, and whatever `rates.selectors.price` raises.
    """
    live = _live(assignment_id, Layer.TOP_UP, on)
    if live is not None:
        return live
    table = rates.table(table_version_id)
    product = rates.product(table.product)
    rules.check_starts_in_time(product.starts, on, now)
    price = price_of(worker_id, table_version_id, trade=trade, heads=heads, days=days, level=level, on=on)
    if price.premium_fen > most_fen:
        raise PREMIUM_MISMATCH.error(field="premium_fen", expected_fen=price.premium_fen)
    policy = made(
        product,
        table,
        price,
        assignment_id=assignment_id,
        order_id=order_id,
        worker_id=worker_id,
        trade=trade,
        on=on,
        days=days,
        heads=heads,
        level=level,
        now=now,
    )
    return saved(policy, actor=actor, now=now)


def request_basic_cover(
    *,
    assignment_id: UUID,
    order_id: UUID,
    worker_id: UUID,
    trade: str,
    on: date,
    heads: int,
    actor: Actor,
    now: datetime,
) -> UUID | None:
    """Asks for one person's basic cover, which the county's fund pays before the insurer is asked.

    The best ranked basic product that insures this trade and age. None when there is none, or when the
    fund's budget or money does not reach: then the place goes without basic cover and nothing has changed.
    """
    live = _live(assignment_id, Layer.BASIC, on)
    if live is not None:
        return live
    found = first_insurable(Layer.BASIC, worker_id, trade=trade, heads=heads, on=on, days=1, now=now)
    if found is None:
        return None
    product, table, price = found
    policy = made(
        product,
        table,
        price,
        assignment_id=assignment_id,
        order_id=order_id,
        worker_id=worker_id,
        trade=trade,
        on=on,
        days=1,
        heads=heads,
        level=table.content.levels[0].code,
        now=now,
    )
    drawn = draw(policy_id=policy.id, insurer=policy.insurer, amount_fen=policy.premium_fen, on=on, now=now)
    return None if drawn is None else saved(policy, actor=actor, now=now)


def price_of(
    worker_id: UUID, table_version_id: UUID, *, trade: str, heads: int, days: int, level: str, on: date
) -> Price:
    """This worker's price: the age is that of the first day of cover."""
    age = full_years(worker_view(worker_id).birth_date, on)
    return rates.price(table_version_id, trade=trade, heads=heads, days=days, level=level, age=age)


def made(
    product: ProductView,
    table: TableView,
    price: Price,
    *,
    assignment_id: UUID,
    order_id: UUID,
    worker_id: UUID,
    trade: str,
    on: date,
    days: int,
    heads: int,
    level: str,
    now: datetime,
    employer_premium_fen: int | None = None,
    replaces: UUID | None = None,
) -> Policy:
    """The row, not yet saved. Basic cover costs the employer nothing."""
    basic = product.layer is Layer.BASIC
    own_fen = 0 if basic else price.premium_fen
    return Policy(
        id=uuid7(),
        assignment_id=assignment_id,
        order_id=order_id,
        worker_id=worker_id,
        trade=trade,
        on=on,
        days=days,
        insurer=product.insurer,
        product=product.code,
        layer=product.layer,
        payer=Payer.FUND if basic else Payer.EMPLOYER,
        starts=product.starts,
        table_version_id=table.id,
        table_version=table.version,
        level=level,
        heads=heads,
        risk_class=price.risk_class,
        premium_fen=price.premium_fen,
        employer_premium_fen=own_fen if employer_premium_fen is None else employer_premium_fen,
        death_disability_cover_fen=price.death_disability_cover_fen,
        medical_cover_fen=price.medical_cover_fen,
        state=PolicyState.REQUESTED,
        slip=rules.new_slip(),
        replaces=replaces,
        requested_at=now,
        covers_until=rules.covers_until(on, days),
        next_ask_at=real_now(),
    )


def saved(policy: Policy, *, actor: Actor, now: datetime) -> UUID:
    policy.save(force_insert=True)
    states.begin(policy, machine=POLICY, actor=actor, now=now)
    store.tell_insurer(policy, events.POLICY_REQUESTED, now=now)
    store.emit(events.ASKED, policy, now=now)
    return policy.id


def first_insurable(
    layer: Layer,
    worker_id: UUID,
    *,
    trade: str,
    heads: int,
    on: date,
    days: int,
    now: datetime,
    without: frozenset[str] = frozenset(),
    after: str | None = None,
) -> tuple[ProductView, TableView, Price] | None:
    """The best ranked product that takes this worker in this trade on this day, leaving out the insurers
    `without` and, with `after`, the products ranked up to that one."""
    from_here = after is None
    for product in rates.ranked(layer, on):
        if not from_here:
            from_here = product.code == after
            continue
        if product.insurer in without:
            continue
        found = _insurable(product, worker_id, trade=trade, heads=heads, on=on, days=days, now=now)
        if found is not None:
            return product, *found
    return None


def _insurable(
    product: ProductView, worker_id: UUID, *, trade: str, heads: int, on: date, days: int, now: datetime
) -> tuple[TableView, Price] | None:
    try:
        rules.check_starts_in_time(product.starts, on, now)
        table = rates.in_force(product.code, on)
        level = table.content.levels[0].code
        return table, price_of(worker_id, table.id, trade=trade, heads=heads, days=days, level=level, on=on)
    except DomainError:
        return None


def _live(assignment_id: UUID, layer: Layer, on: date) -> UUID | None:
    rows = Policy.objects.filter(assignment_id=assignment_id, layer=layer, on=on, state__in=LIVE)
    found: UUID | None = rows.values_list("id", flat=True).first()
    return found
