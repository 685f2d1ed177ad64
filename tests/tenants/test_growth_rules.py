"""What county schemas must and must not have, so that they run unchanged on a distributed engine."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from django.db import connection

from tenants.county import CountyRef
from tests.harness.servers import superuser

COUNTY = "n.nspname ~ '^c[0-9]{6}$'"

RULES = {
    "no triggers of ours": f"""
        SELECT n.nspname, c.relname, t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
        JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {COUNTY} AND NOT t.tgisinternal""",
    "foreign keys stay inside the schema": f"""
        SELECT n.nspname, c.conname FROM pg_constraint c JOIN pg_class a ON a.oid = c.conrelid
        JOIN pg_namespace n ON n.oid = a.relnamespace JOIN pg_class b ON b.oid = c.confrelid
        WHERE c.contype = 'f' AND {COUNTY} AND b.relnamespace <> a.relnamespace""",
    "no rules, views or inheritance": f"""
        SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE {COUNTY} AND (c.relkind IN ('v', 'm', 'p') OR EXISTS
            (SELECT FROM pg_inherits i WHERE i.inhrelid = c.oid))""",
    "nothing runs as its definer": f"""
        SELECT n.nspname, p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
        WHERE {COUNTY} AND p.prosecdef""",
    "shared and county tables have different names": f"""
        SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE {COUNTY} AND c.relkind = 'r' AND c.relname <> 'django_migrations'
        INTERSECT SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace""",
    "every county has the same tables": """
        SELECT relname, count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname ~ '^c35[0-9]{4}$' AND c.relkind = 'r' GROUP BY relname HAVING count(*) <>
            (SELECT count(*) FROM pg_namespace WHERE nspname ~ '^c35[0-9]{4}$')""",
    "a county's role reads few public tables": """
        SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
        AND has_table_privilege('lgtest_c350428', c.oid, 'SELECT')
        AND c.relname NOT IN ('tenants_trade', 'tenants_marketclock', 'partners_insurer')""",
    "a county's role writes no public table": """
        SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
        AND has_table_privilege('lgtest_c350428', c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE')""",
    "the county login owns and may nothing": """
        SELECT c.relname FROM pg_class c WHERE c.relkind = 'r' AND c.relname !~ '^pg_|^sql_'
        AND has_table_privilege('lgtest_county', c.oid, 'SELECT, INSERT, UPDATE, DELETE')
        AND c.relnamespace <> 'information_schema'::regnamespace""",
    "only the identity login reads identities": """
        SELECT c.relname, r.rolname FROM pg_class c, pg_roles r
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
        AND c.relname ~ '^(identity|account|mfa|oauth2_provider|django_session|auth)_?'
        AND r.rolname IN ('lgtest_county', 'lgtest_city', 'lgtest_folder', 'lgtest_c350428')
        AND has_table_privilege(r.rolname, c.oid, 'SELECT')""",
    "history is append-only by privilege": """
        SELECT t, p FROM unnest(ARRAY['kernel_transitionlog', 'kernel_auditrow', 'kernel_fact',
            'kernel_idempotencyrecord', 'ledger_transfer', 'webhooks_partnerevent', 'files_storedfile',
            'claims_document']) t, unnest(ARRAY['UPDATE', 'DELETE', 'TRUNCATE']) p
        WHERE has_table_privilege('lgtest_c350428', 'c350428.' || t, p)""",
}

# What each rule must be able to see: a breach made on purpose, in a transaction that is rolled back.
BREACHES = {
    "no triggers of ours": """
        CREATE FUNCTION c350428.f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
        CREATE TRIGGER t BEFORE INSERT ON c350428.kernel_fact FOR EACH ROW EXECUTE FUNCTION c350428.f()""",
    "foreign keys stay inside the schema": """
        CREATE TABLE c350428.x (id uuid REFERENCES public.tenants_county (id))""",
    "no rules, views or inheritance": "CREATE VIEW c350428.v AS SELECT 1",
    "nothing runs as its definer": """
        CREATE FUNCTION c350428.g() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'""",
    "shared and county tables have different names": "CREATE TABLE c350428.tenants_county (id int)",
    "every county has the same tables": "CREATE TABLE c350428.only_here (id int)",
    "a county's role reads few public tables": "GRANT SELECT ON public.tenants_county TO lgtest_counties",
    "a county's role writes no public table": "GRANT INSERT ON public.tenants_trade TO lgtest_counties",
    "the county login owns and may nothing": "GRANT SELECT ON public.tenants_trade TO lgtest_county",
    "only the identity login reads identities": "GRANT SELECT ON public.django_session TO lgtest_city",
    "history is append-only by privilege": "GRANT DELETE ON c350428.kernel_fact TO lgtest_c350428",
}


def _server() -> psycopg.Connection[Any]:
    return psycopg.connect(**superuser(), dbname=connection.settings_dict["NAME"])


@pytest.mark.parametrize("rule", RULES)
def test_rule_holds(rule: str, counties: dict[str, CountyRef]) -> None:
    with _server() as server:
        assert server.execute(RULES[rule]).fetchall() == []


@pytest.mark.parametrize("rule", RULES)
def test_rule_sees_a_breach(rule: str, counties: dict[str, CountyRef]) -> None:
    with _server() as server:
        server.execute(BREACHES[rule])
        assert server.execute(RULES[rule]).fetchall() != []
        server.rollback()


def test_no_volatile_function_in_an_update(counties: dict[str, CountyRef]) -> None:
    """Volatile functions in UPDATE are refused by the distributed engine; ours pass moments as
    parameters, so function bodies of county schemas name none of the usual ones."""
    with _server() as server:
        rows = server.execute(
            "SELECT p.proname, p.prosrc FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace "
            "WHERE n.nspname = 'c350428'"
        ).fetchall()
    for name, source in rows:
        for volatile in ("clock_timestamp", "random(", "gen_random_uuid", "now(", "timeofday", "nextval"):
            assert volatile not in source.lower(), f"{name} uses {volatile}"
