"""What the city is called."""

from __future__ import annotations

from tenants.models import City


def city_names() -> tuple[str, str]:
    """The city's Chinese and English name; of several, the first by code. Before the first county is
    provisioned there is none: both are empty. One query of the `city` login."""
    row = City.objects.order_by("code").values_list("name", "name_en").first()
    return row or ("", "")
