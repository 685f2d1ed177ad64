"""First setting-up of a database: logins, each with only what it needs, and the database itself.

Runs once, as a superuser; everything later runs as the owner. Safe to run again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import psycopg
from psycopg import sql

# What each login is. Rights on tables come from migrations, table by table.
LOGINS: Mapping[str, str] = {
    "owner": "LOGIN CREATEROLE",  # migrates, makes counties and their roles; never serves requests
    "county": "LOGIN NOINHERIT",  # has no right of its own; may become a county's role
    "identity": "LOGIN",  # users, sessions, tokens
    "city": "LOGIN",  # counties, catalogues, rollups
    "folder": "LOGIN",  # reads facts, writes rollups
}
COUNTIES = "counties"  # group of all county roles, for the short list of public tables they may read


def bootstrap(
    *, superuser: Mapping[str, Any], database: str, prefix: str, passwords: Mapping[str, str]
) -> None:
    """Creates roles and database where they are missing.

    `superuser` holds psycopg connection parameters of a superuser, without a database name.
    `passwords` maps a login of `LOGINS` to its password; a login without one can enter only where
    the server trusts it, such as a private socket.
    """
    with psycopg.connect(**superuser, dbname="postgres", autocommit=True) as server:
        _roles(server, prefix, passwords)
        if not server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone():
            server.execute(
                sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8'").format(
                    sql.Identifier(database), sql.Identifier(f"{prefix}_owner")
                )
            )
        _close_database(server, database, prefix)
    with psycopg.connect(**superuser, dbname=database, autocommit=True) as inside:
        _close_public_schema(inside, prefix)


def _roles(server: psycopg.Connection[Any], prefix: str, passwords: Mapping[str, str]) -> None:
    known = {row[0] for row in server.execute("SELECT rolname FROM pg_roles")}
    if f"{prefix}_{COUNTIES}" not in known:
        server.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(sql.Identifier(f"{prefix}_{COUNTIES}")))
    for name, kind in LOGINS.items():
        role = sql.Identifier(f"{prefix}_{name}")
        verb = "ALTER" if f"{prefix}_{name}" in known else "CREATE"
        server.execute(sql.SQL(f"{verb} ROLE {{}} {kind}").format(role))
        if passwords.get(name):
            server.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(role, sql.Literal(passwords[name])))
    server.execute(
        sql.SQL("GRANT {} TO {} WITH ADMIN TRUE, INHERIT FALSE, SET FALSE").format(
            sql.Identifier(f"{prefix}_{COUNTIES}"), sql.Identifier(f"{prefix}_owner")
        )
    )


def _close_database(server: psycopg.Connection[Any], database: str, prefix: str) -> None:
    name = sql.Identifier(database)
    # TEMP too: a temporary table that shadows a county's table would be read in its place.
    server.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(name))
    logins = sql.SQL(", ").join(sql.Identifier(f"{prefix}_{login}") for login in LOGINS)
    server.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(name, logins))
    server.execute(
        sql.SQL("GRANT CREATE ON DATABASE {} TO {}").format(name, sql.Identifier(f"{prefix}_owner"))
    )


def _close_public_schema(inside: psycopg.Connection[Any], prefix: str) -> None:
    inside.execute(sql.SQL("ALTER SCHEMA public OWNER TO {}").format(sql.Identifier(f"{prefix}_owner")))
    inside.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
    users = [COUNTIES, *(name for name in LOGINS if name not in {"owner", "county"})]
    inside.execute(
        sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(
            sql.SQL(", ").join(sql.Identifier(f"{prefix}_{name}") for name in users)
        )
    )
