"""How a county's state moves, and what holds on a day. Pure."""

from __future__ import annotations

from datetime import date

from kernel.states import Machine
from tenants.contracts import CountyState

COUNTY: Machine[CountyState] = Machine(
    name="county",
    moves={
        CountyState.ACTIVE: frozenset({CountyState.SUSPENDED, CountyState.WINDING_DOWN}),
        CountyState.SUSPENDED: frozenset({CountyState.ACTIVE, CountyState.WINDING_DOWN}),
        CountyState.WINDING_DOWN: frozenset({CountyState.CLOSED}),
        # Something slipped in before every process knew: it must be brought to its end first.
        CountyState.CLOSED: frozenset({CountyState.WINDING_DOWN}),
    },
)


def state_on(decided: str, *, opens_on: date | None, succeeded_on: date | None, day: date) -> CountyState:
    """The state that holds on a Shanghai day. Dates take effect by themselves: no timer need have run."""
    state = CountyState(decided)
    if (
        state in (CountyState.ACTIVE, CountyState.SUSPENDED)
        and succeeded_on is not None
        and succeeded_on <= day
    ):
        return CountyState.WINDING_DOWN
    if state is CountyState.ACTIVE and opens_on is not None and day < opens_on:
        return CountyState.SUSPENDED
    return state
