"""The one id of a request."""

from __future__ import annotations

import pytest
from django.test import RequestFactory

from kernel.request_ids import request_id_of


def request(given: str | None = None):
    return RequestFactory().get("/", headers={} if given is None else {"X-Request-ID": given})


@pytest.mark.parametrize("given", ["abc-1", "A.b_c-9", "x" * 64])
def test_a_plain_id_of_the_caller_is_kept(given):
    assert request_id_of(request(given)) == given


@pytest.mark.parametrize(
    "given", [None, "", " ", "a b", "a\nb", "a\n", "ä", "x" * 65, "<script>", "a/b", "令牌"]
)
def test_any_other_is_replaced(given):
    made = request_id_of(request(given))
    assert made != given
    assert len(made) == 32
    assert made.isalnum()


def test_it_is_the_same_however_often_it_is_asked_for():
    one, two = request(), request()
    assert request_id_of(one) == request_id_of(one)
    assert request_id_of(one) != request_id_of(two)


def test_a_caller_cannot_set_what_only_the_site_sets():
    """Headers arrive under HTTP_…; the place where the id is kept has no such name."""
    forged = RequestFactory().get("/", headers={"Linggong.Request-Id": "forged"})
    assert request_id_of(forged) != "forged"
