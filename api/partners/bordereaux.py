"""Lists of premiums and claims: ours to download, an insurer's own statement to hand in."""

from __future__ import annotations

import base64
from typing import Any
from uuid import UUID

from rest_framework import serializers

from api.cursors import Page, PageIn
from api.endpoint import Call
from api.fields import Base64, Choice, Day, In, Raw, Refused
from api.partners.door import Named, Reading, Signed, insurer_of
from api.shapes import Out
from compliance.bordereau import lists
from compliance.bordereau.contracts import IssuedList, ListFormat
from compliance.bordereau.errors import (
    LIST_NOT_FOUND,
    MONTH_INVALID,
    SPAN_INVALID,
    STATEMENT_INVALID,
    StatementFaults,
)
from compliance.bordereau.rules import parse_month
from compliance.bordereau.selectors import build, issued_list, issued_lists, list_content, received_statements
from compliance.bordereau.use_cases.receive_statement import receive_statement
from files.errors import FILE_ACTIVE, FILE_DAMAGED, FILE_NAME, FILE_STORAGE_UNAVAILABLE, FILE_TYPE
from files.rules import sha256_of
from tenants.county import CountyWork

MOST_STATEMENT = 700_000  # bytes before base64
_FORMS = [str(form) for form in ListFormat]


class TotalsOut(Out):
    policies = serializers.IntegerField()
    premium_fen = serializers.IntegerField()
    refund_fen = serializers.IntegerField()
    due_fen = serializers.IntegerField()
    claims = serializers.IntegerField()
    accepted_fen = serializers.IntegerField()
    paid_fen = serializers.IntegerField()


class IssuedListOut(Out):
    id = serializers.UUIDField()
    first = serializers.DateField()
    last = serializers.DateField()
    issued_at = serializers.DateTimeField()
    csv_sha256 = serializers.CharField()
    xlsx_sha256 = serializers.CharField()
    totals = TotalsOut()


def _issued(view: IssuedList) -> dict[str, Any]:
    return {
        "id": view.id,
        "first": view.first,
        "last": view.last,
        "issued_at": view.issued_at,
        "csv_sha256": view.digests[ListFormat.CSV],
        "xlsx_sha256": view.digests[ListFormat.XLSX],
        "totals": view.totals,
    }


class ListBordereaux(Reading):
    """Lists of closed days and months as they were given out to you, newest first."""

    tag = "bordereaux"
    asks = PageIn
    gives = IssuedListOut
    paged = True

    def act(self, work: CountyWork, call: Call) -> Page[Any]:
        limit = call.query["limit"]
        after = UUID(call.position) if call.position else None
        rows = issued_lists(call.who, after=after, limit=limit + 1)
        shown = [_issued(row) for row in rows[:limit]]
        return Page(shown, str(rows[limit - 1].id) if len(rows) > limit else None)


class FormIn(In):
    form = Choice(choices=_FORMS, required=False, default=str(ListFormat.CSV))


class ListFileOut(Out):
    name = serializers.CharField()
    media_type = serializers.CharField()
    sha256 = serializers.CharField()
    content = serializers.CharField(help_text="base64")


def _file(name: str, form: ListFormat, content: bytes) -> dict[str, str]:
    return {
        "name": name,
        "media_type": lists.MEDIA_TYPES[form],
        "sha256": sha256_of(content),
        "content": base64.b64encode(content).decode(),
    }


class DownloadBordereau(Reading):
    """One list as it was given out, as CSV or XLSX."""

    tag = "bordereaux"
    asks = FormIn
    gives = ListFileOut
    refuses = (LIST_NOT_FOUND, FILE_STORAGE_UNAVAILABLE)

    def act(self, work: CountyWork, call: Call) -> Any:
        form = ListFormat(call.query["form"])
        view = issued_list(call.who, call.path["list_id"])
        content = list_content(call.who, view.id, form)
        return _file(lists.file_name(view.insurer, view.first, view.last, form), form, content)


class DaysIn(FormIn):
    first = Day()
    last = Day()


class DrawBordereau(Reading):
    """Your list of any days as it stands now; of days that are not over it may still change."""

    tag = "bordereaux"
    asks = DaysIn
    gives = ListFileOut
    refuses = (SPAN_INVALID,)

    def act(self, work: CountyWork, call: Call) -> Any:
        form, mine = ListFormat(call.query["form"]), insurer_of(call)
        listed = build(mine, call.query["first"], call.query["last"])
        name = lists.file_name(mine, listed.first, listed.last, form)
        return _file(name, form, lists.write(listed, form))


class StatementOut(Out):
    id = serializers.UUIDField()
    month = serializers.DateField(help_text="its first day")
    sha256 = serializers.CharField()
    rows = serializers.IntegerField()
    received_at = serializers.DateTimeField()


class ListStatements(Reading):
    """Your statements as we received them, newest first."""

    tag = "bordereaux"
    asks = PageIn
    gives = StatementOut
    paged = True

    def act(self, work: CountyWork, call: Call) -> Page[Any]:
        limit = call.query["limit"]
        after = UUID(call.position) if call.position else None
        rows = received_statements(call.who, after=after, limit=limit + 1)
        return Page(rows[:limit], str(rows[limit - 1].id) if len(rows) > limit else None)


class HandInStatementIn(In):
    type = Named("bordereau.statement")
    month = Raw(max_length=7, help_text="such as 2026-11")
    name = Raw(max_length=120, help_text="of the file")
    content = Base64(
        most=MOST_STATEMENT,
        help_text="CSV in UTF-8 or XLSX; columns: policy_id, certificate_number, premium_fen, refund_fen",
    )


class HandInStatement(Signed):
    """Hand in your own account of a month. The newest one counts; all faults are named at once, by cell."""

    tag = "bordereaux"
    takes = HandInStatementIn
    gives = StatementOut
    status = 201
    refuses = (MONTH_INVALID, STATEMENT_INVALID, FILE_NAME, FILE_TYPE, FILE_DAMAGED, FILE_ACTIVE)

    def act(self, work: CountyWork, call: Call) -> Any:
        try:
            return receive_statement(
                insurer=insurer_of(call),
                month=parse_month(call.data["month"]),
                name=call.data["name"],
                content=call.data["content"],
                actor=call.who,
                now=work.now,
            )
        except StatementFaults as faults:
            raise Refused([*faults.each()]) from None
