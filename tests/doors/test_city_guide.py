"""The city's guide: every query in it is asked as it stands there."""

from __future__ import annotations

import re

import pytest

from tests.doors.graphql_helpers import ask
from tests.harness.servers import CHECKOUT

pytestmark = [pytest.mark.usefixtures("counties"), pytest.mark.urls("tests.doors.graphql_urls")]

QUERIES = re.findall(r"```graphql\n(.*?)```", (CHECKOUT / "docs" / "city.md").read_text(), re.DOTALL)


def test_there_are_queries() -> None:
    assert len(QUERIES) >= 9


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: " ".join(query.split())[:40])
def test_a_query_of_the_guide_is_answered(query: str) -> None:
    assert ask(query)
