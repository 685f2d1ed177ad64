from __future__ import annotations

import pytest

from tenants.contracts import CountyRef
from tests.doors.partners.machine import Machine, a_machine


@pytest.fixture
def machine(counties: dict[str, CountyRef], insurer: str) -> Machine:
    """A machine of the test's insurer in Jiangle."""
    return a_machine(counties["jiangle"], insurer)
