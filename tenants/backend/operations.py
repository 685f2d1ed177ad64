from __future__ import annotations

from django.db.backends.postgresql import operations


class DatabaseOperations(operations.DatabaseOperations):
    compiler_module = "tenants.backend.compiler"
