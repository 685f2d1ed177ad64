"""An export's way through the queue: claimed once, watched, cancelled, killed, failed, kept and deleted."""

from __future__ import annotations

import hashlib
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import ProgrammingError, connections, transaction

from files.storage import storage
from kernel.actor import Actor
from kernel.clock import real_now
from kernel.errors import DomainError
from reporting.exports import runner, selectors, store, tasks
from reporting.exports.contracts import ExportKind, Product
from reporting.exports.models import ExportChange, ExportJob, ExportSchedule
from reporting.exports.progress import pulse
from reporting.exports.states import ExportState
from reporting.exports.use_cases import request_export as requesting
from reporting.exports.use_cases.cancel_export import cancel_export, delete_export
from reporting.exports.use_cases.fetch_export import fetch_export
from reporting.exports.use_cases.request_export import request_export
from reporting.exports.use_cases.schedule_export import schedule_export, stop_schedule
from tests.exports.conftest import order

NOW = datetime(2085, 4, 2, 1, tzinfo=UTC)


def ask(writer: Actor, kind: ExportKind = ExportKind.CSV, **changes: object):
    return request_export(order=order(kind, metrics=("orders_settled",), **changes), actor=writer, now=NOW)


def refused(code: str):
    return pytest.raises(DomainError, match=code)


def test_an_export_is_made_kept_and_fetched(month, writer):
    asked = ask(writer)
    assert (asked.state, asked.done, asked.requested_by) == (ExportState.QUEUED, 0, writer.key)
    with refused("export_not_ready"):
        selectors.file_of(asked.id)
    assert runner.run_next(asked.id)
    found, content = fetch_export(export_id=asked.id, actor=writer, now=NOW)
    assert (found.state, found.size) == (ExportState.DONE, len(content))
    assert found.sha256 == hashlib.sha256(content).hexdigest()
    assert found.done == found.total > 0
    assert not runner.run_next(asked.id), "it is made once"
    acts = ExportChange.objects.filter(subject=asked.id).order_by("id").values_list("act", flat=True)
    assert list(acts) == ["requested", "fetched"]


def test_of_many_workers_one_makes_it(month, writer, monkeypatch):
    asked = ask(writer)
    runs = []

    def produce(*_args: object, **_kwargs: object) -> Product:
        runs.append(1)
        return Product("a.csv", "text/csv", b"a")

    monkeypatch.setattr(runner, "produce", produce)

    def work(_number: int) -> bool:
        try:
            return runner.run_next(asked.id)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(work, range(6))) == 1
    assert len(runs) == 1


def test_what_a_killed_worker_held_is_made_by_the_next_once_its_lease_is_over(month, writer):
    asked = ask(writer)
    held = store.claim(asked.id)
    assert held is not None
    assert not runner.run_next(asked.id), "somebody is at it"
    ExportJob.objects.filter(pk=asked.id).update(lease_until=real_now() - timedelta(seconds=1))
    assert runner.run_next(asked.id)
    assert selectors.export(asked.id).state is ExportState.DONE
    with pytest.raises(store.Lost):
        store.finish(held, Product("late", "text/csv", b"x"), "0" * 64, now=NOW)
    assert selectors.export(asked.id).file_name != "late"


def test_a_job_that_keeps_killing_its_worker_is_given_up(month, writer):
    asked = ask(writer)
    for _ in range(store.ATTEMPTS):
        assert store.claim(asked.id) is not None
        ExportJob.objects.filter(pk=asked.id).update(lease_until=real_now() - timedelta(seconds=1))
    assert runner.run_next(asked.id)
    found = selectors.export(asked.id)
    assert (found.state, found.fault) == (ExportState.FAILED, "export_failed")


def test_a_fault_of_ours_is_tried_again_and_then_told_without_its_cause(month, writer, monkeypatch):
    asked = ask(writer)

    def produce(*_args: object, **_kwargs: object) -> Product:
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr(runner, "produce", produce)
    for _ in range(store.ATTEMPTS):
        assert selectors.export(asked.id).state in (ExportState.QUEUED, ExportState.RUNNING)
        assert runner.run_next(asked.id)
    found = selectors.export(asked.id)
    assert (found.state, found.fault) == (ExportState.FAILED, "export_failed")
    assert "secret" not in found.fault_en + found.fault_zh


def test_a_refusal_ends_the_job_with_its_own_words(month, writer, settings):
    settings.LINGGONG_CJK_FONT = "/nowhere/Font.ttc"
    asked = ask(writer, ExportKind.BULLETIN)
    assert runner.run_next(asked.id)
    found = selectors.export(asked.id)
    assert (found.state, found.fault) == (ExportState.FAILED, "export_font_missing")
    assert "/nowhere/Font.ttc" in found.fault_zh


def test_a_cancelled_job_is_dropped_by_the_worker_that_runs_it(month, writer, monkeypatch):
    asked = ask(writer)
    cancelled, told_lost = threading.Event(), []

    def produce(_order: object, progress, *, now: datetime) -> Product:
        cancel_export(export_id=asked.id, actor=writer, now=NOW)
        cancelled.set()
        assert progress.lost.wait(30), "the pulse finds out"
        try:
            progress.at(1, 2)
        except store.Lost:
            told_lost.append(1)
            raise
        return Product("a.csv", "text/csv", b"a")

    monkeypatch.setattr(runner, "produce", produce)
    assert runner.run_next(asked.id)
    assert cancelled.is_set()
    assert told_lost == [1]
    assert selectors.export(asked.id).state is ExportState.CANCELLED
    assert cancel_export(export_id=asked.id, actor=writer, now=NOW).state is ExportState.CANCELLED


def test_progress_is_written_while_the_work_goes_on(month, writer):
    asked = ask(writer)
    job = store.claim(asked.id)
    assert job is not None
    seen = threading.Event()
    with pulse(job, every=0.01) as told:
        told.at(3, 10)
        found = selectors.export(asked.id)
        for _ in range(3_000):
            if (found := selectors.export(asked.id)).done == 3:
                seen.set()
                break
            told.lost.wait(0.01)
    assert seen.is_set()
    assert found.total == 10


def test_a_deleted_export_has_no_file_any_more(month, writer):
    asked = ask(writer)
    runner.run_next(asked.id)
    key = ExportJob.objects.get(pk=asked.id).file_key
    assert key.startswith("city/export/")
    assert storage().get(key, max_bytes=10**6) is not None
    assert delete_export(export_id=asked.id, actor=writer, now=NOW).state is ExportState.DELETED
    assert delete_export(export_id=asked.id, actor=writer, now=NOW).state is ExportState.DELETED
    assert storage().get(key, max_bytes=10**6) is None
    with refused("export_gone"):
        selectors.file_of(asked.id)
    with refused("stale_state"):
        cancel_export(export_id=asked.id, actor=writer, now=NOW)


def test_files_whose_days_are_over_go_and_others_stay(month, writer):
    old, young = ask(writer), ask(writer)
    for asked in (old, young):
        runner.run_next(asked.id)
    ExportJob.objects.filter(pk=old.id).update(delete_after=real_now() - timedelta(seconds=1))
    assert tasks.sweep_exports() >= 1
    assert selectors.export(old.id).state is ExportState.DELETED
    assert selectors.file_of(young.id)[1]


def test_bytes_that_nobody_has_on_record_are_swept_after_a_day(month, writer, monkeypatch):
    asked = ask(writer)
    key = store.file_key(asked.id)
    store.keep_file(key, b"half", media_type="text/csv")
    tasks.sweep_exports()
    assert store.read_file(key) == b"half"
    monkeypatch.setattr(store, "ORPHAN_AFTER", timedelta(0))
    tasks.sweep_exports()
    assert store.read_file(key) is None
    cancel_export(export_id=asked.id, actor=writer, now=NOW)


def test_rights_and_the_limit_of_waiting_exports(month, writer, monkeypatch):
    reader = Actor(
        user_id=writer.user_id, scopes=frozenset({"city:read"}), roles=frozenset(), channel=writer.channel
    )
    stranger = Actor(user_id=writer.user_id, scopes=frozenset(), roles=frozenset(), channel=writer.channel)
    asked = ask(writer)
    for verb in (cancel_export, delete_export):
        with refused("forbidden"):
            verb(export_id=asked.id, actor=reader, now=NOW)
    with refused("forbidden"):
        ask(reader)
    runner.run_next(asked.id)
    assert fetch_export(export_id=asked.id, actor=reader, now=NOW)
    with refused("forbidden"):
        fetch_export(export_id=asked.id, actor=stranger, now=NOW)
    monkeypatch.setattr(requesting, "MAX_OPEN", 1)
    waiting = ask(writer)
    with refused("export_quota"):
        ask(writer)
    cancel_export(export_id=waiting.id, actor=writer, now=NOW)
    assert ask(writer).state is ExportState.QUEUED


def test_a_schedule_makes_each_month_once(month, writer, market):
    market(datetime(2085, 3, 20, 4, tzinfo=UTC))
    made = schedule_export(
        name="月度表",
        order=order(ExportKind.CSV, metrics=("orders_settled",)),
        day=3,
        time="08:30",
        actor=writer,
        now=datetime(2085, 3, 20, 4, tzinfo=UTC),
    )
    assert made.next_at == datetime(2085, 4, 3, 0, 30, tzinfo=UTC)
    tasks.queue_due()
    jobs = ExportJob.objects.filter(schedule_id=made.id)
    assert not jobs.exists()
    market(datetime(2085, 4, 3, 0, 30, 1, tzinfo=UTC))

    def due(_number: int) -> int:
        try:
            return tasks.queue_due()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(due, range(4)))
    assert jobs.count() == 1
    assert jobs.get().parameters["first"] == "2085-03-01"
    market(datetime(2085, 8, 1, tzinfo=UTC))
    tasks.queue_due()
    assert [job.parameters["first"] for job in jobs.order_by("id")] == ["2085-03-01", "2085-06-01"]
    assert ExportSchedule.objects.get(pk=made.id).next_at == datetime(2085, 8, 3, 0, 30, tzinfo=UTC)
    assert stop_schedule(schedule_id=made.id, actor=writer, now=NOW).active is False
    market(datetime(2085, 9, 10, tzinfo=UTC))
    tasks.queue_due()
    assert jobs.count() == 2
    for job in jobs:
        cancel_export(export_id=job.pk, actor=writer, now=NOW)


@pytest.mark.parametrize(("day", "time"), [(0, "08:30"), (29, "08:30"), (1, "8:30"), (1, "24:00"), (1, "")])
def test_a_schedule_has_a_day_and_a_time(month, writer, day, time):
    with refused("export_schedule_time"):
        schedule_export(name="x", order=order(ExportKind.CSV), day=day, time=time, actor=writer, now=NOW)


def test_changes_are_append_only_and_orders_stay_as_they_were_given(month, writer):
    ask(writer)
    for sql in (
        "UPDATE exports_exportchange SET actor = ''",
        "DELETE FROM exports_exportchange",
        "UPDATE exports_exportjob SET parameters = '{}'",
        "DELETE FROM exports_exportjob",
        "UPDATE exports_exporttemplate SET cells = '[]'",
    ):
        with (
            pytest.raises(ProgrammingError, match="permission denied"),
            transaction.atomic(using="city"),
            connections["city"].cursor() as cursor,
        ):
            cursor.execute(sql)
