"""The person, encrypted to an insurer's key just before it is sent; kept nowhere."""

from __future__ import annotations

import json
from typing import Any, Final
from uuid import UUID

from jwcrypto import jwe, jwk
from jwcrypto.common import JWException

from compliance.insurance.errors import CONNECTION_INVALID
from compliance.people.contracts import RevealedWorker

ALGORITHM: Final = "ECDH-ES+A256KW"
ENCRYPTION: Final = "A256GCM"
_MEMBERS: Final = ("kty", "crv", "x", "y")


def check_public_key(given: Any) -> dict[str, str]:
    """The public JWK (P-256) alone, without whatever else came with it. Raises `connection_invalid`, also
    for a private key, which must not be handed out."""
    fault = CONNECTION_INVALID.error(
        field="public_key",
        reason_zh="public_key 须为 P-256 公钥（JWK）",
        reason_en="public_key must be a public JWK on P-256",
    )
    if not isinstance(given, dict) or "d" in given or given.get("crv") != "P-256":
        raise fault
    members = {name: given.get(name) for name in _MEMBERS}
    if not all(isinstance(value, str) and len(value) <= 100 for value in members.values()):
        raise fault
    try:
        jwk.JWK(**members).get_op_key("wrapKey")
    except (JWException, ValueError, TypeError):
        raise fault from None
    return {name: str(value) for name, value in members.items()}


def encrypted(person: RevealedWorker, *, policy_id: UUID, key: dict[str, str]) -> str:
    """A compact JWE (RFC 7516) of name, ID number and phone, bound to the policy by its id inside."""
    public = jwk.JWK(**key)
    content = {
        "policy_id": str(policy_id),
        "name": person.name,
        "id_number": person.id_number,
        "phone": person.phone,
    }
    header = {"alg": ALGORITHM, "enc": ENCRYPTION, "kid": public.thumbprint()}
    token = jwe.JWE(
        json.dumps(content, ensure_ascii=False).encode(), protected=json.dumps(header), recipient=public
    )
    return str(token.serialize(compact=True))
