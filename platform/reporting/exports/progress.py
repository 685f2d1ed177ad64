"""How far a job is, told to the database by a thread of its own: the job's transaction reads one moment of
the figures and could not write, and drawing keeps a worker busy for seconds."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

from django.db import connections

from reporting.exports import store
from reporting.exports.models import ExportJob

BEAT_SECONDS = 0.5


class Progress(Protocol):
    def at(self, done: int, total: int) -> None:
        """`done` of `total` steps; raises `store.Lost` when the job is no longer ours."""


class Silent:
    """For work that nobody watches."""

    def at(self, done: int, total: int) -> None: ...


class Told:
    """Numbers that the pulse writes down; also where the work learns that it has lost the job."""

    def __init__(self) -> None:
        self.done, self.total = 0, 0
        self.lost = threading.Event()

    def at(self, done: int, total: int) -> None:
        self.done, self.total = done, max(total, done)
        if self.lost.is_set():
            raise store.Lost


@contextmanager
def pulse(job: ExportJob, *, every: float = BEAT_SECONDS) -> Iterator[Told]:
    """Renews the job's lease and writes its progress down until the block ends."""
    told, stop = Told(), threading.Event()
    thread = threading.Thread(target=_beat, args=(job, told, stop, every), name="export-pulse", daemon=True)
    thread.start()
    try:
        yield told
    finally:
        stop.set()
        thread.join()


def _beat(job: ExportJob, told: Told, stop: threading.Event, every: float) -> None:
    renew: Callable[..., None] = store.renew
    try:
        while not stop.wait(every):
            renew(job, done=told.done, total=told.total)
    except store.Lost:
        told.lost.set()
    finally:
        connections.close_all()
