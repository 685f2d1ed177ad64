"""`linggong report export`: a file on disk, or the reason why not."""

from __future__ import annotations

import hashlib
from pathlib import Path

from linggong.commands.report import export
from reporting.exports.models import ExportJob

USUAL = {
    "kind": "csv",
    "month": "2085-03",
    "last": "",
    "metrics": ["orders_settled"],
    "counties": [],
    "group_by": [],
    "compare": "",
    "as_signed": False,
    "lang": "zh",
}


def test_a_file_is_made_and_written(month, tmp_path: Path):
    assert export(**USUAL, out=tmp_path) == 0  # type: ignore[arg-type]  # plain words
    [made] = tmp_path.iterdir()
    assert made.name == "linggong-csv-2085-03.csv"
    job = ExportJob.objects.order_by("-id").first()
    assert job is not None
    assert (job.requested_by, job.sha256) == ("system", hashlib.sha256(made.read_bytes()).hexdigest())


def test_what_cannot_be_made_is_said_and_leaves_no_file(month, tmp_path: Path, capsys, settings):
    for wrong in ({"month": "2085-3"}, {"metrics": ["nothing"]}, {"kind": "poem"}, {"compare": "dreams"}):
        assert export(**{**USUAL, **wrong}, out=tmp_path) == 1  # type: ignore[arg-type]  # plain words
    settings.LINGGONG_CJK_FONT = "/nowhere/Font.ttc"
    assert export(**{**USUAL, "kind": "bulletin"}, out=tmp_path) == 1  # type: ignore[arg-type]  # plain words
    said = capsys.readouterr().err
    assert "month_malformed" in said
    assert "export_font_missing" in said
    assert not list(tmp_path.iterdir())
