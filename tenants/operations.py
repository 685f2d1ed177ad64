"""Kept only until every migration imports kernel.grants."""

from kernel.grants import CountySQL, GrantCounty, GrantModels, GrantPublic, county_role, role

__all__ = ["CountySQL", "GrantCounty", "GrantModels", "GrantPublic", "county_role", "role"]
