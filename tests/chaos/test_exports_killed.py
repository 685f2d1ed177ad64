"""A worker that makes an export is killed outright; the next one makes it, and there is one file."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta

from kernel.clock import real_now
from reporting.exports import runner, selectors, store
from reporting.exports.contracts import ExportKind
from reporting.exports.models import ExportJob
from reporting.exports.states import ExportState
from reporting.exports.use_cases.request_export import request_export
from tests.exports.conftest import WRITER, order

ROUNDS = 3

# Says so once it holds the job and the figures are read, and then waits to be killed.
WORKER = """
import sys
import django
django.setup()
from reporting.exports import runner
from uuid import UUID
real = runner.produce
def produce(*args, **kwargs):
    product = real(*args, **kwargs)
    print("reading done", flush=True)
    sys.stdin.read()
    return product
runner.produce = produce
runner.run_next(UUID(sys.argv[1]))
"""


def test_a_killed_worker_leaves_its_export_to_the_next(counties, checkout):
    asked = request_export(
        order=order(ExportKind.XLSX, metrics=("orders_settled",)), actor=WRITER, now=real_now()
    )
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "linggong.settings.test"}
    for _ in range(ROUNDS - 1):
        worker = subprocess.Popen(
            [sys.executable, "-c", WORKER, str(asked.id)],
            cwd=checkout,
            env=env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert worker.stdout is not None
        assert worker.stdout.readline() == "reading done\n"
        worker.kill()
        worker.communicate()
        assert selectors.export(asked.id).state is ExportState.RUNNING
        assert not runner.run_next(asked.id), "its lease still runs"
        ExportJob.objects.filter(pk=asked.id).update(lease_until=real_now() - timedelta(seconds=1))
    assert runner.run_next(asked.id)
    found, content = selectors.file_of(asked.id)
    assert found.size == len(content)
    assert ExportJob.objects.get(pk=asked.id).attempts == ROUNDS <= store.ATTEMPTS
