"""Three-way comparison, statements, lists and masking, without a database."""

from __future__ import annotations

import csv
import io
import random
import zipfile
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from compliance.bordereau import lists, rules, statements
from compliance.bordereau.contracts import (
    Bordereau,
    ClaimRow,
    DifferenceKind,
    LedgerSum,
    ListFormat,
    PremiumRow,
    StatementRow,
)
from compliance.bordereau.errors import StatementFaults
from compliance.bordereau.rules import Stray, TradeSums
from files.contracts import FileKind
from files.rules import check
from kernel.errors import DomainError
from kernel.ids import uuid7

MONTH = date(2026, 11, 1)
K = DifferenceKind


def policy(n: int, **changes: Any) -> PremiumRow:
    row = PremiumRow(
        policy_id=uuid7(),
        certificate_number=f"MJ{n:06d}",
        product="minjiang_job",
        layer="top_up",
        payer="employer",
        order_id=uuid7(),
        trade=("sorting", "moving")[n % 2],
        on=MONTH + timedelta(days=n % 30),
        state="ended",
        issued=True,
        premium_fen=300 + n % 700,
        refund_fen=0,
    )
    return replace(row, **changes)


def month(size: int = 300) -> list[PremiumRow]:
    """Mostly worked days, with refunds, no-shows and policies that were never issued among them."""
    rows = [policy(n) for n in range(size)]
    for n in range(0, size, 7):
        rows[n] = replace(rows[n], state="cancelled", refund_fen=rows[n].premium_fen)
    for n in range(3, size, 31):
        rows[n] = replace(rows[n], state="expired", refund_fen=rows[n].premium_fen // 2)
    for n in range(5, size, 23):
        rows[n] = policy(n, state="timed_out", issued=False, premium_fen=0, certificate_number="")
    return rows


def ledger_of(rows: list[PremiumRow]) -> dict[Any, LedgerSum]:
    return {row.policy_id: LedgerSum(row.premium_fen, row.refund_fen) for row in rows if row.issued}


def statement_of(rows: list[PremiumRow]) -> list[StatementRow]:
    issued = [row for row in rows if row.issued]
    return [
        StatementRow(line, row.policy_id, row.certificate_number, row.premium_fen, row.refund_fen, row.on)
        for line, row in enumerate(issued, start=2)
    ]


def compare(rows, ledger, statement, *, strays=(), elsewhere=()):
    return rules.differences(
        rows=rows,
        moved=ledger,
        strays=list(strays),
        statement=statement,
        elsewhere={row.policy_id: row for row in elsewhere},
    )


def test_a_clean_month_has_no_difference():
    rows = month()
    assert compare(rows, ledger_of(rows), statement_of(rows)) == []
    assert compare(rows, ledger_of(rows), None) == []


def test_thirty_seeded_differences_of_many_kinds_are_thirty_and_none_is_false():
    """Each fault is planted on a policy of its own; all are found, by kind and policy, and nothing else."""
    chance = random.Random(20261123)
    rows = month(400)
    ledger, statement = ledger_of(rows), statement_of(rows)
    lines = {line.policy_id: index for index, line in enumerate(statement)}
    plain = [row for row in rows if row.issued and not row.refund_fen]
    refunded = [row for row in rows if row.issued and row.refund_fen]
    never = [row for row in rows if not row.issued]
    for group in (plain, refunded, never):
        chance.shuffle(group)
    other = policy(999, on=MONTH + timedelta(days=40))
    planted, strays, extra = set(), [], []

    def plant(kind, row_id):
        planted.add((kind, row_id))

    for row in (plain.pop(), plain.pop()):
        ledger[row.policy_id] = LedgerSum(0, 0)
        plant(K.PREMIUM_UNPAID, row.policy_id)
    for row in (plain.pop(), plain.pop()):
        ledger[row.policy_id] = LedgerSum(row.premium_fen - 1, 0)
        plant(K.PREMIUM_SHORT, row.policy_id)
    for row in (plain.pop(), plain.pop()):
        ledger[row.policy_id] = LedgerSum(2 * row.premium_fen, 0)
        plant(K.PREMIUM_OVERPAID, row.policy_id)
    for row in (refunded.pop(), refunded.pop()):
        ledger[row.policy_id] = LedgerSum(row.premium_fen, 0)
        plant(K.REFUND_MISSING, row.policy_id)
    row = plain.pop()
    ledger[row.policy_id] = LedgerSum(row.premium_fen, 5)
    plant(K.REFUND_TOO_MUCH, row.policy_id)
    for row in (never.pop(), never.pop()):
        ledger[row.policy_id] = LedgerSum(400, 0)
        plant(K.PAID_NEVER_ISSUED, row.policy_id)
    for settlement in (False, False, True):
        strays.append(Stray(uuid7(), 123, settlement))
        plant(K.SETTLEMENT_STRAY if settlement else K.PAYMENT_STRAY, strays[-1].subject)
    gone = [plain.pop() for _ in range(2)]
    for row in gone:
        plant(K.STATEMENT_MISSES, row.policy_id)
    for n in range(2):
        extra.append(StatementRow(9_000 + n, uuid7(), f"XX{n}", 400, 0, MONTH))
        plant(K.STATEMENT_UNKNOWN, extra[-1].policy_id)
    for row in (plain.pop(), refunded.pop()):
        extra.append(statement[lines[row.policy_id]])
        plant(K.STATEMENT_TWICE, row.policy_id)
    extra.append(
        StatementRow(9_100, other.policy_id, other.certificate_number, other.premium_fen, 0, other.on)
    )
    plant(K.STATEMENT_OTHER_MONTH, other.policy_id)
    row = never.pop()
    extra.append(StatementRow(9_101, row.policy_id, "MJ-LATE", 400, 0, row.on))
    plant(K.STATEMENT_NEVER_ISSUED, row.policy_id)
    changes = (
        (K.STATEMENT_PREMIUM, plain, lambda line: replace(line, premium_fen=line.premium_fen + 100)),
        (K.STATEMENT_REFUND, refunded, lambda line: replace(line, refund_fen=line.refund_fen - 1)),
        (K.STATEMENT_CERTIFICATE, plain, lambda line: replace(line, certificate_number="MJ-OTHER")),
        (K.STATEMENT_DAY, plain, lambda line: replace(line, on=line.on + timedelta(days=1))),
    )
    for kind, group, change in changes:
        for _ in range(2):
            row = group.pop()
            statement[lines[row.policy_id]] = change(statement[lines[row.policy_id]])
            plant(kind, row.policy_id)
    missing = {row.policy_id for row in gone}
    sent = [line for line in statement if line.policy_id not in missing] + extra
    chance.shuffle(sent)

    found = compare(rows, ledger, sent, strays=strays, elsewhere=[other])
    assert len(planted) == 30
    assert len({kind for kind, _ in planted}) >= 8
    assert sorted((one.kind, str(one.policy_id)) for one in found) == sorted(
        (kind, str(row_id)) for kind, row_id in planted
    )
    for one in found:
        assert one.zh
        assert one.en
        assert "{" not in one.zh + one.en


def test_what_an_insurer_bought_too_late_and_cancelled_is_no_difference():
    row = policy(1, issued=False, premium_fen=0, certificate_number="", state="timed_out")
    assert compare([row], {}, [StatementRow(2, row.policy_id, "LATE", 400, 400)]) == []


def test_a_refunded_policy_may_be_left_out_of_a_statement():
    row = policy(1, state="cancelled", refund_fen=301)
    assert row.due_fen == 0
    assert compare([row], ledger_of([row]), []) == []


def test_public_money_of_a_policy_that_still_waits_is_no_difference():
    row = policy(1, state="pending", issued=False, premium_fen=0, certificate_number="")
    moved = {row.policy_id: LedgerSum(300, 0)}
    assert compare([row], moved, None) == []
    assert compare([replace(row, state="refused")], moved, None)[0].kind == K.PAID_NEVER_ISSUED


def test_an_amended_premium_paid_in_parts_agrees_by_its_net():
    row = policy(1, premium_fen=350)
    assert compare([row], {row.policy_id: LedgerSum(300 + 100, 50)}, statement_of([row])) == []
    (one,) = compare([row], {row.policy_id: LedgerSum(400, 0)}, None)
    assert (one.kind, one.ledger_fen) == (K.PREMIUM_OVERPAID, 400)


def test_a_difference_says_both_sides_in_both_languages():
    row = policy(1, premium_fen=400)
    (one,) = compare([row], {row.policy_id: LedgerSum(300, 0)}, None)
    assert (one.ours_fen, one.ledger_fen, one.theirs_fen) == (400, 300, None)
    assert "4.00" in one.zh
    assert "3.00" in one.en
    assert "MJ000001" in one.en


# ------------------------------------------------------------------------------------------------- files


def listed(rows: list[PremiumRow]) -> Bordereau:
    claim = ClaimRow(uuid7(), "C-1", rows[0].policy_id, "MJ1", "sorting", MONTH, "paid", MONTH, 5_000, 5_000)
    return Bordereau(
        "minjiang", MONTH, rules.last_of(MONTH), tuple(rows), (claim,), rules.totals(rows, [claim])
    )


def test_our_own_csv_and_workbook_read_back_as_a_statement():
    rows = [row for row in month(60) if row.issued]
    want = [(row.policy_id, row.certificate_number, row.premium_fen, row.refund_fen, row.on) for row in rows]
    content = lists.write(listed(rows), ListFormat.CSV)
    assert check(FileKind.BORDEREAU, content).media_type == lists.MEDIA_TYPES[ListFormat.CSV]
    premiums = io.StringIO(newline="")
    told = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    assert told.fieldnames is not None
    writer = csv.DictWriter(premiums, told.fieldnames)
    writer.writeheader()
    writer.writerows(line for line in told if line["line"] == "premium")
    read = statements.read_statement(premiums.getvalue().encode())
    assert [(r.policy_id, r.certificate_number, r.premium_fen, r.refund_fen, r.on) for r in read] == want

    book = lists.write(listed(rows), ListFormat.XLSX)
    assert check(FileKind.BORDEREAU, book).media_type == lists.MEDIA_TYPES[ListFormat.XLSX]
    sheets = load_workbook(io.BytesIO(book))
    assert sheets.sheetnames == ["保费", "赔案", "合计"]
    assert sheets["保费"].max_row == len(rows) + 1
    told_totals = {row[0].value: row[1].value for row in sheets["合计"].iter_rows()}
    assert told_totals["应结合计（分）"] == sum(row.due_fen for row in rows)
    assert told_totals["保险公司"] == "minjiang"


def test_a_certificate_number_never_becomes_a_formula():
    rows = [policy(1, certificate_number="=HYPERLINK(1)"), policy(2, certificate_number="-1+1")]
    text = lists.write(listed(rows), ListFormat.CSV).decode("utf-8-sig")
    assert ",'=HYPERLINK(1)," in text
    assert ",'-1+1," in text
    book = load_workbook(io.BytesIO(lists.write(listed(rows), ListFormat.XLSX)))
    cell = book["保费"]["B2"]
    assert (cell.value, cell.data_type) == ("=HYPERLINK(1)", "s")
    header = "policy_id,certificate_number,premium_fen,refund_fen\n"
    (read,) = statements.read_statement(f"{header}{uuid7()},'-1+1,3,0\n".encode())
    assert read.certificate_number == "-1+1"


def workbook(*rows: list[Any]) -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


HEADER = ["Policy_ID ", "certificate_number", "premium_fen", "refund_fen", "on", "remark"]


def test_a_workbook_is_read_with_days_and_numbers_as_workbooks_keep_them():
    policy_id = uuid7()
    content = workbook(HEADER, [str(policy_id), "MJ1", 400.0, 0, date(2026, 11, 3), "ok"], [None] * 6)
    assert statements.read_statement(content) == [
        StatementRow(2, policy_id, "MJ1", 400, 0, date(2026, 11, 3))
    ]


def test_every_fault_of_a_statement_is_named_by_its_cell():
    good = str(uuid7())
    content = workbook(
        HEADER,
        [good, "MJ1", 400, 0, "2026-11-03", ""],
        ["nonsense", "MJ2", 4.5, -1, "2026-11-31", ""],
        [good, "x" * 65, "=1+1", True, None, ""],
    )
    with pytest.raises(StatementFaults) as caught:
        statements.read_statement(content)
    assert [one.place for one in caught.value.faults] == ["A3", "C3", "D3", "E3", "C4", "D4", "B4", "E4"]
    assert caught.value.code == "statement_invalid"
    assert caught.value.params["count"] == 8
    assert [one.field for one in caught.value.each()][:2] == ["A3", "C3"]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"policy_id,premium_fen\n",
        b"policy_id,certificate_number,premium_fen,premium_fen\n",
        b"\xff\xfe\x00p",
        b'policy_id,certificate_number,premium_fen,refund_fen\n"open',
        b"PK\x03\x04 no archive at all",
    ],
)
def test_what_is_no_statement_is_refused_and_never_a_crash(content):
    with pytest.raises(DomainError) as caught:
        statements.read_statement(content)
    assert caught.value.code == "statement_invalid"


def test_a_workbook_that_declares_entities_is_not_parsed():
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook(HEADER))) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "xl/worksheets/sheet1.xml":
                content = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "a">]>' + content
            target.writestr(name, content)
    with pytest.raises(StatementFaults) as caught:
        statements.read_statement(out.getvalue())
    assert "entities" in caught.value.faults[0].en


def test_no_more_rows_are_read_than_there_may_be(monkeypatch):
    monkeypatch.setattr(statements, "MAX_ROWS", 3)
    line = f"{uuid7()},MJ,1,0\n"
    head = "policy_id,certificate_number,premium_fen,refund_fen\n"
    assert len(statements.read_statement((head + line * 3).encode())) == 3
    with pytest.raises(StatementFaults):
        statements.read_statement((head + line * 4).encode())


# ------------------------------------------------------------------------------------------------ months


def test_months():
    assert rules.last_of(date(2028, 2, 1)) == date(2028, 2, 29)
    assert rules.last_of(date(2026, 12, 1)) == date(2026, 12, 31)
    assert rules.parse_month("2026-11") == MONTH
    for text in ("2026-13", "2026-1", "26-11", "", None, "2026-11-01"):
        with pytest.raises(DomainError, match="month_invalid"):
            rules.parse_month(text)


# ------------------------------------------------------------------------------------------------ masking


def sums(*cells: tuple[int, int]) -> list[TradeSums]:
    return [TradeSums(f"t{n}", p, people, p * 400, p * 100) for n, (p, people) in enumerate(cells)]


def test_small_cells_are_hidden_and_a_second_one_with_them():
    cells, total = rules.loss_cells(sums((100, 80), (4, 4), (30, 20)), 95)
    assert [cell.masked for cell in cells] == [False, True, True]
    assert (total.policies, total.permille) == (134, 250)
    assert cells[1].premium_fen is None
    assert cells[1].policies is None


def test_many_policies_of_few_people_are_small_too():
    cells, _ = rules.loss_cells(sums((100, 4), (90, 60), (50, 40)), 90)
    assert [cell.masked for cell in cells] == [True, False, True]


def test_a_lone_small_trade_hides_the_total():
    cells, total = rules.loss_cells(sums((4, 3)), 3)
    assert cells[0].masked
    assert total.masked
    assert rules.loss_cells([], 0)[1].policies == 0


@given(st.lists(st.tuples(st.integers(1, 40), st.integers(1, 40)), max_size=8))
def test_nobody_finds_a_small_cell_by_subtraction(pairs):
    made = sums(*[(policies, min(policies, people)) for policies, people in pairs])
    cells, total = rules.loss_cells(made, max((one.people for one in made), default=0))
    hidden = [one for one, cell in zip(made, cells, strict=True) if cell.masked]
    for one, cell in zip(made, cells, strict=True):
        if one.policies < 5 or one.people < 5:
            assert cell.masked
    if hidden and not total.masked:
        assert len(hidden) >= 2
        assert sum(one.policies for one in hidden) >= 5
        assert max(one.people for one in hidden) >= 5
