"""Products, versions and quotes of a county, on a real database. Every test has products of its own."""

from __future__ import annotations

import random
import threading
from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest
from django.db import ProgrammingError, connection, connections

from compliance.rates import selectors, store
from compliance.rates.contracts import CoverQuote, Layer, Starts
from compliance.rates.models import Quote, RateTable
from compliance.rates.seed import PRODUCT, samples, seed
from compliance.rates.states import TableState
from compliance.rates.tasks import supersede_tables
from compliance.rates.use_cases import (
    add_product,
    draft_table,
    offer_product,
    publish_table,
    quote_cover,
    rank_products,
    submit_table,
    withdraw_table,
)
from compliance.rates.xlsx import export_table, read_table
from kernel.actor import SYSTEM
from kernel.clock import business_day
from kernel.errors import DomainError
from kernel.ids import uuid7
from kernel.models import AuditRow, TransitionLog
from linggong.commands.rates import verify, verify_one
from tenants.catalogue import trades
from tenants.county import CountyRef, CountyWork, run_in_county
from tests.compliance.people import actor_with, refused
from tests.compliance.rates.made import content, document, officer, published

COUNTY = "ninghua"


@pytest.fixture(scope="module")
def county(counties) -> CountyRef:
    return counties[COUNTY]


def a_product(work: CountyWork, **changes) -> str:
    values = {
        "code": f"p_{uuid7().hex}",
        "insurer": "sandbox",
        "layer": Layer.TOP_UP,
        "name": "试验险",
        "name_en": "Trial cover",
        "starts": Starts.AT_ONCE,
    }
    return add_product(**{**values, **changes}, actor=officer(), now=work.now).code


def quoted(work: CountyWork, product: str | None, on: date, **changes) -> CoverQuote:
    asked = {"trade": "sorting", "heads": 1, "on": on, "product": product, "now": work.now}
    return quote_cover(**{**asked, **changes})


def based(fen: int):
    """A table whose premium for one person sorting, aged 16 to 50, is this."""
    return content(
        classes=[{"risk_class": 1, "premium_fen": fen}, document()["classes"][1]],
        age_bands=[{"from_age": 16, "to_age": 65, "factor_permille": 1000}],
        max_premium_fen=1_000_000,
        min_premium_fen=0,
    )


# -- what a new county has -------------------------------------------------------------------------


def test_a_new_county_has_the_sample_rates(county):
    with run_in_county(county) as work:
        today = business_day(work.now)
        quote = quote_cover(trade="sorting", heads=3, on=today, now=work.now)
        assert (quote.product, quote.insurer, quote.layer) == (PRODUCT, "sandbox", Layer.TOP_UP)
        assert (quote.risk_class, quote.premium_per_head_fen, quote.total_fen) == (2, 400, 1_200)
        assert (quote.death_disability_cover_fen, quote.medical_cover_fen) == (100_000_000, 2_000_000)
        assert quote.ages == (16, 65)
        basic = quote_cover(trade="sorting", heads=3, on=today, layer=Layer.BASIC, now=work.now)
        assert (basic.product, basic.total_fen) == ("casual_basic", 240)
        covers = {}
        for trade in trades().values():
            found = quote_cover(trade=trade.code, heads=1, on=today, now=work.now, keep=False)
            assert found.risk_class == trade.risk_class
            covers[found.risk_class] = (
                found.premium_per_head_fen,
                found.death_disability_cover_fen,
                found.medical_cover_fen,
            )
        assert covers == {
            1: (300, 100_000_000, 2_000_000),
            2: (400, 100_000_000, 2_000_000),
            3: (500, 100_000_000, 2_000_000),
            4: (700, 80_000_000, 2_000_000),
            5: (900, 60_000_000, 1_500_000),
            6: (1000, 50_000_000, 1_500_000),
        }


def test_every_sample_product_is_listed_and_seeding_again_changes_nothing(county):
    with run_in_county(county) as work:
        before = (selectors.products(), selectors.tables(), selectors.rankings(Layer.TOP_UP))
        first = seed(since=business_day(work.now), now=work.now, actor=SYSTEM)
        assert selectors.table(first).product == PRODUCT
        assert (selectors.products(), selectors.tables(), selectors.rankings(Layer.TOP_UP)) == before
        listed = {product.code: product for product in before[0]}
        for sample in samples():
            assert listed[sample["code"]].insurer == sample["insurer"]
        assert all(table.intact for table in before[1])


def test_a_dearer_fallback_is_dearer(county):
    with run_in_county(county) as work:
        today = business_day(work.now)
        prices = [quoted(work, code, today).total_fen for code in (PRODUCT, "minjiang_job", "jinxi_job")]
        assert prices == [400, 480, 440]  # at the dearest age, which minjiang alone sets apart
        table = selectors.in_force("minjiang_job", today)
        asked = {"trade": "sorting", "heads": 1, "level": None}
        assert selectors.price(table.id, **asked, age=30).premium_fen == 400
        assert selectors.price(table.id, **asked, age=60).premium_fen == 480


# -- a version's life ------------------------------------------------------------------------------


def test_draft_review_publish_and_who_did_it(county):
    drafter, submitter, publisher = officer(), officer(), officer()
    with run_in_county(county) as work:
        today, product = business_day(work.now), a_product(work)
        table_id = draft_table(
            product=product,
            effective_from=today,
            content=content(),
            source="insurer's letter 7",
            actor=drafter,
            now=work.now,
        )
        with refused("rate_table_missing"):
            quoted(work, product, today)
        submit_table(table_version_id=table_id, actor=submitter, now=work.now)
        with refused("rate_table_missing"):
            quoted(work, product, today)
        publish_table(table_version_id=table_id, actor=publisher, now=work.now)
        assert quoted(work, product, today).table_version_id == table_id
        with refused("rate_table_missing"):
            quoted(work, product, today - timedelta(days=1))
        view = selectors.table(table_id)
        assert (view.state, view.version, view.intact) == (TableState.PUBLISHED, 1, True)
        assert (view.drafted_by, view.submitted_by, view.published_by) == (
            drafter.key,
            submitter.key,
            publisher.key,
        )
        assert view.content == content()
        moves = TransitionLog.objects.filter(subject=table_id).order_by("id").values_list("to", "actor")
        assert list(moves) == [
            ("draft", drafter.key),
            ("in_review", submitter.key),
            ("published", publisher.key),
        ]
        acts = AuditRow.objects.filter(subject=table_id).order_by("id").values_list("act", flat=True)
        assert list(acts) == ["rate_table.draft", "rate_table.submit", "rate_table.publish"]


@pytest.mark.parametrize("who", ["drafter", "submitter"])
def test_nobody_publishes_what_they_drafted_or_submitted(county, who):
    people = {"drafter": officer(), "submitter": officer()}
    with run_in_county(county) as work:
        table_id = draft_table(
            product=a_product(work),
            effective_from=business_day(work.now),
            content=content(),
            source="test",
            actor=people["drafter"],
            now=work.now,
        )
        submit_table(table_version_id=table_id, actor=people["submitter"], now=work.now)
        with refused("review_own"):
            publish_table(table_version_id=table_id, actor=people[who], now=work.now)
        assert selectors.table(table_id).state == TableState.IN_REVIEW


def test_moves_that_are_not_allowed(county):
    one, two = officer(), officer()
    with run_in_county(county) as work:
        today, product = business_day(work.now), a_product(work)

        def draft(on: date = today) -> UUID:
            return draft_table(
                product=product, effective_from=on, content=content(), source="t", actor=one, now=work.now
            )

        def submit(table_id: UUID) -> None:
            submit_table(table_version_id=table_id, actor=one, now=work.now)

        def publish(table_id: UUID) -> None:
            publish_table(table_version_id=table_id, actor=two, now=work.now)

        def withdraw(table_id: UUID) -> None:
            withdraw_table(table_version_id=table_id, reason="a mistake", actor=two, now=work.now)

        plain = draft()
        with refused("stale_state"):
            publish(plain)
        submit(plain)
        with refused("stale_state"):
            submit(plain)
        publish(plain)
        for move in (submit, publish, withdraw):
            with refused("stale_state"):
                move(plain)
        gone = draft()
        withdraw(gone)
        turned_down = draft()
        submit(turned_down)
        withdraw(turned_down)
        for table_id in (gone, turned_down):
            assert selectors.table(table_id).state == TableState.WITHDRAWN
            for move in (submit, publish, withdraw):
                with refused("stale_state"):
                    move(table_id)
        assert selectors.table(plain).state == TableState.PUBLISHED
        with refused("rate_table_in_past", "effective_from"):
            submit(draft(today - timedelta(days=1)))
        for move in (submit, publish, withdraw):
            with refused("not_found"):
                move(uuid7())


def test_a_version_whose_day_passed_in_review_is_not_published(county):
    one, two = officer(), officer()
    with run_in_county(county) as work:
        table_id = draft_table(
            product=a_product(work),
            effective_from=business_day(work.now),
            content=content(),
            source="test",
            actor=one,
            now=work.now,
        )
        submit_table(table_version_id=table_id, actor=one, now=work.now)
        with refused("rate_table_in_past"):
            publish_table(table_version_id=table_id, actor=two, now=work.now + timedelta(days=1))


def test_each_verb_needs_its_scope(county):
    nobody = actor_with("worker", "employer_owner", "hall_operator")
    with run_in_county(county) as work:
        today, product = business_day(work.now), a_product(work)
        table_id = published(work, product, today)
        acts = (
            lambda: add_product(
                code="x_y",
                insurer="sandbox",
                layer=Layer.BASIC,
                name="n",
                name_en="n",
                starts=Starts.AT_ONCE,
                actor=nobody,
                now=work.now,
            ),
            lambda: draft_table(
                product=product,
                effective_from=today,
                content=content(),
                source="s",
                actor=nobody,
                now=work.now,
            ),
            lambda: submit_table(table_version_id=table_id, actor=nobody, now=work.now),
            lambda: publish_table(table_version_id=table_id, actor=nobody, now=work.now),
            lambda: withdraw_table(table_version_id=table_id, reason="why", actor=nobody, now=work.now),
            lambda: offer_product(product=product, active=False, actor=nobody, now=work.now),
            lambda: rank_products(
                layer=Layer.TOP_UP, codes=[], effective_from=today, actor=nobody, now=work.now
            ),
        )
        for act in acts:
            with refused("forbidden"):
                act()


# -- which version counts --------------------------------------------------------------------------


def test_the_latest_date_not_after_the_day_counts_and_of_one_date_the_later_publication(county):
    with run_in_county(county) as work:
        today, product = business_day(work.now), a_product(work)

        def premium(days: int) -> int:
            return quoted(work, product, today + timedelta(days=days)).total_fen

        published(work, product, today, based(300))
        published(work, product, today + timedelta(days=20), based(500))
        published(work, product, today + timedelta(days=10), based(400))  # a later version, an earlier date
        assert [premium(days) for days in (0, 9, 10, 19, 20, 400)] == [300, 300, 400, 400, 500, 500]
        first = quoted(work, product, today + timedelta(days=10))
        published(work, product, today + timedelta(days=10), based(450))
        assert [premium(days) for days in (9, 10, 19, 20)] == [300, 450, 450, 500]
        assert selectors.table(first.table_version_id).state == TableState.SUPERSEDED
        assert selectors.replay(first.quote_id) == first
        assert selectors.replay_equal(first.quote_id)


def test_the_version_of_a_day_is_a_function_of_what_was_published(county):
    """Whatever the order of publishing and whether or not the timer has labelled anything."""
    chance = random.Random(7)
    with run_in_county(county) as work:
        today, product = business_day(work.now), a_product(work)
        made: list[tuple[int, int]] = []  # day, premium; in order of publication
        for number in range(12):
            day = chance.randrange(6)
            made.append((day, 300 + number))
            published(work, product, today + timedelta(days=day), based(300 + number))
        for day in range(8):
            best = max(((d, n, fen) for n, (d, fen) in enumerate(made) if d <= day), default=None)
            if best is None:
                with refused("rate_table_missing"):
                    quoted(work, product, today + timedelta(days=day))
            else:
                assert quoted(work, product, today + timedelta(days=day)).total_fen == best[2]


def test_superseding_is_said_when_the_date_has_come(county):
    with run_in_county(county) as work:
        today, product = business_day(work.now), a_product(work)
        old = published(work, product, today)
        new = published(work, product, today + timedelta(days=3))
        assert [selectors.table(i).state for i in (old, new)] == [TableState.PUBLISHED] * 2
        product_id = RateTable.objects.get(id=old).product_id
        before = store.supersede(product_id, today=today + timedelta(days=2), actor=SYSTEM, now=work.now)
        assert before == 0
        after = store.supersede(product_id, today=today + timedelta(days=3), actor=SYSTEM, now=work.now)
        assert after == 1
        assert [selectors.table(i).state for i in (old, new)] == [
            TableState.SUPERSEDED,
            TableState.PUBLISHED,
        ]
        assert quoted(work, product, today).table_version_id == old, "the days before keep their rates"
        row = TransitionLog.objects.filter(subject=old, to="superseded").get()
        assert row.reason == "version 2"


def test_the_timer_labels_every_product_of_the_county_once(county):
    with run_in_county(county) as work:
        today = business_day(work.now)
        pairs = []
        for _ in range(3):
            product = a_product(work)
            old = store.write_draft(
                store.known_product(product),
                effective_from=today - timedelta(days=5),
                content=content(),
                source="test",
                actor=SYSTEM,
                now=work.now,
            )
            new_day = today - timedelta(days=1)
            new = store.write_draft(
                store.known_product(product),
                effective_from=new_day,
                content=content(),
                source="test",
                actor=SYSTEM,
                now=work.now,
            )
            for row in (old, new):
                store.submit(row, actor=SYSTEM, now=work.now)
                store.publish(row, actor=SYSTEM, now=work.now - timedelta(days=3))
            pairs.append((old.id, new.id))
    assert supersede_tables(county) >= 3
    assert supersede_tables(county) == 0
    with run_in_county(county):
        for old_id, new_id in pairs:
            assert selectors.table(old_id).state == TableState.SUPERSEDED
            assert selectors.table(new_id).state == TableState.PUBLISHED


def test_concurrent_publishing_for_one_date_leaves_one_in_force(county):
    """Eight people publish eight versions for one date at once; the last number is the one in force."""
    with run_in_county(county) as work:
        today, product, drafter = business_day(work.now), a_product(work), officer()
        ids = []
        for number in range(8):
            table_id = draft_table(
                product=product,
                effective_from=today,
                content=based(300 + number),
                source="test",
                actor=drafter,
                now=work.now,
            )
            submit_table(table_version_id=table_id, actor=drafter, now=work.now)
            ids.append(table_id)
    faults: list[BaseException] = []
    gate = threading.Barrier(len(ids) * 2)

    def publish(table_id: UUID) -> None:
        try:
            gate.wait(30)
            with run_in_county(county) as work:
                publish_table(table_version_id=table_id, actor=officer(), now=work.now)
        except BaseException as fault:  # looked at below
            faults.append(fault)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=publish, args=(i,)) for i in ids for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert [fault.code for fault in faults if isinstance(fault, DomainError)] == ["stale_state"] * len(ids)
    assert len(faults) == len(ids), "each version is published once"
    with run_in_county(county) as work:
        rows = {row.published_number: row for row in RateTable.objects.filter(id__in=ids)}
        assert sorted(rows) == list(range(1, 9))
        assert [rows[number].state for number in range(1, 9)] == ["superseded"] * 7 + ["published"]
        assert quoted(work, product, today).table_version_id == rows[8].id


def test_concurrent_drafts_get_versions_of_their_own(county):
    with run_in_county(county) as work:
        product, today = a_product(work), business_day(work.now)
    gate = threading.Barrier(6)
    made: list[UUID] = []

    def draft() -> None:
        try:
            gate.wait(30)
            with run_in_county(county) as work:
                made.append(
                    draft_table(
                        product=product,
                        effective_from=today,
                        content=content(),
                        source="test",
                        actor=officer(),
                        now=work.now,
                    )
                )
        finally:
            connections.close_all()

    threads = [threading.Thread(target=draft) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    with run_in_county(county):
        assert sorted(table.version for table in selectors.tables(product)) == [1, 2, 3, 4, 5, 6]
        assert {table.id for table in selectors.tables(product)} == set(made)


# -- nothing is ever changed -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE rates_ratetable SET content = '{}'",
        "UPDATE rates_ratetable SET digest = ''",
        "UPDATE rates_ratetable SET effective_from = '2020-01-01'",
        "UPDATE rates_ratetable SET version = 9",
        "DELETE FROM rates_ratetable",
        "UPDATE rates_product SET starts = 'at_once'",
        "UPDATE rates_product SET insurer = 'jinxi'",
        "DELETE FROM rates_product",
        "UPDATE rates_ranking SET codes = '[]'",
        "DELETE FROM rates_ranking",
        "UPDATE rates_quote SET total_fen = 1",
        "DELETE FROM rates_quote",
    ],
)
def test_rates_cannot_be_changed_even_by_sql(county, sql):
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        run_in_county(county),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)


def test_a_document_that_was_not_drafted_through_the_verb_shows_and_is_not_published(county):
    with suppress(_Undo), run_in_county(county) as work:
        product, today, one = a_product(work), business_day(work.now), officer()
        real = draft_table(
            product=product, effective_from=today, content=content(), source="t", actor=one, now=work.now
        )
        row = RateTable.objects.get(id=real)
        row.pk, row.version = uuid7(), 2
        row.content = row.content.replace('"premium_fen":300', '"premium_fen":301')
        row._state.adding = True
        row.save(force_insert=True)
        assert selectors.table(real).intact
        assert not selectors.table(row.id).intact
        submit_table(table_version_id=row.id, actor=one, now=work.now)
        with refused("rate_table_invalid", "content"):
            publish_table(table_version_id=row.id, actor=officer(), now=work.now)
        raise _Undo


class _Undo(Exception):
    pass


def test_one_county_knows_nothing_of_anothers_rates(counties, county):
    with run_in_county(county) as work:
        product = a_product(work)
        table_id = published(work, product, business_day(work.now))
        quote = quoted(work, product, business_day(work.now))
    with run_in_county(counties["yongan"]) as work:
        for look in (
            lambda: selectors.product(product),
            lambda: selectors.table(table_id),
            lambda: selectors.replay(quote.quote_id),
            lambda: selectors.price(table_id, trade="sorting", heads=1, level=None, age=30),
        ):
            with refused("not_found"):
                look()
        assert selectors.tables(product) == []


# -- products and ranking --------------------------------------------------------------------------


def test_ranked_products_are_tried_in_order_until_one_insures_the_trade(county):
    far = timedelta(days=11_000)  # a time of its own: rankings of a county are shared by its tests
    with run_in_county(county) as work:
        on = business_day(work.now) + far
        picky, open_ = a_product(work), a_product(work, layer=Layer.TOP_UP)
        none_yet = a_product(work)
        trades_of = {"sorting": {"risk_class": 1}, "moving": {"risk_class": 0, "reason": "too heavy"}}
        picky_id = published(work, picky, on, occupations=trades_of)
        both = {**trades_of, "moving": {"risk_class": 2}, "tiling": {"risk_class": 0, "reason": "no tiles"}}
        open_id = published(work, open_, on, occupations=both)
        rank_products(
            layer=Layer.TOP_UP,
            codes=[none_yet, picky, open_],
            effective_from=on,
            actor=officer(),
            now=work.now,
        )
        assert [view.code for view in selectors.ranked(Layer.TOP_UP, on)] == [none_yet, picky, open_]
        assert quoted(work, None, on).table_version_id == picky_id
        assert quoted(work, None, on, trade="moving").table_version_id == open_id
        with pytest.raises(DomainError, match="trade_not_rated"):  # the best ranked one's answer
            quoted(work, None, on, trade="tiling")
        with pytest.raises(DomainError, match="class_not_insurable") as refusal:
            quoted(work, picky, on, trade="moving")
        assert "too heavy" in refusal.value.text("en")
        with refused("level_unknown", "level"):
            quoted(work, None, on, level="gold")
        rank_products(layer=Layer.TOP_UP, codes=[], effective_from=on, actor=officer(), now=work.now)
        with refused("rate_table_missing"):
            quoted(work, None, on)
        assert quoted(work, picky, on).table_version_id == picky_id, "a named product needs no rank"


def test_a_product_off_offer_or_of_a_suspended_insurer_is_not_sold(county, monkeypatch):
    with run_in_county(county) as work:
        on = business_day(work.now) + timedelta(days=12_000)
        one, two = a_product(work), a_product(work, insurer="jinxi")
        for product in (one, two):
            published(work, product, on)
        rank_products(layer=Layer.TOP_UP, codes=[one, two], effective_from=on, actor=officer(), now=work.now)
        offer_product(product=one, active=False, actor=officer(), now=work.now)
        assert [view.code for view in selectors.ranked(Layer.TOP_UP, on)] == [two]
        with refused("product_unknown", "product"):
            quoted(work, one, on)
        known = selectors.insurers()
        suspended = {**known, "jinxi": replace(known["jinxi"], active=False)}
        monkeypatch.setattr(selectors, "insurers", lambda: suspended)
        assert selectors.ranked(Layer.TOP_UP, on) == ()
        with refused("product_unknown", "product"):
            quoted(work, two, on)


def test_a_ranking_counts_from_its_day_and_the_later_one_of_a_day(county):
    with run_in_county(county) as work:
        on = business_day(work.now) + timedelta(days=13_000)
        one, two = a_product(work), a_product(work)

        def rank(codes: list[str], day: date) -> None:
            rank_products(layer=Layer.TOP_UP, codes=codes, effective_from=day, actor=officer(), now=work.now)

        rank([one], on)
        rank([two], on + timedelta(days=5))
        rank([one, two], on)
        codes = [
            [view.code for view in selectors.ranked(Layer.TOP_UP, on + timedelta(days=days))]
            for days in (0, 4, 5)
        ]
        assert codes == [[one, two], [one, two], [two]]
        assert selectors.rankings(Layer.TOP_UP)[0].codes == (two,)


def test_products_that_cannot_be_listed(county):
    with run_in_county(county) as work:
        product = a_product(work)
        for changes, code in (
            ({"code": product}, "product_code_taken"),
            ({"code": "Ä"}, "product_code"),
            ({"code": "x\x00y"}, "product_code"),
            ({"insurer": "atlantis"}, "insurer_unknown"),
            ({"name": ""}, "text_length"),
        ):
            with refused(code):
                a_product(work, **changes)
        assert selectors.product(product).code == product


# -- quotes ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"trade": "astronaut"}, "trade_not_rated"),
        ({"trade": "height_work"}, "class_not_insurable"),
        ({"heads": 0}, "invalid_value"),
        ({"heads": True}, "invalid_value"),
        ({"heads": 10_001}, "invalid_value"),
        ({"days": 0}, "invalid_value"),
        ({"level": "gold"}, "level_unknown"),
        ({"product": "nothing"}, "product_unknown"),
        ({"product": "a\x00b"}, "product_unknown"),
        ({"on": date(1990, 1, 1)}, "rate_table_missing"),
    ],
)
def test_quotes_that_are_refused(county, changes, code):
    with run_in_county(county) as work:
        product = a_product(work)
        published(work, product, business_day(work.now))
        with refused(code):
            quoted(work, **{"product": product, "on": business_day(work.now), **changes})


def test_a_quote_is_kept_stands_for_half_an_hour_and_can_be_not_kept(county):
    with run_in_county(county) as work:
        today, product = business_day(work.now), a_product(work)
        table_id = published(work, product, today)
        kept = quoted(work, product, today, heads=12, days=4, level="plus")
        assert selectors.quote(kept.quote_id) == kept
        assert kept.expires_at == work.now + timedelta(minutes=30)
        passing = quoted(work, product, today, heads=12, days=4, level="plus", keep=False)
        assert passing == replace(kept, quote_id=None, expires_at=None)
        assert Quote.objects.filter(table_id=table_id).count() == 1
        with refused("not_found", "quote_id"):
            selectors.quote(uuid7())
        dearest = selectors.price(table_id, trade="sorting", heads=12, days=4, level="plus", age=65)
        assert dearest.premium_fen == kept.premium_per_head_fen
        young = selectors.price(table_id, trade="sorting", heads=12, days=4, level="plus", age=20)
        assert young.premium_fen < kept.premium_per_head_fen
        with refused("age_not_insurable", "age"):
            selectors.price(table_id, trade="sorting", heads=1, level=None, age=66)


def test_an_unpublished_version_prices_nothing(county):
    with run_in_county(county) as work:
        product = a_product(work)
        draft = draft_table(
            product=product,
            effective_from=business_day(work.now),
            content=content(),
            source="t",
            actor=officer(),
            now=work.now,
        )
        with refused("not_found", "table_version_id"):
            selectors.price(draft, trade="sorting", heads=1, level=None, age=30)


@pytest.mark.slow
def test_ten_thousand_quotes_over_twenty_versions_replay_to_the_fen(county):
    """Quotes given while version after version takes over, some of them superseded on their very day."""
    chance = random.Random(20)
    with run_in_county(county) as work:
        today, product = business_day(work.now), a_product(work)
        given: list[CoverQuote] = []
        ids = []
        for version in range(20):
            day = today + timedelta(days=version - version % 3)
            ids.append(published(work, product, day, _any_rates(chance, version)))
            given += [
                quoted(
                    work,
                    product,
                    today + timedelta(days=chance.randrange(version + 1)),
                    trade=chance.choice(["sorting", "moving"]),
                    heads=chance.choice([1, 2, 9, 10, 37, 10_000]),
                    days=chance.choice([1, 1, 2, 3, 30, 366]),
                    level=chance.choice([None, "standard", "plus"]),
                )
                for _ in range(500)
            ]
    with run_in_county(county):
        assert len(given) == 10_000
        assert len({quote.table_version_id for quote in given}) == 20
        assert len({quote.total_fen for quote in given}) > 1_000
        equal = sum(selectors.replay(quote.quote_id) == quote for quote in given)
        assert equal == 10_000
    tables, quotes, problems = verify_one(county)
    assert (problems, quotes >= 10_000, tables >= 20) == ([], True, True)


def _any_rates(chance: random.Random, version: int):
    def factor() -> int:
        return chance.randrange(500, 2_000)

    levels = [{**level, "factor_permille": factor()} for level in document()["levels"]]
    return content(
        levels=levels,
        classes=[{"risk_class": n, "premium_fen": chance.randrange(200, 900)} for n in (1, 2)],
        age_bands=[
            {"from_age": 16, "to_age": 40 + version, "factor_permille": factor()},
            {"from_age": 41 + version, "to_age": 70, "factor_permille": factor()},
        ],
        days=[{"from_day": 1, "factor_permille": factor()}, {"from_day": 2, "factor_permille": factor()}],
        heads=[{"from_heads": 1, "factor_permille": 1000}, {"from_heads": 10, "factor_permille": factor()}],
        county_factor_permille=factor(),
        min_premium_fen=chance.randrange(100, 300),
        max_premium_fen=chance.randrange(1_500, 5_000),
    )


def test_what_was_tampered_with_is_found_and_nothing_else(counties, capsys):
    """In a county whose rates nobody else's test looks at."""
    county = counties["datian"]
    with run_in_county(county) as work:
        today, product = business_day(work.now), a_product(work)
        table_id = published(work, product, today)
        quotes = [quoted(work, product, today, heads=heads) for heads in (1, 2, 3)]
    assert verify_one(county)[2] == []
    assert verify("datian") == 0
    with run_in_county(county):
        row = Quote.objects.get(id=quotes[1].quote_id)
        row.pk, row.total_fen = uuid7(), row.total_fen + 1
        row._state.adding = True
        row.save(force_insert=True)
        table = RateTable.objects.get(id=table_id)
        table.pk, table.version, table.published_number = uuid7(), 2, 2
        table.content = table.content.replace('"premium_fen":300', '"premium_fen":301')
        table._state.adding = True
        table.save(force_insert=True)
        assert selectors.replay_equal(quotes[1].quote_id)
        assert not selectors.replay_equal(row.id)
        assert selectors.replay(row.id).total_fen == row.total_fen - 1
    assert verify_one(county)[2] == [
        f"{product} version 2: its document is not the one that was drafted",
        f"quote {row.id}: does not replay to what was given",
    ]
    assert verify("datian") == 1
    assert str(row.id) in capsys.readouterr().out


def test_difference_and_workbook_of_stored_versions(county):
    with run_in_county(county) as work:
        today, product = business_day(work.now), a_product(work)
        one, two = published(work, product, today, based(300)), published(work, product, today, based(311))
        assert [(c.path, c.before, c.after) for c in selectors.diff(one, two)] == [
            ("classes.1.premium_fen", 300, 311)
        ]
        assert selectors.diff(one, one) == []
        assert read_table(export_table(two)) == based(311)
        with refused("not_found"):
            export_table(uuid7())
