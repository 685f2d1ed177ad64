"""Insurers for sandboxes, tests and demonstrations. They keep nothing: an answer follows from the
request alone, so that asking twice gives one policy."""

from __future__ import annotations

from compliance.insurance.port import BindAnswer, BindRequest, CancelRequest, InsurerUnavailable

REFUSED_SUFFIX = "0000dead"
UNAVAILABLE_SUFFIX = "00000bad"


class SandboxInsurer:
    """Binds at once, with `SBX-<county code>-<policy id>` as certificate number.

    Two kinds of insured person are special, by the end of their id: `…0000dead` is refused
    (`declined_by_sandbox`), for `…00000bad` the insurer is never reached.
    """

    def bind(self, request: BindRequest) -> BindAnswer:
        insured = request.insured.hex
        if insured.endswith(UNAVAILABLE_SUFFIX):
            raise InsurerUnavailable("the sandbox does not answer for this person")
        if insured.endswith(REFUSED_SUFFIX):
            return BindAnswer(bound=False, reason="declined_by_sandbox")
        return BindAnswer(
            bound=True, certificate_number=f"SBX-{request.county_code}-{request.policy_id.hex.upper()}"
        )

    def cancel(self, request: CancelRequest) -> None:
        """Nothing was kept, so nothing is to be undone."""


class RefusingInsurer(SandboxInsurer):
    """Refuses everybody. For tests of what an order does without cover."""

    def bind(self, request: BindRequest) -> BindAnswer:
        return BindAnswer(bound=False, reason="declined_by_sandbox")


class DownInsurer(SandboxInsurer):
    """Is never reached."""

    def bind(self, request: BindRequest) -> BindAnswer:
        raise InsurerUnavailable("the sandbox is down")

    def cancel(self, request: CancelRequest) -> None:
        raise InsurerUnavailable("the sandbox is down")
