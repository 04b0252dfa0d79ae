"""Passwords, kept as argon2id; and what is too weak to be one."""

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST = 10
LONGEST = 256
"""Longer ones only cost time."""

# OWASP's second recommendation for argon2id: 19 MiB, two passes, one lane. Some 40 ms here, and the GIL is free meanwhile.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


class WeakPassword(Exception):  # noqa: N818  a sentence for a person
    """The password cannot be taken; the message says why."""


def hashed(password: str, name: str) -> str:
    """The argon2id hash to keep. Raises WeakPassword."""
    if len(password) < SHORTEST:
        raise WeakPassword(f"a password has at least {SHORTEST} characters")
    if len(password) > LONGEST:
        raise WeakPassword(f"a password has at most {LONGEST} characters")
    if len(set(password)) < 4 or password.lower() in {name.lower(), name.lower() * 2}:  # noqa: PLR2004  "aaaaaaaaaa"
        raise WeakPassword("this password would be guessed at once; take another")
    return _HASHER.hash(password)


def matches(kept: str | None, password: str) -> bool:
    """Whether it is the password. Takes as long for a name that does not exist (`kept` None)."""
    try:
        _HASHER.verify(kept or _nobodys(), password[: LONGEST + 1])
    except (VerificationError, InvalidHashError):
        return False
    return kept is not None


@cache
def _nobodys() -> str:
    return _HASHER.hash("nobody has this password")
