"""SQL compilers that refuse to run a query in a county other than the one it was made in."""

from __future__ import annotations

from typing import Any

from django.db.models.sql import compiler

from kernel.scope import check_scope


class _Guarded(compiler.SQLCompiler):
    def execute_sql(self, *args: Any, **kwargs: Any) -> Any:
        check_scope(getattr(self.query, "made_in", None), self.using or "default")
        return super().execute_sql(*args, **kwargs)


class SQLCompiler(_Guarded):
    pass


class SQLInsertCompiler(_Guarded, compiler.SQLInsertCompiler):
    pass


class SQLDeleteCompiler(_Guarded, compiler.SQLDeleteCompiler):
    pass


class SQLUpdateCompiler(_Guarded, compiler.SQLUpdateCompiler):
    pass


class SQLAggregateCompiler(_Guarded, compiler.SQLAggregateCompiler):
    pass
