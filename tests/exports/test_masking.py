"""Nothing that is shown lets anybody work out what is hidden."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from reporting.exports.masking import ENOUGH, hidden, is_small

TABLES = st.dictionaries(
    st.tuples(st.sampled_from("abcde"), st.sampled_from("xyz")), st.integers(0, 30), min_size=1, max_size=15
)


def test_two_small_cells_take_a_third_when_their_sum_would_tell():
    cells = {("a",): [1], ("b",): [1], ("c",): [40], ("d",): [50]}
    assert hidden(cells) == ({("a",), ("b",), ("c",)}, False)


def test_zeros_are_shown_and_hide_nobody():
    assert hidden({("a",): [0], ("b",): [9]}) == (set(), False)


def test_a_single_small_cell_hides_the_total_too():
    assert hidden({("a",): [3], ("b",): [0]}) == ({("a",)}, True)


def test_what_is_hidden_already_counts_as_small():
    chosen, total = hidden({("a",): None, ("b",): [20], ("c",): [30]})
    assert (chosen, total) == ({("a",), ("b",)}, False)


@given(TABLES)
def test_every_slice_hides_nothing_or_enough_or_everything_it_has(table):
    chosen, total = hidden({key: [number] for key, number in table.items()})
    assert {key for key, number in table.items() if is_small([number])} <= chosen
    parts = [list(table)]
    for place in (0, 1):
        words = {key[place] for key in table}
        parts += [[key for key in table if key[place] == word] for word in words]
    for number, part in enumerate(parts):
        inside = [key for key in part if key in chosen]
        nothing_left = not [key for key in part if key not in chosen and table[key]]
        enough = len(inside) > 1 and sum(table[key] for key in inside) >= ENOUGH
        assert not inside or enough or nothing_left
        if number == 0:
            assert total == bool(inside and not enough)


@given(TABLES)
def test_masking_does_not_depend_on_the_order_of_rows(table):
    cells = {key: [number] for key, number in table.items()}
    assert hidden(cells) == hidden(dict(reversed(list(cells.items()))))
