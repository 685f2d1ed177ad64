"""How a version of a signed month may move."""

from __future__ import annotations

from enum import StrEnum

from kernel.states import Machine


class VersionState(StrEnum):
    """SIGNED by the county and waiting for the city; ACCEPTED, in force; RETURNED by the city with a reason;
    WITHDRAWN, the county signed anew before the city had decided; REVISED, a later version is in force."""

    SIGNED = "signed"
    ACCEPTED = "accepted"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"
    REVISED = "revised"


VERSION: Machine[VersionState] = Machine(
    "month_version",
    {
        VersionState.SIGNED: frozenset(
            {VersionState.ACCEPTED, VersionState.RETURNED, VersionState.WITHDRAWN}
        ),
        VersionState.ACCEPTED: frozenset({VersionState.REVISED}),
    },
)
