"""The outlines of the counties, and how they are fitted into a picture."""

from __future__ import annotations

import pytest

from reporting.outlines import drawn, outlines

SANMING = (26.5, 117.2)  # latitude and longitude somewhere in the middle


def area(ring):
    """Twice the signed area."""
    return sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in zip(ring, [*ring[1:], ring[0]], strict=True))


def inside(point, ring):
    """Whether a ray to the east crosses the ring an odd number of times."""
    x, y = point
    crossed = False
    for (x1, y1), (x2, y2) in zip(ring, [*ring[1:], ring[0]], strict=True):
        if (y1 > y) != (y2 > y) and x < x1 + (y - y1) / (y2 - y1) * (x2 - x1):
            crossed = not crossed
    return crossed


def test_every_county_of_the_city_has_an_outline(counties):
    real = {ref.code for ref in counties.values() if not ref.sandbox and len(ref.code) == 6}
    assert len(real & set(outlines())) >= 11
    assert all(code.startswith("3504") for code in outlines())


@pytest.mark.parametrize("code", sorted(outlines()))
def test_an_outline_is_a_place_with_its_centre_inside(code):
    shape = outlines()[code]
    assert shape.code == code
    assert shape.rings
    for ring in shape.rings:
        assert len(ring) >= 4
        assert abs(area(ring)) > 0
        assert all(abs(x - SANMING[1]) < 2 and abs(y - SANMING[0]) < 2 for x, y in ring), "lng, lat in order"
    assert any(inside(shape.centre, ring) for ring in shape.rings), (
        "a name written there stands in its county"
    )


def test_neighbours_share_their_border_so_no_gap_shows():
    """Simplified apart, borders would gape: every county meets another in points of both."""
    points = {code: {point for ring in shape.rings for point in ring} for code, shape in outlines().items()}
    for code, own in points.items():
        others = set().union(*(other for name, other in points.items() if name != code))
        assert len(own & others) > 20, code


def test_a_drawing_fits_its_picture_and_keeps_proportion_and_places():
    every = sorted(outlines())
    shapes = drawn(every, width=640, height=560)
    assert set(shapes) == set(every)
    xs = [x for shape in shapes.values() for ring in shape.rings for x, _ in ring]
    ys = [y for shape in shapes.values() for ring in shape.rings for _, y in ring]
    assert min(xs) >= 0
    assert max(xs) <= 640
    assert min(ys) >= 0
    assert max(ys) <= 560
    assert max(xs) - min(xs) == pytest.approx(640, abs=0.1) or max(ys) - min(ys) == pytest.approx(
        560, abs=0.1
    )
    assert min(xs) + max(xs) == pytest.approx(640, abs=0.1), "in the middle"
    assert min(ys) + max(ys) == pytest.approx(560, abs=0.1)
    north, south = shapes["350429"].centre, shapes["350425"].centre  # Taining, Datian
    assert north[1] < south[1], "north is up"
    assert north[0] < south[0], "east is right"
    twice = drawn(every, width=1280, height=1120)
    for code, shape in shapes.items():
        assert twice[code].centre == pytest.approx([2 * part for part in shape.centre], abs=0.05)


def test_fewer_counties_fill_the_picture_and_unknown_codes_are_left_out():
    one = drawn(["350428"], width=300, height=300)["350428"]
    xs = [x for ring in one.rings for x, _ in ring]
    ys = [y for ring in one.rings for _, y in ring]
    assert max(max(xs) - min(xs), max(ys) - min(ys)) == pytest.approx(300, abs=0.1)
    assert list(drawn(["350428", "350402", "999999", "350428"], width=10, height=10)) == ["350428"]
    assert drawn(["350402"], width=10, height=10) == {}
    assert drawn([], width=10, height=10) == {}
