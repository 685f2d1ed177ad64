"""Made-up people with numbers that pass every check. None of them lives anywhere."""

from __future__ import annotations

import itertools
import random
import string
from collections.abc import Iterator
from dataclasses import dataclass

_SURNAMES = "陈林黄张吴李郑王刘苏蔡杨邓罗廖温巫江范游"
_GIVEN = (
    "水生",
    "秀英",
    "建国",
    "美珍",
    "志强",
    "玉兰",
    "福根",
    "丽华",
    "永泰",
    "春梅",
    "长福",
    "小燕",
    "德旺",
    "𠮷祥",
)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CREDIT = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)


@dataclass(frozen=True, slots=True)
class Invented:
    name: str
    id_number: str
    phone: str


def invented_people(code: str, block: int) -> Iterator[Invented]:
    """An endless row of people born in the division `code`; `block` (0..99) keeps phones apart."""
    dice = random.Random(f"people {code}")
    for serial in itertools.count(1):
        year, month, day = dice.randint(1962, 2004), dice.randint(1, 12), dice.randint(1, 28)
        body = f"{code}{year}{month:02d}{day:02d}{serial % 1000:03d}"
        check = "10X98765432"[sum(int(d) * w for d, w in zip(body, _WEIGHTS, strict=True)) % 11]
        name = dice.choice(_SURNAMES) + dice.choice(_GIVEN)
        yield Invented(name, body + check, f"139{block:02d}{serial:06d}")


def invented_credit_code(code: str, serial: int) -> str:
    """A unified social credit code (GB 32100) of a made-up company registered in the division."""
    body = f"91{code}MA{serial:07d}"[:17]
    assert set(body) <= set(string.digits + string.ascii_uppercase)
    total = sum(_CREDIT.index(c) * w for c, w in zip(body, _CREDIT_WEIGHTS, strict=True))
    return body + _CREDIT[(31 - total % 31) % 31]
