"""The insured person inside `insured`: docs/partners.md section 6."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from jwcrypto.common import JWException
from jwcrypto.jwe import JWE
from jwcrypto.jwk import JWK

ALGORITHMS = ["ECDH-ES+A256KW", "A256GCM"]


class NotReadable(ValueError):
    """`insured` is not ours to read, or not about this policy."""


@dataclass(frozen=True, slots=True)
class Person:
    name: str
    id_number: str
    born: date

    def age_on(self, day: date) -> int:
        return day.year - self.born.year - ((day.month, day.day) < (self.born.month, self.born.day))


def new_key() -> JWK:
    key: JWK = JWK.generate(kty="EC", crv="P-256")
    return key


def public_jwk(key: JWK) -> dict[str, str]:
    """What is registered with the county; `kid` is the RFC 7638 thumbprint."""
    return {**json.loads(key.export_public()), "kid": key.thumbprint(), "use": "enc"}


def read(token: str, *, key: JWK, policy_id: str | None) -> Person:
    """Decrypts; NotReadable when the key, the algorithms, the members or the policy do not fit. `policy_id`
    None takes a person meant for any policy, which only a broken insurer does."""
    try:
        jwe = JWE(algs=ALGORITHMS)
        jwe.deserialize(token, key=key)
        told: Any = json.loads(jwe.payload)
        if policy_id is not None and told["policy_id"] != policy_id:
            raise NotReadable("insured speaks of another policy")
        name, number = told["name"], told["id_number"]
        if not (isinstance(name, str) and name and isinstance(number, str) and len(number) == 18):
            raise NotReadable("insured holds no name and ID number")
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except (JWException, KeyError, TypeError, ValueError) as fault:
        if isinstance(fault, NotReadable):
            raise
        raise NotReadable("insured cannot be decrypted with our key or is not the agreed object") from None
    return Person(name=name, id_number=number, born=born)
