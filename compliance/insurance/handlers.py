"""Events that make the county talk to its insurer. Called with no county open."""

from __future__ import annotations

from uuid import UUID

from compliance.insurance.models import Policy
from compliance.insurance.port import BindRequest, CancelRequest, insurer
from compliance.insurance.states import PolicyState
from compliance.insurance.use_cases import record_answer
from kernel.events import Event
from tenants.county import CountyRef, run_in_county


def bind_cover(county: CountyRef, event: Event) -> None:
    """On `cover.requested`. Raises InsurerUnavailable, to be called again."""
    ask_insurer(county, event.subject)


def cancel_at_insurer(county: CountyRef, event: Event) -> None:
    """On `cover.cancelled`. Raises InsurerUnavailable, to be called again."""
    with run_in_county(county):
        policy = Policy.objects.get(id=event.subject)
        request = CancelRequest(
            policy_id=policy.id,
            county_code=county.code,
            certificate_number=policy.certificate_number,
            reason=str(event.data.get("reason", "")),
        )
    insurer().cancel(request)


def ask_insurer(county: CountyRef, policy_id: UUID) -> PolicyState:
    """Asks for one policy unless it was answered, and records the answer in a transaction of its own,
    so that no lock waits for the insurer. Asking twice is harmless: the policy id is the key.
    Raises InsurerUnavailable."""
    with run_in_county(county):
        policy = Policy.objects.select_related("table__product").get(id=policy_id)
        state = PolicyState(policy.state)
        request = BindRequest(
            policy_id=policy.id,
            county_code=county.code,
            product=policy.table.product.code,
            table_version=policy.table.version,
            trade=policy.trade,
            risk_class=policy.risk_class,
            on=policy.on,
            premium_fen=policy.premium_fen,
            death_disability_cover_fen=policy.death_disability_cover_fen,
            medical_cover_fen=policy.medical_cover_fen,
            insured=policy.worker_id,
        )
    if state != PolicyState.REQUESTED:
        return state
    answer = insurer().bind(request)
    with run_in_county(county) as work:
        return record_answer(policy_id=policy_id, answer=answer, now=work.now)
