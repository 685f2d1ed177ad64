"""Rates, money for cover, claims and deliveries of a county through GraphQL: what the city reads, with
which rights, in how many queries, and that nobody is named."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date, timedelta
from uuid import UUID

import pytest

from compliance.bordereau.models import Settlement
from compliance.claims import vault as claims_vault
from compliance.claims.models import Claim
from compliance.claims.selectors_city import claims_for_city
from compliance.fund import selectors as fund
from compliance.fund import use_cases as fund_use_cases
from compliance.fund.contracts import Target
from compliance.insurance.models import Connection, Policy
from compliance.insurance.selectors_city import connections_for_city, policies_for_city
from compliance.rates.contracts import Layer, Starts
from compliance.rates.selectors_city import products_for_city, tables_for_city
from compliance.rates.use_cases import add_product, draft_table, rank_products
from kernel.actor import Actor, Channel
from kernel.clock import business_day, day_bounds, real_now
from kernel.errors import DomainError
from kernel.ids import uuid7
from kernel.models import AuditRow
from tenants.county import run_in_county
from tests.compliance.rates.made import content, officer, published
from tests.doors.graphql_helpers import ask, city_token, codes, post, queries
from tests.orders import play
from webhooks import vault as webhooks_vault
from webhooks.models import Attempt, Delivery, Endpoint, PartnerEvent
from webhooks.selectors_city import deliveries_for_city

pytestmark = [pytest.mark.usefixtures("counties"), pytest.mark.urls("tests.doors.graphql_urls")]

COUNTY = "sanyuan"
SECRETS = (
    "张三",
    "赖小明",
    "13800138000",
    "350404199001011234",
    "CERT-0001",
    "REF-PAID-1",
    "https://",
    "whsec_",
)
NAMING = ("worker", "employerid", "certificate", "slip", "phone", "name")


def county(below: str, **variables):
    declared = '($purpose: String = "年度检查")' if "$purpose" in below else ""
    return ask(f'query{declared} {{ county(slug: "{COUNTY}") {{ {below} }} }}', variables)["county"]


def refused(below: str, *, role: str = "city_admin") -> list[str]:
    status, answer = post(
        {"query": f'{{ county(slug: "{COUNTY}") {{ slug {below} }} }}'}, token=city_token(role)
    )
    assert status == 200
    assert answer["data"]["county"].pop("slug") == COUNTY
    assert not any(answer["data"]["county"].values())
    return codes(answer)


def nodes(connection) -> list[dict]:
    return [edge["node"] for edge in connection["edges"]]


def paged(of) -> list[str]:
    """The ids of all pages of two."""
    page = of(first=2)
    seen = [row["id"] for row in nodes(page)]
    while page["pageInfo"]["hasNextPage"]:
        page = of(first=2, after=page["pageInfo"]["endCursor"])
        seen += [row["id"] for row in nodes(page)]
    return seen


# -- rates -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def product(counties) -> str:
    """A product of this module's own, first in its layer."""
    code = f"g_{uuid7().hex[-10:]}"
    with run_in_county(counties[COUNTY]) as work:
        add_product(
            code=code,
            insurer="minjiang",
            layer=Layer.BASIC,
            name="样例",
            name_en="Sample",
            starts=Starts.NEXT_MIDNIGHT,
            actor=officer(),
            now=work.now,
        )
    return code


@pytest.fixture(scope="module")
def tables(counties, product) -> list[UUID]:
    """Two published versions, one draft; oldest first."""
    with run_in_county(counties[COUNTY]) as work:
        today = business_day(work.now)
        made = [published(work, product, today)]
        made.append(published(work, product, today + timedelta(days=40), max_premium_fen=900))
        draft = draft_table(
            product=product,
            effective_from=today + timedelta(days=80),
            content=content(min_premium_fen=250),
            source="draft",
            actor=officer(),
            now=work.now,
        )
        rank_products(layer=Layer.BASIC, codes=[product], effective_from=today, actor=officer(), now=work.now)
    return [*made, draft]


CONTENT = """
levels { code name deathDisabilityCoverFen medicalCoverFen factorPermille }
classes { riskClass premiumFen deathDisabilityPermille medicalPermille }
occupations { trade riskClass reason }
ageBands { fromAge toAge factorPermille refused reason }
days { fromDay factorPermille } heads { fromHeads factorPermille }
countyFactorPermille minPremiumFen maxPremiumFen
"""


def test_products_with_their_place_in_the_ranking(product, tables):
    listed = county("products { code insurer layer name nameEn starts active rank }")["products"]
    assert [row["code"] for row in listed] == sorted(row["code"] for row in listed)
    assert {
        "code": product,
        "insurer": "minjiang",
        "layer": "BASIC",
        "name": "样例",
        "nameEn": "Sample",
        "starts": "NEXT_MIDNIGHT",
        "active": True,
        "rank": 1,
    } in listed


def test_a_table_says_all_that_a_price_depends_on(tables):
    below = f"version state digest intact content {{ {CONTENT} }}"
    table = county(f'rateTable(id: "{tables[0]}") {{ {below} }}')["rateTable"]
    assert (table["version"], table["intact"], len(table["digest"])) == (1, True, 64)
    made = content()
    shown = table["content"]
    assert [(row["trade"], row["riskClass"], row["reason"]) for row in shown["occupations"]] == [
        (trade, row.risk_class, row.reason) for trade, row in sorted(made.occupations.items())
    ]
    for mine, theirs in (
        (made.levels, shown["levels"]),
        (made.classes, shown["classes"]),
        (made.age_bands, shown["ageBands"]),
        (made.days, shown["days"]),
        (made.heads, shown["heads"]),
    ):
        assert [list(asdict(row).values()) for row in mine] == [list(row.values()) for row in theirs]
    assert (shown["countyFactorPermille"], shown["minPremiumFen"], shown["maxPremiumFen"]) == (
        1000,
        200,
        1000,
    )


def test_two_versions_side_by_side(tables):
    one, two, draft = tables
    found = county(
        f'rateTable(id: "{two}") {{ version a: diff(against: "{one}") {{ path label labelEn before after }} '
        f'b: diff(against: "{draft}") {{ path before after }} none: diff(against: "{two}") {{ path }} }}'
    )["rateTable"]
    assert found["version"] == 2
    [change] = found["a"]
    assert (change["path"], change["before"], change["after"]) == ("max_premium_fen", "1000", "900")
    assert change["label"]
    assert change["labelEn"]
    assert {(row["path"], row["before"], row["after"]) for row in found["b"]} == {
        ("max_premium_fen", "1000", "900"),
        ("min_premium_fen", "250", "200"),
    }
    assert found["none"] == []


def test_a_difference_from_nothing_leaves_the_table(tables):
    table = f'rateTable(id: "{tables[0]}") {{ version diff(against: "OTHER") {{ path }} }}'
    query = f'{{ county(slug: "{COUNTY}") {{ {table} }} }}'
    for other in (uuid7(), "x", ""):
        status, answer = post({"query": query.replace("OTHER", str(other))}, token=city_token())
        assert (status, codes(answer)) == (200, ["not_found"])
        assert answer["errors"][0]["path"] == ["county", "rateTable", "diff"]
        assert answer["data"]["county"]["rateTable"] == {"version": 1, "diff": None}


def test_a_field_written_twice_is_read_once(tables):
    """The executor merges the two selections; the look ahead sees both."""
    one, two, _ = tables
    found = county(
        f'rateTable(id: "{two}") {{ version }} rateTable(id: "{two}") {{ diff(against: "{one}") {{ path }} }}'
    )["rateTable"]
    assert found == {"version": 2, "diff": [{"path": "max_premium_fen"}]}


@pytest.mark.parametrize("bad", ["", "x", str(UUID(int=0)), "'; DROP TABLE rates_ratetable; --"])
def test_a_table_that_is_not_there(bad):
    assert refused(f"rateTable(id: {json.dumps(bad)}) {{ version }}") == ["not_found"]


def test_versions_newest_first_filtered_and_in_pages(product, tables):
    below = "edges { node { id state } } pageInfo { hasNextPage endCursor }"
    of = f'rateTables(product: "{product}", first: 2%s) {{ {below} }}'
    page = county(of % "")["rateTables"]
    following = county(of % f', after: "{page["pageInfo"]["endCursor"]}"')["rateTables"]
    assert [row["id"] for row in nodes(page) + nodes(following)] == [str(table) for table in reversed(tables)]
    assert (page["pageInfo"]["hasNextPage"], following["pageInfo"]["hasNextPage"]) == (True, False)
    drafts = f'rateTables(product: "{product}", state: DRAFT) {{ edges {{ node {{ id }} }} }}'
    assert [row["id"] for row in nodes(county(drafts)["rateTables"])] == [str(tables[2])]
    other = f'rateTables(product: "{product}", insurer: "jinxi") {{ edges {{ node {{ id }} }} }}'
    assert nodes(county(other)["rateTables"]) == []
    assert refused('rateTables(insurer: "nobody-we-know") { edges { cursor } }') == ["insurer_unknown"]
    assert refused("rateTables(first: 51) { edges { cursor } }") == ["invalid_value"]


def test_the_analyst_reads_rates_and_money_but_no_cases(tables):
    below = "products { code } rateTables { edges { node { version } } } connections { state }"
    data = ask(f'{{ county(slug: "{COUNTY}") {{ {below} }} }}', role="city_analyst")
    assert data["county"]["rateTables"]["edges"]
    for name in ("policies", "claims", "deliveries"):
        asked = f'{name}(purpose: "审计") {{ edges {{ cursor }} }}'
        assert refused(asked, role="city_analyst") == ["forbidden"]


# -- money -----------------------------------------------------------------------------------------


def test_the_fund_and_its_programs(counties):
    treasurer = Actor(uuid7(), frozenset({"fund:write"}), frozenset({"treasurer"}), Channel.API)
    with run_in_county(counties[COUNTY]) as work:
        before = fund.fund().balance_fen
        fund_use_cases.deposit(
            target=Target.FUND, amount_fen=70_000, reference=uuid7().hex, actor=treasurer, now=work.now
        )
        program = fund_use_cases.start_program(
            name="2039 年试点",
            from_day=date(2039, 1, 1),
            to_day=date(2039, 12, 31),
            budget_fen=60_000,
            slice_fen=10_000,
            actor=treasurer,
            now=work.now,
        )
        fund_use_cases.close_program(program_id=program.id, reason="over", actor=treasurer, now=work.now)
    found = county(
        "fund { balanceFen slicedFen programs { id name fromDay toDay state budgetFen spentFen remainingFen "
        "sliceFen startedAt closedAt } reserve { document declaredAt balanceFen } }"
    )["fund"]
    assert found["balanceFen"] == before + 70_000
    [mine] = [row for row in found["programs"] if row["id"] == str(program.id)]
    assert (mine["name"], mine["state"], mine["fromDay"]) == ("2039 年试点", "CLOSED", "2039-01-01")
    assert (mine["budgetFen"], mine["spentFen"], mine["remainingFen"]) == (60_000, 0, 60_000)
    assert mine["closedAt"] >= mine["startedAt"]


# -- policies --------------------------------------------------------------------------------------

POLICIES = """
query Policies($purpose: String!, $first: Int! = 20, $after: String, $state: PolicyState, $layer: CoverLayer,
               $insurer: String, $trade: String, $from: Date, $to: Date) {
  county(slug: "sanyuan") {
    policies(purpose: $purpose, first: $first, after: $after, state: $state, layer: $layer, insurer: $insurer,
             trade: $trade, fromDay: $from, toDay: $to) {
      edges { cursor node {
        id orderId insurer product layer payer trade day days level riskClass rateTableId rateTableVersion
        premiumFen employerPremiumFen refundFen deathDisabilityCoverFen medicalCoverFen state refusalReason
        replaces amending requestedAt issuedAt coversFrom coversUntil startedAt endedAt
      } }
      pageInfo { hasNextPage endCursor }
    }
  }
}
"""


@pytest.fixture(scope="module")
def policies(counties) -> list[UUID]:
    """Six policies, one a day: minjiang's issued top-ups, and jinxi's basic ones that replace them and
    wait; the last is cancelled."""
    with run_in_county(counties[COUNTY]):
        made: list[UUID] = []
        for n in range(6):
            made.append(_policy(n, replaces=made[-1] if n % 2 else None))
    return made


def _policy(n: int, *, replaces: UUID | None) -> UUID:
    at = day_bounds(DAY + timedelta(days=n))[0]
    top_up = replaces is None
    row = Policy.objects.create(
        assignment_id=uuid7(),
        order_id=uuid7(),
        worker_id=uuid7(),
        trade="sorting" if n < 4 else "moving",
        on=DAY + timedelta(days=n),
        days=1,
        insurer="minjiang" if top_up else "jinxi",
        product="minjiang_job" if top_up else "jinxi_basic",
        layer="top_up" if top_up else "basic",
        payer="employer" if top_up else "fund",
        starts="at_once",
        table_version_id=uuid7(),
        table_version=1,
        level="standard",
        heads=1,
        risk_class=2,
        premium_fen=500,
        employer_premium_fen=500 if top_up else 0,
        death_disability_cover_fen=60_000_000,
        medical_cover_fen=1_000_000,
        state="cancelled" if n == 5 else "issued" if top_up else "pending",
        certificate_number=f"CERT-0001-{uuid7().hex}" if top_up else "",
        refund_fen=500 if n == 5 else 0,
        slip=uuid7().hex[-12:].upper(),
        replaces=replaces,
        requested_at=at,
        issued_at=at if top_up else None,
        covers_from=at if top_up else None,
        covers_until=at + timedelta(days=1),
        trouble="赖小明",
    )
    return row.id


def policies_of(**variables):
    found = {"purpose": "保单抽查", "from": str(DAY), "to": str(DAY + timedelta(days=9)), **variables}
    return ask(POLICIES, found)["county"]["policies"]


def test_policies_newest_first_in_pages(policies):
    assert paged(policies_of) == [str(policy) for policy in reversed(policies)]


def test_what_a_policy_shows(policies):
    *_, replacing, first = nodes(policies_of())
    assert (first["state"], first["layer"], first["payer"]) == ("ISSUED", "TOP_UP", "EMPLOYER")
    assert first["replaces"] is None
    assert (replacing["state"], replacing["layer"], replacing["payer"]) == ("PENDING", "BASIC", "FUND")
    assert replacing["replaces"] == first["id"]
    assert (first["premiumFen"], first["employerPremiumFen"]) == (500, 500)
    assert (replacing["premiumFen"], replacing["employerPremiumFen"]) == (500, 0)


def test_filters_of_policies(policies):
    def found(**variables):
        return [UUID(row["id"]) for row in nodes(policies_of(**variables))]

    assert found(state="PENDING") == [policies[3], policies[1]]
    assert found(state="CANCELLED") == [policies[5]]
    assert found(layer="TOP_UP") == policies[4::-2]
    assert found(insurer="jinxi") == policies[5::-2]
    assert found(trade="moving") == [policies[5], policies[4]]
    one = str(DAY + timedelta(days=2))
    assert found(**{"from": one, "to": one}) == [policies[2]]


def test_connections_without_address_or_key(counties, policies):
    with run_in_county(counties[COUNTY]) as work:
        Connection.objects.update_or_create(
            insurer="jinxi",
            defaults={
                "adapter": "linggong",
                "base_url": "https://jinxi.example/secret-path",
                "public_key": {"kty": "EC"},
                "fallback_after_minutes": 45,
                "state": "active",
                "failures": 2,
                "connected_at": work.now,
                "connected_by": "user:x",
            },
        )
        waiting = Policy.objects.filter(insurer="jinxi", state__in=["requested", "pending"]).count()
    found = county(
        "connections { insurer adapter encrypts fallbackAfterMinutes state failures openUntil lastOkAt "
        "connectedAt waiting untold }"
    )["connections"]
    [mine] = [row for row in found if row["insurer"] == "jinxi"]
    assert (mine["adapter"], mine["encrypts"], mine["fallbackAfterMinutes"]) == ("linggong", True, 45)
    assert (mine["state"], mine["failures"], mine["waiting"], mine["untold"]) == ("ACTIVE", 2, waiting, 0)
    assert waiting >= 2
    assert "secret-path" not in json.dumps(found)


# -- settlements and the loss ratio ----------------------------------------------------------------


def test_settlements_newest_first(counties):
    with run_in_county(counties[COUNTY]) as work:
        made = [
            Settlement.objects.create(
                insurer=insurer,
                month=date(2031, month, 1),
                state=state,
                amount_fen=amount_fen,
                drafted_by="user:x",
                drafted_at=work.now,
            ).id
            for insurer, month, state, amount_fen in (
                ("minjiang", 5, "withdrawn", None),
                ("jinxi", 5, "withdrawn", 4_200),
                ("jinxi", 6, "withdrawn", -300),
            )
        ]
    of = "settlements(first: 2, state: WITHDRAWN%s) { edges { node { id insurer month amountFen state } } }"
    shown = nodes(county(of % "")["settlements"])
    assert [row["id"] for row in shown] == [str(made[2]), str(made[1])]
    assert (shown[0]["month"], shown[0]["amountFen"], shown[0]["state"]) == ("2031-06-01", -300, "WITHDRAWN")
    theirs = nodes(county(of % ', insurer: "minjiang"')["settlements"])
    assert (theirs[0]["id"], theirs[0]["amountFen"]) == (str(made[0]), None)


def test_the_loss_ratio_hides_small_cells(policies):
    """Three issued policies of one trade are fewer than are shown."""
    span = f'firstDay: "{DAY}", lastDay: "{DAY + timedelta(days=9)}"'
    cell = "trade policies premiumFen claimsFen permille masked"
    found = county(f"lossRatio({span}) {{ cells {{ {cell} }} total {{ {cell} }} maskedTrades }}")["lossRatio"]
    assert found["cells"]
    assert found["maskedTrades"] == len(found["cells"])
    for shown in (*found["cells"], found["total"]):
        assert shown["masked"]
        assert [shown[name] for name in ("policies", "premiumFen", "claimsFen", "permille")] == [None] * 4
    assert refused(f'lossRatio({span}, insurer: "nobody") {{ maskedTrades }}') == ["insurer_unknown"]
    backwards = f'firstDay: "{DAY}", lastDay: "{DAY - timedelta(days=1)}"'
    assert refused(f"lossRatio({backwards}) {{ maskedTrades }}") == ["bordereau_span"]


# -- claims ----------------------------------------------------------------------------------------

CLAIMS = """
query Claims($purpose: String!, $first: Int! = 20, $after: String, $state: ClaimState, $insurer: String,
             $trade: String, $from: Date, $to: Date) {
  county(slug: "sanyuan") {
    claims(purpose: $purpose, first: $first, after: $after, state: $state, insurer: $insurer, trade: $trade,
           fromDay: $from, toDay: $to) {
      edges { cursor node {
        id policyId orderId insurer layer trade day state injured reporter channel reportedAt acknowledgedAt
        coverFen acceptedFen reasonCode decidedAt paidFen paidAt endedAt due dueAt overdueSince
      } }
      pageInfo { hasNextPage endCursor }
    }
  }
}
"""
DAY = date(2031, 5, 10)


@pytest.fixture(scope="module")
def claims(counties) -> list[UUID]:
    """Six claims, one a day; every second with minjiang and paid, the others with jinxi and filed."""
    with run_in_county(counties[COUNTY]):
        return [_claim(n) for n in range(6)]


def _claim(n: int) -> UUID:
    at = day_bounds(DAY + timedelta(days=n))[0]
    paid = n % 2 == 0
    row_id = uuid7()
    words = {"what": "张三 13800138000", "where": "", "hospital": "", "reason": ""}
    row = Claim.objects.create(
        id=row_id,
        number=f"C{uuid7().hex[-20:]}",
        policy_id=uuid7(),
        certificate_number="CERT-0001",
        insurer="minjiang" if paid else "jinxi",
        layer="top_up",
        order_id=uuid7(),
        assignment_id=uuid7(),
        worker_id=uuid7(),
        employer_id=uuid7(),
        trade="sorting" if n < 4 else "moving",
        on=DAY + timedelta(days=n),
        cover_fen=60_000_000,
        state="paid" if paid else "filed",
        injured=True,
        happened_at=at,
        words_sealed=claims_vault.sealed(words, place=claims_vault.WORDS, row=row_id),
        file={"title": "赖小明 350404199001011234"},
        reporter="station",
        reported_by="user:" + uuid7().hex,
        channel="station",
        reported_at=at,
        accepted_fen=120_000 if paid else None,
        decided_at=at if paid else None,
        paid_fen=120_000 if paid else None,
        payment_reference="REF-PAID-1" if paid else "",
        insurer_reference="REF-PAID-1" if paid else "",
        paid_at=at if paid else None,
        due="" if paid else "decision",
        due_at=None if paid else at + timedelta(days=30),
        decide_by=at + timedelta(days=30),
    )
    return row.id


def claims_of(**variables):
    found = {"purpose": "理赔抽查", "from": str(DAY), "to": str(DAY + timedelta(days=9)), **variables}
    return ask(CLAIMS, found)["county"]["claims"]


def test_claims_newest_first_in_pages(claims):
    assert paged(claims_of) == [str(claim) for claim in reversed(claims)]


def test_what_a_claim_shows(claims):
    *_, filed, paid = nodes(claims_of())
    assert (paid["state"], paid["acceptedFen"], paid["paidFen"], paid["due"]) == (
        "PAID",
        120_000,
        120_000,
        None,
    )
    assert (filed["state"], filed["acceptedFen"], filed["due"]) == ("FILED", None, "DECISION")
    assert (paid["layer"], paid["reporter"], paid["day"]) == ("TOP_UP", "STATION", str(DAY))


def test_filters_of_claims(claims):
    def found(**variables):
        return [UUID(row["id"]) for row in nodes(claims_of(**variables))]

    assert found(state="FILED") == claims[5::-2]
    assert found(insurer="minjiang") == claims[4::-2]
    assert found(trade="moving") == [claims[5], claims[4]]
    assert found(**{"from": str(DAY + timedelta(days=1)), "to": str(DAY + timedelta(days=2))}) == [
        claims[2],
        claims[1],
    ]
    assert found(insurer="minjiang", state="FILED") == []


def test_statistics_of_claims(claims):
    span = f'firstDay: "{DAY}", lastDay: "{DAY + timedelta(days=9)}"'
    line = "key claims acceptedFen paidFen"
    found = county(
        f"claimStatistics({span}) {{ claims decided overdue overdueEver acceptedFen paidFen "
        f"byState {{ {line} }} byTrade {{ {line} }} byInsurer {{ {line} }} "
        "daysToDecision { atMost claims } daysToDecisionP50 daysToDecisionP95 }"
    )["claimStatistics"]
    assert (found["claims"], found["decided"], found["overdue"]) == (6, 3, 0)
    assert (found["acceptedFen"], found["paidFen"]) == (360_000, 360_000)
    assert [(row["key"], row["claims"]) for row in found["byState"]] == [("filed", 3), ("paid", 3)]
    assert [(row["key"], row["claims"]) for row in found["byTrade"]] == [("moving", 2), ("sorting", 4)]
    assert {row["key"]: row["paidFen"] for row in found["byInsurer"]} == {"jinxi": 0, "minjiang": 360_000}
    assert sum(row["claims"] for row in found["daysToDecision"]) == 3
    assert found["daysToDecisionP50"] == 1
    for first, last in ((DAY, DAY - timedelta(days=1)), (DAY - timedelta(days=400), DAY)):
        wrong = f'firstDay: "{first}", lastDay: "{last}"'
        assert refused(f"claimStatistics({wrong}) {{ claims }}") == ["invalid_value"]


def test_nobody_is_named(policies, claims, deliveries):
    pages = [policies_of(first=100), claims_of(first=100), deliveries_of(first=100)]
    text = json.dumps(pages, ensure_ascii=False)
    assert not [secret for secret in SECRETS if secret in text]
    assert not any(
        word in text.lower() for word in ("worker", "employerid", "certificate", "slip", "phone", "name")
    )


# -- deliveries ------------------------------------------------------------------------------------

DELIVERIES = """
query Deliveries($purpose: String!, $first: Int! = 20, $after: String, $state: DeliveryState,
                 $insurer: String, $type: String) {
  county(slug: "sanyuan") {
    deliveries(purpose: $purpose, first: $first, after: $after, state: $state, insurer: $insurer,
               type: $type) {
      edges { cursor node {
        id insurer endpointId eventId type subject state attempts createdAt nextAt deliveredAt deadAt
        lastStatus lastError
      } }
      pageInfo { hasNextPage endCursor }
    }
  }
}
"""
TYPE = "cn.linggong.claim.reported.v1"


@pytest.fixture(scope="module")
def deliveries(counties) -> list[UUID]:
    """Five deliveries to jinxi: two done, two waiting, one dead; oldest first. No sender sees them, for
    they are not due in this century."""
    with run_in_county(counties[COUNTY]):
        endpoint_id = uuid7()
        endpoint = Endpoint.objects.create(
            id=endpoint_id,
            partner="jinxi",
            url=f"https://{uuid7().hex}.example/events",
            types=[],
            created_at=real_now(),
            created_by="user:x",
            secret_sealed=webhooks_vault.sealed_endpoint("whsec_secret", row=endpoint_id),
        )
        return [_delivery(endpoint, n) for n in range(5)]


def _delivery(endpoint: Endpoint, n: int) -> UUID:
    at, far = real_now(), real_now() + timedelta(days=40_000)
    event = PartnerEvent.objects.create(
        partner="jinxi", type=TYPE, subject=uuid7(), sequence=1, at=at, data={"name": "张三"}
    )
    row = Delivery.objects.create(
        endpoint=endpoint,
        event=event,
        created_at=at,
        next_at=far,
        give_up_at=far,
        attempts=n,
        delivered_at=at if n < 2 else None,
        dead_at=at if n == 4 else None,
        last_status=204 if n < 2 else 503,
    )
    Attempt.objects.create(delivery=row, at=at, status=503, milliseconds=7)
    return row.id


def deliveries_of(**variables):
    found = {"purpose": "推送检查", "insurer": "jinxi", "type": TYPE, **variables}
    return ask(DELIVERIES, found)["county"]["deliveries"]


def test_deliveries_newest_first_by_state(deliveries):
    mine = {str(row) for row in deliveries}

    def found(**variables):
        return [row["id"] for row in nodes(deliveries_of(first=100, **variables)) if row["id"] in mine]

    assert found() == [str(row) for row in reversed(deliveries)]
    assert found(state="DELIVERED") == [str(deliveries[1]), str(deliveries[0])]
    assert found(state="PENDING") == [str(deliveries[3]), str(deliveries[2])]
    assert found(state="DEAD") == [str(deliveries[4])]
    assert found(insurer="minjiang") == []
    assert found(type="cn.linggong.claim.overdue.v1") == []
    first = nodes(deliveries_of(first=1))[0]
    assert (first["state"], first["attempts"], first["lastStatus"], first["nextAt"]) == ("DEAD", 4, 503, None)


# -- all together ----------------------------------------------------------------------------------

EVERYTHING = """
query Everything($purpose: String!, $first: Int!) {
  county(slug: "sanyuan") {
    policies(purpose: $purpose, first: $first) { edges { node { id } } }
    claims(purpose: $purpose, first: $first) { edges { node { id } } }
    deliveries(purpose: $purpose, first: $first) { edges { node { id } } }
    orders(purpose: $purpose, first: $first) { edges { node { id } } }
    rateTables(first: 20) { edges { node { version } } }
    products { code }
    connections { insurer }
  }
}
"""


def test_one_transaction_however_much_is_asked_for(policies, claims, deliveries, tables, counties):
    """In the county: the limit on time; policies, claims, deliveries, orders and places with an audit row
    each; versions; two rankings and products; connections and what waits for them."""
    with run_in_county(counties[COUNTY]):
        play.publish(play.employer())
    ask(EVERYTHING, {"purpose": "年度检查", "first": 1})
    for size in (1, 100):
        with queries() as counted:
            ask(EVERYTHING, {"purpose": "年度检查", "first": size})
        assert counted["default"] == 1 + 3 * (1 + 1) + (2 + 1) + 1 + 3 + 2
        assert counted["identity"] == 3
    with run_in_county(counties[COUNTY]):
        rows = list(AuditRow.objects.filter(purpose="年度检查").order_by("-id")[:4])
    assert {row.act for row in rows} == {
        *("city.policies_read", "city.claims_read", "city.deliveries_read", "city.orders_read")
    }
    assert len({row.at for row in rows}) == len({row.request_id for row in rows}) == 1


def test_a_look_at_cases_is_kept_with_its_filters(claims, counties):
    claims_of(purpose="信访 2031-7", insurer="jinxi", state="FILED", first=2)
    with run_in_county(counties[COUNTY]):
        row = AuditRow.objects.filter(act="city.claims_read", purpose="信访 2031-7").get()
    assert row.detail == {
        "claims": 2,
        "state": "filed",
        "insurer": "jinxi",
        "trade": None,
        "from_day": str(DAY),
        "to_day": str(DAY + timedelta(days=9)),
        "continued": False,
    }


@pytest.mark.parametrize(
    ("below", "code"),
    [
        ('policies(purpose: " ") { edges { cursor } }', "graphql_purpose"),
        ('policies(purpose: "审计", first: 0) { edges { cursor } }', "invalid_value"),
        ('claims(purpose: "x") { edges { cursor } }', "graphql_purpose"),
        ('deliveries(purpose: "") { edges { cursor } }', "graphql_purpose"),
        ('claims(purpose: "审计", first: 101) { edges { cursor } }', "invalid_value"),
        ('claims(purpose: "审计", trade: "nothing") { edges { cursor } }', "trade_unknown"),
        ('claims(purpose: "审计", insurer: "nobody") { edges { cursor } }', "insurer_unknown"),
        ('deliveries(purpose: "审计", insurer: "\\u0000") { edges { cursor } }', "insurer_unknown"),
        ('deliveries(purpose: "审计", after: "x") { edges { cursor } }', "graphql_cursor"),
        ('deliveries(purpose: "审计", type: "\\u0000") { edges { cursor } }', "graphql_argument"),
        ('rateTables(product: "\\u0000") { edges { cursor } }', "graphql_argument"),
    ],
)
def test_what_is_refused_before_the_county_is_opened(below, code):
    with queries() as counted:
        assert refused(below) == [code]
    assert counted["default"] == 0


def test_a_cursor_of_one_list_is_none_of_another(claims, deliveries):
    cursor = claims_of(first=1)["pageInfo"]["endCursor"]
    for name in ("deliveries", "claims", "policies"):
        asked = f'{name}(purpose: "审计", after: "{cursor}") {{ edges {{ cursor }} }}'
        assert refused(asked) == ["graphql_cursor"]


def test_selectors_ask_for_the_scope_themselves(counties):
    for read in (claims_for_city, deliveries_for_city, policies_for_city, tables_for_city):
        with pytest.raises(DomainError, match="forbidden"), run_in_county(counties[COUNTY]):
            read(actor=play.HALL, first=1)
    with pytest.raises(DomainError, match="forbidden"), run_in_county(counties[COUNTY]) as work:
        products_for_city(actor=play.HALL, on=business_day(work.now))
    with pytest.raises(DomainError, match="forbidden"), run_in_county(counties[COUNTY]):
        connections_for_city(actor=play.HALL)


def test_every_state_has_its_name_in_the_schema():
    for name, states in (
        ("ClaimState", ("REPORTED", "WITHDRAWN")),
        ("PolicyState", ("REQUESTED", "PENDING", "ISSUED", "TIMED_OUT", "EXPIRED")),
        ("DeliveryState", ("PENDING", "DEAD")),
        ("RateTableState", ("DRAFT", "SUPERSEDED")),
        ("CoverLayer", ("BASIC", "TOP_UP")),
    ):
        found = ask(f'{{ __type(name: "{name}") {{ enumValues {{ name }} }} }}')["__type"]["enumValues"]
        assert set(states) <= {value["name"] for value in found}
