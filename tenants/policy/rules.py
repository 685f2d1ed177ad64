"""Checking values that a county wants to set. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from tenants.policy.contracts import FIELDS
from tenants.policy.errors import POLICY_VALUE_INVALID, POLICY_VALUE_UNKNOWN


def check_values(values: Mapping[str, object]) -> dict[str, int]:
    """The values, each a whole number within its bounds.

    Raises `policy_value_unknown` or `policy_value_invalid`, naming the value as the field.
    """
    checked: dict[str, int] = {}
    for name, value in values.items():
        meaning = FIELDS.get(name)
        if meaning is None:
            raise POLICY_VALUE_UNKNOWN.error(field=name[:40], name=name[:40])
        if type(value) is not int or not meaning.minimum <= value <= meaning.maximum:
            raise POLICY_VALUE_INVALID.error(
                field=name, minimum=meaning.minimum, maximum=meaning.maximum, unit=meaning.unit
            )
        checked[name] = value
    return checked
