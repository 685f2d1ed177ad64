"""Registration, views and reveals on a real database."""

from __future__ import annotations

from datetime import date
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection, connections

from compliance.people.models import Consent, Worker
from compliance.people.selectors import (
    employer_for,
    employer_views,
    employers_of,
    list_workers,
    worker_by_id_number,
    worker_for,
    worker_views,
    workers_of,
)
from compliance.people.use_cases.add_employer_user import add_employer_user
from compliance.people.use_cases.attach_identity import attach_identity
from compliance.people.use_cases.change_phone import change_phone
from compliance.people.use_cases.register_worker import register_worker
from compliance.people.use_cases.remove_employer_user import remove_employer_user
from compliance.people.use_cases.reveal_contact import reveal_contact
from compliance.people.use_cases.reveal_worker import reveal_worker
from compliance.people.use_cases.update_worker_trades import update_worker_trades
from kernel.clock import business_day
from kernel.errors import DomainError
from kernel.ids import uuid7
from kernel.models import AuditRow, Fact
from tenants.county import run_in_county
from tests.compliance.people import (
    NOTICE,
    a_worker,
    actor_with,
    an_employer,
    credit_code,
    hall,
    id_number,
    login_of,
    phone,
    refused,
)


def test_a_worker_is_registered_once_and_shown_masked(counties):
    number, own_phone = id_number(), phone()
    with run_in_county(counties["jiangle"]) as work:
        actor, view = a_worker(work, id_number=number, phone=own_phone)
        assert view.name_masked == "张**"
        assert view.phone_masked == f"139****{own_phone[-4:]}"
        assert view.can_do == ("housekeeping",)
        assert view.want_to_do == ("babysitting", "housekeeping")
        assert view.identity_id == actor.user_id
        assert (view.birth_date, view.adult_on) == (date(1985, 3, 15), date(2003, 3, 15))
        consent = Consent.objects.get(subject=view.id, purpose="privacy")
        assert (consent.version, consent.channel) == (NOTICE, "app")
        fact = Fact.objects.get(subject=view.id)
        assert (fact.kind, fact.role, fact.person_key) == ("person.registered", "worker", view.person_key)
        assert worker_for(actor, None) == view == worker_for(actor, view.id)
    with refused("worker_exists", "id_number"), run_in_county(counties["jiangle"]) as work:
        a_worker(work, id_number=number)
    with run_in_county(counties["youxi"]) as work:
        _, there = a_worker(work, id_number=number)
    assert there.person_key == view.person_key
    assert there.id != view.id


def test_two_registrations_of_one_person_at_once_make_one(counties):
    number, outcomes, start = id_number(), [], Barrier(4)

    def register():
        try:
            start.wait()
            with run_in_county(counties["jiangle"]) as work:
                a_worker(work, id_number=number)
            outcomes.append("ok")
        except DomainError as fault:
            outcomes.append(fault.code)
        finally:
            connections.close_all()

    threads = [Thread(target=register) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["ok", *["worker_exists"] * 3]


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"id_number": "350428198503150013"}, "id_number_checksum", "id_number"),
        ({"id_number": "３５０４２８198503150014"}, "id_number_format", "id_number"),
        ({"id_number": "350428198502290010"}, "id_number_date", "id_number"),
        ({"id_number": None}, "id_number_format", "id_number"),
        ({"name": "张\x00三"}, "name_characters", "name"),
        ({"name": "张\ud83d三"}, "name_characters", "name"),
        ({"name": "张"}, "name_length", "name"),
        ({"phone": "1380013800"}, "phone_not_mobile", "phone"),
        ({"consent_version": ""}, "consent_required", "consent_version"),
        ({"can_do": ["no_such_trade"]}, "trade_unknown", "can_do"),
        ({"want_to_do": [7]}, "invalid_value", "want_to_do"),
    ],
)
def test_what_cannot_be_is_refused_and_leaves_nothing(counties, changes, code, field):
    with run_in_county(counties["jiangle"]):
        before = Worker.objects.count()
    with refused(code, field), run_in_county(counties["jiangle"]) as work:
        a_worker(work, **changes)
    with run_in_county(counties["jiangle"]):
        assert Worker.objects.count() == before


@pytest.mark.parametrize("name", ["𠮷田", "买买提·吐尔逊", "王〇"])
def test_rare_names_are_names(counties, name):
    with run_in_county(counties["jiangle"]) as work:
        _, view = a_worker(work, name=name)
        shown = reveal_worker(actor=hall(), worker_id=view.id, purpose="contract", now=work.now)
    assert shown.name == name


def test_nobody_under_sixteen(counties):
    with run_in_county(counties["jiangle"]) as work:
        today = business_day(work.now)
        birth = date(today.year - 16, 1, 1)
        young = date(today.year - 16, 12, 31)
        _, view = a_worker(work, id_number=id_number(birth))
        assert view.adult_on > today
    if young > today:
        with refused("worker_too_young", "id_number"), run_in_county(counties["jiangle"]) as work:
            a_worker(work, id_number=id_number(young))


def test_only_a_hall_registers_somebody_else(counties):
    stranger = actor_with("worker")
    with refused("forbidden"), run_in_county(counties["jiangle"]) as work:
        a_worker(work, actor=stranger, identity_id=uuid7())
    with refused("forbidden"), run_in_county(counties["jiangle"]) as work:
        a_worker(work, actor=stranger, identity_id=None)
    with run_in_county(counties["jiangle"]) as work:
        operator, view = a_worker(work, actor=hall(), identity_id=None)
        row = Worker.objects.get(id=view.id)
        assert (row.channel, row.registered_by) == ("hall", operator.key)
        assert worker_for(operator, view.id) == view


def test_somebody_elses_worker_looks_like_none(counties):
    with run_in_county(counties["jiangle"]) as work:
        _, view = a_worker(work)
    for worker_id in (view.id, uuid7(), None):
        with refused("worker_not_found", "worker_id"), run_in_county(counties["jiangle"]):
            worker_for(actor_with("worker"), worker_id)
    with refused("worker_not_found"), run_in_county(counties["youxi"]):
        worker_for(hall(), view.id)


def test_a_shared_phone_and_login_must_say_which_worker(counties):
    with run_in_county(counties["jiangle"]) as work:
        shared = phone()
        actor, one = a_worker(work, phone=shared)
        _, two = a_worker(work, actor=actor, phone=shared)
        assert {view.id for view in workers_of(actor)} == {one.id, two.id}
        assert worker_for(actor, two.id) == two
    with refused("worker_choose"), run_in_county(counties["jiangle"]):
        worker_for(actor, None)


def test_a_lost_number_is_changed_at_the_hall_against_the_card(counties):
    number, new = id_number(), phone()
    with run_in_county(counties["jiangle"]) as work:
        old_login, view = a_worker(work, id_number=number)
        new_login = actor_with("worker")
        changed = change_phone(
            actor=hall(),
            worker_id=view.id,
            id_number=number,
            phone=new,
            identity_id=new_login.user_id,
            now=work.now,
        )
        assert changed.phone_masked.endswith(new[-4:])
        assert worker_for(new_login, None).id == view.id
        assert workers_of(old_login) == []
    for actor, shown, code in (
        (hall(), id_number(), "id_number_mismatch"),
        (new_login, number, "forbidden"),
    ):
        with refused(code), run_in_county(counties["jiangle"]) as work:
            change_phone(
                actor=actor, worker_id=view.id, id_number=shown, phone=new, identity_id=None, now=work.now
            )


def test_who_registered_at_a_hall_takes_the_record_over(counties):
    number, own = id_number(), phone()
    with run_in_county(counties["jiangle"]) as work:
        _, view = a_worker(work, actor=hall(), identity_id=None, id_number=number, phone=own)
    for shown, verified in ((number, phone()), (id_number(), own)):
        with refused("id_number_mismatch"), run_in_county(counties["jiangle"]) as work:
            attach_identity(actor=actor_with("worker"), id_number=shown, phone=verified, now=work.now)
    me = actor_with("worker")
    for _ in range(2):
        with run_in_county(counties["jiangle"]) as work:
            assert attach_identity(actor=me, id_number=number, phone=own, now=work.now).id == view.id
    with refused("id_number_mismatch"), run_in_county(counties["jiangle"]) as work:
        attach_identity(actor=actor_with("worker"), id_number=number, phone=own, now=work.now)


def test_an_unmasked_view_needs_a_right_and_a_purpose_and_leaves_a_row(counties):
    number, own = id_number(), phone()
    with run_in_county(counties["jiangle"]) as work:
        actor, view = a_worker(work, id_number=number, phone=own)
        officer = actor_with("county_admin")
        shown = reveal_worker(actor=officer, worker_id=view.id, purpose="核对身份", now=work.now)
        assert (shown.name, shown.id_number, shown.phone) == ("张三丰", number, own)
        assert number not in repr(shown)
        row = AuditRow.objects.get(subject=view.id, act="worker.revealed")
        assert (row.actor, row.purpose) == (officer.key, "核对身份")
        assert reveal_worker(actor=actor, worker_id=view.id, purpose="own", now=work.now).phone == own
    with refused("forbidden"), run_in_county(counties["jiangle"]) as work:
        reveal_worker(actor=actor_with("treasurer"), worker_id=view.id, purpose="x", now=work.now)
    with refused("purpose_required", "purpose"), run_in_county(counties["jiangle"]) as work:
        reveal_worker(actor=officer, worker_id=view.id, purpose=" ", now=work.now)


def test_contacts_are_revealed_to_the_other_side_on_record(counties):
    theirs = phone()
    with run_in_county(counties["jiangle"]) as work:
        worker_actor, worker = a_worker(work)
        _, employer = an_employer(work, phone=theirs)
        contact = reveal_contact(
            actor=worker_actor, employer_id=employer.id, purpose="assignment won", now=work.now
        )
        assert (contact.name, contact.phone) == ("李四", theirs)
        assert (
            reveal_contact(actor=hall(), worker_id=worker.id, purpose="call", now=work.now).name == "张三丰"
        )
        assert (
            AuditRow.objects.filter(
                subject__in=[worker.id, employer.id], act__endswith="contact_revealed"
            ).count()
            == 2
        )
    with refused("invalid_value"), run_in_county(counties["jiangle"]) as work:
        reveal_contact(actor=hall(), purpose="x", now=work.now)


def test_nothing_personal_is_stored_in_the_clear(counties):
    number, own = id_number(), phone()
    with run_in_county(counties["jiangle"]) as work:
        _, view = a_worker(work, name="欧阳娜娜", id_number=number, phone=own)
        _, employer = an_employer(
            work,
            kind="person",
            contact_name="欧阳娜娜",
            id_number=number,
            phone=own,
            credit_code=None,
            display_name=None,
        )
        with connection.cursor() as cursor:
            for table in (
                "people_worker",
                "people_employer",
                "people_consent",
                "kernel_auditrow",
                "kernel_fact",
            ):
                cursor.execute(f"SELECT string_agg(t::text, '|') FROM {table} t")
                dump = cursor.fetchone()[0]
                for secret in (number, number[:17], own, own[3:], "欧阳娜娜"):
                    assert secret not in dump, table
    assert employer.display_name == "欧**"
    assert employer.person_key == view.person_key


def test_what_was_sealed_in_one_county_does_not_open_in_another(counties):
    number = id_number()
    with run_in_county(counties["jiangle"]) as work:
        _, one = a_worker(work, id_number=number)
        first = Worker.objects.get(id=one.id)
        kept = (first.id_number_index, first.phone_index)
    with run_in_county(counties["youxi"]) as work:
        _, two = a_worker(work, id_number=number)
        assert Worker.objects.get(id=two.id).id_number_index != kept[0]


def test_trades_are_replaced(counties):
    with run_in_county(counties["jiangle"]) as work:
        actor, view = a_worker(work)
        changed = update_worker_trades(
            actor=actor, worker_id=None, can_do=["babysitting"], want_to_do=[], now=work.now
        )
        assert (changed.can_do, changed.want_to_do) == (("babysitting",), ())
        assert worker_for(actor, view.id) == changed


def test_employers_are_persons_or_companies(counties):
    code = credit_code()
    with run_in_county(counties["jiangle"]) as work:
        actor, view = an_employer(work, credit_code=code)
        assert (view.kind, view.credit_code, view.contact_name_masked) == ("company", code, "李*")
        assert employer_for(actor, None, "publish") == view
    for changes, refusal, field in (
        ({"credit_code": code}, "employer_exists", "credit_code"),
        (
            {"credit_code": code[:-1] + ("0" if code[-1] != "0" else "1")},
            "credit_code_checksum",
            "credit_code",
        ),
        ({"credit_code": None}, "credit_code_format", "credit_code"),
        ({"id_number": id_number()}, "invalid_value", "id_number"),
        ({"kind": "club"}, "invalid_value", "kind"),
        ({"display_name": None}, "text_length", "display_name"),
        ({"kind": "person"}, "invalid_value", "credit_code"),
        ({"kind": "person", "credit_code": None}, "id_number_format", "id_number"),
    ):
        with refused(refusal, field), run_in_county(counties["jiangle"]) as work:
            an_employer(work, **changes)


def test_an_employer_person_is_adult_and_registered_once(counties):
    number = id_number()
    person: dict[str, Any] = {"kind": "person", "credit_code": None, "display_name": None}
    with run_in_county(counties["jiangle"]) as work:
        today = business_day(work.now)
        an_employer(work, id_number=number, **person)
    with refused("employer_exists", "id_number"), run_in_county(counties["jiangle"]) as work:
        an_employer(work, id_number=number, **person)
    with refused("employer_too_young", "id_number"), run_in_county(counties["jiangle"]) as work:
        an_employer(work, id_number=id_number(date(today.year - 17, 1, 1)), **person)


def test_a_foreman_confirms_and_does_not_publish(counties):
    foreman = actor_with("employer_foreman")
    with run_in_county(counties["jiangle"]) as work:
        owner, view = an_employer(work)
        view = add_employer_user(
            actor=owner, employer_id=None, identity_id=login_of(foreman), duty="foreman", now=work.now
        )
        assert [user.duty for user in view.users] == ["owner", "foreman"]
        assert employer_for(foreman, view.id, "confirm") == employer_for(foreman, None, "read") == view
    with refused("employer_duty"), run_in_county(counties["jiangle"]):
        employer_for(foreman, view.id, "publish")
    with refused("employer_user_exists"), run_in_county(counties["jiangle"]) as work:
        add_employer_user(
            actor=owner, employer_id=view.id, identity_id=login_of(foreman), duty="owner", now=work.now
        )
    with refused("employer_last_owner"), run_in_county(counties["jiangle"]) as work:
        remove_employer_user(actor=owner, employer_id=view.id, identity_id=login_of(owner), now=work.now)
    with run_in_county(counties["jiangle"]) as work:
        remove_employer_user(actor=owner, employer_id=view.id, identity_id=login_of(foreman), now=work.now)
        assert employers_of(foreman) == []
    with refused("employer_not_found"), run_in_county(counties["jiangle"]):
        employer_for(foreman, view.id, "read")
    with run_in_county(counties["jiangle"]):
        assert employer_for(hall(), view.id, "publish").id == view.id


def test_lists_take_the_same_queries_however_long(counties, django_assert_num_queries):
    with run_in_county(counties["datian"]) as work:
        workers = [a_worker(work)[1] for _ in range(6)]
        employers = [an_employer(work)[1] for _ in range(6)]
        for few in (1, 6):
            with django_assert_num_queries(2):
                assert len(worker_views(view.id for view in workers[:few])) == few
            with django_assert_num_queries(2):
                assert len(employer_views(view.id for view in employers[:few])) == few
            with django_assert_num_queries(2):
                assert len(list_workers(hall(), limit=few)) == few
        after = list_workers(hall(), limit=3)[-1].id
        assert all(view.id > after for view in list_workers(hall(), after=after))
        with django_assert_num_queries(2):
            worker_for(hall(), workers[0].id)


def test_a_hall_finds_a_worker_by_the_card(counties):
    number = id_number()
    with run_in_county(counties["jiangle"]) as work:
        _, view = a_worker(work, id_number=number)
        assert worker_by_id_number(hall(), number.lower()) == view
    with refused("worker_not_found", "id_number"), run_in_county(counties["jiangle"]):
        worker_by_id_number(hall(), id_number())
    with refused("forbidden"), run_in_county(counties["jiangle"]):
        worker_by_id_number(actor_with("worker"), number)


def test_registration_needs_no_scope_but_a_login(counties):
    from kernel.actor import Actor, Channel

    machine = Actor(user_id=None, scopes=frozenset(), roles=frozenset(), channel=Channel.API, client_id="c")
    with refused("forbidden"), run_in_county(counties["jiangle"]) as work:
        register_worker(
            actor=machine,
            name="张三",
            id_number=id_number(),
            phone=phone(),
            consent_version=NOTICE,
            now=work.now,
        )
    newcomer = Actor(user_id=uuid7(), scopes=frozenset(), roles=frozenset(), channel=Channel.APP)
    with run_in_county(counties["jiangle"]) as work:
        a_worker(work, actor=newcomer)
