"""Sessions of people: rows that hold an encrypted document, named by an unguessable token.

Also the `SESSION_ENGINE`, which Django wants as a module with a `SessionStore`.
"""

from __future__ import annotations

import re

from allauth.headless.tokens.strategies.sessions import SessionTokenStrategy
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import SessionBase

_TOKEN = re.compile(r"[a-z0-9]{32}\Z")
_TOTP = "totp"


class SessionStore(db.SessionStore):
    """Django's, except that a cookie or header that cannot be a token is not looked up: PostgreSQL would
    answer one with a NUL in it by an error."""

    def _validate_session_key(self, key: str) -> bool:
        return bool(key) and _TOKEN.match(key) is not None


def load_session(token: str) -> SessionBase | None:
    """The session of an `X-Session-Token`, with one query; None when there is none or it expired."""
    session = SessionStore(token)
    session.get(SESSION_KEY)  # loads; a missing or expired session loses its key
    return session if session.session_key else None


def passed_totp(session: SessionBase) -> bool:
    """Whether a one-time password was given in this session."""
    records = session.get("account_authentication_methods")
    return isinstance(records, list) and any(
        record.get("method") == "mfa" and record.get("type") == _TOTP for record in records
    )


class SessionTokens(SessionTokenStrategy):
    """allauth's strategy looks a session up with two queries, and takes any text for a token."""

    def lookup_session(self, session_token: str) -> SessionBase | None:
        return load_session(session_token)
