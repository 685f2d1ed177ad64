"""Database engine of county data: `ENGINE = "tenants.backend"`."""
