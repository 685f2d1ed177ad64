"""Insurers of these tests alone: codes of their own in counties that all tests share."""

from __future__ import annotations

import uuid

import pytest

from kernel.actor import SYSTEM
from kernel.clock import real_now
from tenants.contracts import CountyRef
from tenants.partners.use_cases.register_insurer import register_insurer
from tests.doors.partners.machine import Machine, a_machine


def _insurer() -> str:
    code = f"t{uuid.uuid4().hex[:12]}"
    return register_insurer(
        code=code, name=f"测试财险{code}", name_en=f"Test {code}", actor=SYSTEM, now=real_now()
    ).code


@pytest.fixture
def insurer(counties: dict[str, CountyRef]) -> str:
    return _insurer()


@pytest.fixture
def other_insurer(counties: dict[str, CountyRef]) -> str:
    return _insurer()


@pytest.fixture
def machine(counties: dict[str, CountyRef], insurer: str) -> Machine:
    """The insurer's machine in Jiangle."""
    return a_machine(counties["jiangle"], insurer)
