"""Hashing of machine clients' secrets."""

from __future__ import annotations

from django.contrib.auth.hashers import PBKDF2PasswordHasher


class RandomSecretHasher(PBKDF2PasswordHasher):
    """One round of PBKDF2-SHA256, for secrets of 128 random characters only.

    Rounds make guessing dear where a person chose the secret; nobody guesses 700 bits, and a million
    rounds would cost each token request a third of a second. People here have no passwords at all.
    """

    algorithm = "pbkdf2_sha256_random"
    iterations = 1
