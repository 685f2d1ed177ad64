"""A county, its insurers and its people, for the tests of policies.

Insurers are real programs on loopback; every test joins them under codes of its own, so that breakers,
rankings and keys are nobody else's. Real time passes by `let_pass`: what waits for a later second is due.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from compliance.insurance import asking, selectors, use_cases
from compliance.insurance.contracts import PolicyView
from compliance.insurance.models import Amendment, Connection, Policy
from compliance.insurance.states import PolicyState
from compliance.rates.contracts import Layer, Starts
from compliance.rates.use_cases import add_product, rank_products
from kernel.actor import SYSTEM
from kernel.clock import business_day, real_now
from kernel.ids import uuid7
from kernel.models import OutboxMessage
from tenants.clock import market_now
from tenants.contracts import CountyRef
from tenants.county import CountyWork, run_in_county
from tests.compliance import people
from tests.compliance.people import actor_with
from tests.compliance.rates import made as rates
from tests.doors.partners.machine import new_insurer
from tests.harness.insurer import ReferenceInsurer
from webhooks.keys import issue_key
from webhooks.models import PartnerEvent

OFFICER = actor_with("county_admin")
TRADE = "sorting"
MOST = 20_000


@dataclass(frozen=True)
class Joined:
    """An insurer that the county is connected with, and the product it sells."""

    code: str
    product: str
    table_id: UUID
    program: ReferenceInsurer | None

    @property
    def at(self) -> ReferenceInsurer:
        """The real program; the insurer in the house has none."""
        assert self.program is not None
        return self.program


@dataclass
class World:
    county: CountyRef
    programs: dict[str, ReferenceInsurer]
    joined: list[Joined] = field(default_factory=list)
    keys: dict[str, list[str]] = field(default_factory=dict)

    # -- insurers ------------------------------------------------------------------------------------

    def join(
        self,
        dialect: str = "linggong",
        *,
        premium_fen: int = 500,
        starts: Starts = Starts.AT_ONCE,
        layer: Layer = Layer.TOP_UP,
        minutes: int | None = 15,
        **table: Any,
    ) -> Joined:
        """A new insurer with one product at `premium_fen` a day; `dialect` may be `sandbox`."""
        code, program = new_insurer(), self.programs.get(dialect)
        with run_in_county(self.county) as work:
            if program is not None:
                key = issue_key(partner=code, direction="out", actor=OFFICER, now=work.now)
                self.keys[dialect] = [key, *self.keys.get(dialect, [])][:2]  # newest first, two at most
                program.connect(self.county.slug, call_keys=self.keys[dialect])
            use_cases.connect_insurer(
                insurer=code,
                adapter=dialect,
                base_url=program.base_url(self.county.slug) if program else "",
                public_key=program.public_key if program else None,
                fallback_after_minutes=minutes,
                actor=OFFICER,
                now=work.now,
            )
            product = f"p{code}"
            add_product(
                code=product,
                insurer=code,
                layer=layer,
                name=f"零工险{code}",
                name_en=f"Cover {code}",
                starts=starts,
                actor=OFFICER,
                now=work.now,
            )
            changes = {
                "classes": [{"risk_class": 1, "premium_fen": premium_fen}],
                "occupations": {TRADE: {"risk_class": 1}},
                **table,
            }
            table_id = rates.published(work, product, business_day(work.now), **changes)
        self.joined.append(Joined(code, product, table_id, program))
        return self.joined[-1]

    def rank(self, *insurers: Joined, layer: Layer = Layer.TOP_UP) -> None:
        with run_in_county(self.county) as work:
            rank_products(
                layer=layer,
                codes=[one.product for one in insurers],
                effective_from=business_day(work.now),
                actor=OFFICER,
                now=work.now,
            )

    def connection(self, insurer: Joined) -> Any:
        with run_in_county(self.county):
            return selectors.connection(insurer.code)

    # -- policies ------------------------------------------------------------------------------------

    def worker(self, **changes: Any) -> UUID:
        with run_in_county(self.county) as work:
            return self.worker_in(work, **changes)

    def worker_in(self, work: CountyWork, **changes: Any) -> UUID:
        return people.a_worker(work, **{"insurance_consent": True, **changes})[1].id

    def request(self, insurer: Joined, *, worker_id: UUID | None = None, **changes: Any) -> UUID:
        with run_in_county(self.county) as work:
            return self.request_in(work, insurer, worker_id=worker_id, **changes)

    def request_in(
        self, work: CountyWork, insurer: Joined, *, worker_id: UUID | None = None, **changes: Any
    ) -> UUID:
        values: dict[str, Any] = {
            "assignment_id": uuid7(),
            "order_id": uuid7(),
            "worker_id": worker_id or self.worker_in(work),
            "trade": TRADE,
            "on": business_day(work.now),
            "table_version_id": insurer.table_id,
            "heads": 1,
            "level": "standard",
            "most_fen": MOST,
            "actor": SYSTEM,
            "now": work.now,
        }
        return use_cases.request_cover(**{**values, **changes})

    def issued(self, insurer: Joined, **changes: Any) -> UUID:
        """A policy that the insurer has issued over HTTP."""
        policy_id = self.request(insurer, **changes)
        assert asking.ask_policy(self.county, policy_id)
        assert self.view(policy_id).state is PolicyState.ISSUED
        return policy_id

    def view(self, policy_id: UUID) -> PolicyView:
        with run_in_county(self.county):
            return selectors.policy_view(policy_id)

    def row(self, policy_id: UUID) -> Policy:
        with run_in_county(self.county):
            return Policy.objects.get(id=policy_id)

    def state(self, policy_id: UUID) -> PolicyState:
        return self.view(policy_id).state

    def do(self, verb: Any, policy_id: UUID, **more: Any) -> Any:
        """A use case about one policy, now."""
        if verb is not use_cases.expire_cover and verb is not use_cases.time_out_cover:
            more.setdefault("actor", SYSTEM)
        with run_in_county(self.county) as work:
            return verb(policy_id=policy_id, now=work.now, **more)

    def ask(self, policy_id: UUID) -> bool:
        """Asks again, as if enough time had passed."""
        self.let_pass()
        return asking.ask_policy(self.county, policy_id)

    def tell(self, policy_id: UUID) -> bool:
        self.let_pass()
        return asking.tell_cancelled(self.county, policy_id)

    def let_pass(self) -> None:
        """Real time passes for this world's insurers: pauses and open breakers are over."""
        codes = [one.code for one in self.joined]
        moment = real_now()
        with run_in_county(self.county):
            mine = Policy.objects.filter(insurer__in=codes)
            mine.filter(next_ask_at__isnull=False).update(next_ask_at=moment)
            mine.filter(next_tell_at__isnull=False).update(next_tell_at=moment)
            changes = Amendment.objects.filter(policy__insurer__in=codes, next_ask_at__isnull=False)
            changes.update(next_ask_at=moment)
            Connection.objects.filter(insurer__in=codes, open_until__isnull=False).update(open_until=moment)

    # -- what is to be seen --------------------------------------------------------------------------

    def sold(self, policy_id: UUID) -> list[dict[str, Any]]:
        """What the programs' own books say about a policy."""
        programs = {id(one.program): one.program for one in self.joined if one.program}
        return [
            line
            for program in programs.values()
            for line in program.ledger(self.county.slug)
            if line["policy_id"] == str(policy_id)
        ]

    def news(self, policy_id: UUID) -> list[str]:
        """What the house heard."""
        with run_in_county(self.county):
            found = OutboxMessage.objects.filter(subject=policy_id).order_by("id")
            return [_short(name) for name in found.values_list("type", flat=True)]

    def told(self, policy_id: UUID) -> list[str]:
        """What the insurer's stream says."""
        with run_in_county(self.county):
            found = PartnerEvent.objects.filter(subject=policy_id).order_by("sequence")
            return [_short(name) for name in found.values_list("type", flat=True)]


def today() -> date:
    return business_day(market_now())


def tomorrow() -> date:
    return today() + timedelta(days=1)


def _short(name: str) -> str:
    return name.split(".")[-2]
