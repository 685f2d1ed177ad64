"""Coordinates: datums made one (GCJ-02, as Chinese maps use it), and distances. Pure.

Nothing here touches money, so degrees may be floats on the way; what is stored is whole
millionths. The conversions are the public approximations; they agree to a few metres.
"""

from __future__ import annotations

from math import asin, atan2, cos, pi, radians, sin, sqrt

from orders.contracts import Datum, Point
from orders.errors import POINT_INVALID

EARTH_M = 6_371_008.8  # mean radius, IUGG
_A = 6378245.0  # Krasovsky 1940, which GCJ-02 builds on
_EE = 0.00669342162296594323
_BD = pi * 3000.0 / 180.0


def check_point(point: Point) -> Point:
    """Within China's bounds, or `point_invalid`: swapped or zero coordinates are caught here."""
    if not 3_000_000 <= point.lat_e6 <= 54_000_000:
        raise POINT_INVALID.error(field="point.lat", reason="3..54")
    if not 73_000_000 <= point.lon_e6 <= 136_000_000:
        raise POINT_INVALID.error(field="point.lon", reason="73..136")
    return point


def to_gcj02(point: Point) -> Point:
    """The same place in GCJ-02."""
    if point.datum is Datum.GCJ02:
        return point
    lat, lon = point.lat_e6 / 1e6, point.lon_e6 / 1e6
    if point.datum is Datum.BD09:
        x, y = lon - 0.0065, lat - 0.006
        z = sqrt(x * x + y * y) - 0.00002 * sin(y * _BD)
        theta = atan2(y, x) - 0.000003 * cos(x * _BD)
        return _point(z * sin(theta), z * cos(theta))
    x, y = lon - 105.0, lat - 35.0
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x))
    north += _waves(x) + (20.0 * sin(y * pi) + 40.0 * sin(y / 3.0 * pi)) * 2.0 / 3.0
    north += (160.0 * sin(y / 12.0 * pi) + 320 * sin(y * pi / 30.0)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x))
    east += _waves(x) + (20.0 * sin(x * pi) + 40.0 * sin(x / 3.0 * pi)) * 2.0 / 3.0
    east += (150.0 * sin(x / 12.0 * pi) + 300.0 * sin(x / 30.0 * pi)) * 2.0 / 3.0
    magic = 1 - _EE * sin(radians(lat)) ** 2
    north = north * 180.0 / ((_A * (1 - _EE)) / (magic * sqrt(magic)) * pi)
    east = east * 180.0 / (_A / sqrt(magic) * cos(radians(lat)) * pi)
    return _point(lat + north, lon + east)


def _waves(x: float) -> float:
    return (20.0 * sin(6.0 * x * pi) + 20.0 * sin(2.0 * x * pi)) * 2.0 / 3.0


def _point(lat: float, lon: float) -> Point:
    return Point(round(lat * 1e6), round(lon * 1e6), Datum.GCJ02)


def distance_m(one: Point, other: Point) -> int:
    """Great-circle metres between two points of the same datum (haversine)."""
    lat1, lat2 = radians(one.lat_e6 / 1e6), radians(other.lat_e6 / 1e6)
    dlat, dlon = lat2 - lat1, radians((other.lon_e6 - one.lon_e6) / 1e6)
    h = sin(dlat / 2) ** 2 + cos(lat1) * cos(lat2) * sin(dlon / 2) ** 2
    return round(2 * EARTH_M * asin(min(1.0, sqrt(h))))
