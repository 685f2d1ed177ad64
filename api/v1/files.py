"""Pictures and papers of claims: sent as they are, found out by their content, read by those concerned."""

from __future__ import annotations

from typing import Any, ClassVar

from rest_framework import serializers

from api.endpoint import Act, Answer, Call, Key, Upload
from api.fields import In, Raw
from api.rendering import Binary
from api.shapes import Out
from compliance.claims.use_cases.read_claim import read_claim_file
from files import selectors
from files.contracts import FileKind
from files.deposit import deposit
from files.errors import (
    FILE_ACTIVE,
    FILE_DAMAGED,
    FILE_EMPTY,
    FILE_NAME,
    FILE_NOT_FOUND,
    FILE_PAGES,
    FILE_PIXELS,
    FILE_QUOTA,
    FILE_STORAGE_UNAVAILABLE,
    FILE_TOO_LARGE,
    FILE_TYPE,
)
from files.rules import BOUNDS
from files.use_cases import record_file
from kernel.errors import Refusal
from tenants.county import CountyWork, run_in_county


class FileOut(Out):
    id = serializers.UUIDField()
    kind = serializers.CharField()
    name = serializers.CharField()
    media_type = serializers.CharField(help_text="the true type of what is kept; pictures are kept as JPEG")
    size = serializers.IntegerField(help_text="bytes")
    sha256 = serializers.CharField(help_text="of what is kept, in hex")
    pages = serializers.IntegerField(allow_null=True)
    width = serializers.IntegerField(allow_null=True)
    height = serializers.IntegerField(allow_null=True)
    at = serializers.DateTimeField()


class UploadIn(In):
    name = Raw(max_length=200, help_text="file name, without a path")


class _Upload(Act):
    """Checked and laid down before the county's transaction, recorded in it."""

    tag = "files"
    scope = "claims:report"
    asks = UploadIn
    gives = FileOut
    status = 201
    key = Key.OPTIONAL
    kind: ClassVar[FileKind]
    refuses: ClassVar[tuple[Refusal, ...]] = (
        FILE_EMPTY,
        FILE_TOO_LARGE,
        FILE_TYPE,
        FILE_DAMAGED,
        FILE_PIXELS,
        FILE_NAME,
        FILE_QUOTA,
        FILE_STORAGE_UNAVAILABLE,
    )

    def before(self, call: Call) -> Any:
        with run_in_county(call.county) as work:
            selectors.check_quota(call.who, now=work.now)
        return deposit(
            schema=call.county.schema_name, kind=self.kind, name=call.query["name"], content=call.content
        )

    def act(self, work: CountyWork, call: Call) -> Any:
        return record_file(deposited=call.prepared, actor=call.who, now=work.now)


class UploadClaimPicture(_Upload):
    """Store a picture of an accident; its id is then named in a report or handed in.

    JPEG, PNG or WebP. It is turned upright, kept at a useful size and drawn anew, so that no place, device
    or hidden data of the original is kept.
    """

    kind = FileKind.CLAIM_PICTURE
    uploads = Upload(BOUNDS[kind].types, BOUNDS[kind].max_bytes)


class UploadClaimPaper(_Upload):
    """Store a paper of a claim (a receipt, a certificate): a PDF without scripts, forms that send, embedded
    files or encryption, kept as it is; or a picture of the paper."""

    kind = FileKind.CLAIM_PAPER
    uploads = Upload(BOUNDS[kind].types, BOUNDS[kind].max_bytes)
    refuses = (*_Upload.refuses, FILE_ACTIVE, FILE_PAGES)


class ReadFile(Act):
    """What is on record about a file, for who stored it and who may see a claim that has it."""

    tag = "files"
    gives = FileOut
    refuses = (FILE_NOT_FOUND,)

    def act(self, work: CountyWork, call: Call) -> Any:
        return read_claim_file(file_id=call.path["file_id"], actor=call.who, now=work.now).view


class DownloadFile(Act):
    """The file itself, for who stored it and who may see a claim that has it."""

    tag = "files"
    serves = ("image/jpeg", "application/pdf")
    refuses = (FILE_NOT_FOUND, FILE_DAMAGED, FILE_STORAGE_UNAVAILABLE)

    def perform(self, call: Call) -> Answer:
        """The bytes are fetched when the county's transaction is over: nothing waits for a storage in it."""
        with run_in_county(call.county, keeping=True) as work:
            kept = read_claim_file(file_id=call.path["file_id"], actor=call.who, now=work.now)
        view = kept.view
        return Answer(200, Binary(selectors.fetch(kept), view.media_type, view.name, view.sha256))
