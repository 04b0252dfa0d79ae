"""The file of people and tokens: JSON, readable by us alone, replaced whole. No secret is in it, only hashes.

Both the daemon and `officed users` read it; only the command writes it. A change is seen at the next request.
"""

import hashlib
import os
import re
import secrets
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import msgspec

from daemon.accounts.passwords import hashed
from dashboards.board.door import Role, Scope

_NAME = re.compile(r"[^\W_][\w.@ -]{0,63}")


class User(msgspec.Struct, frozen=True):
    """One login."""

    name: str
    role: Role
    password: str
    created_at: datetime


class Token(msgspec.Struct, frozen=True):
    """One program's key. `digest`: SHA-256, hex; a token has 256 random bits, so no slow hash is needed."""

    name: str
    digest: str
    scopes: tuple[Scope, ...]
    role: Role
    created_at: datetime


class Users(msgspec.Struct, frozen=True):
    """The whole file, by name."""

    users: Mapping[str, User] = {}
    tokens: Mapping[str, Token] = {}


class UsersUnavailable(Exception):  # noqa: N818  a sentence for a person
    """The file cannot be used, or the change cannot be made; the message says why."""


class UsersFile:
    """Any thread for `read`. Changes read, change and replace the file under an exclusive name."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._seen: tuple[int, int] | None = None
        self._users = Users()

    def read(self) -> Users:
        """The file as it is now; empty where there is none. Raises UsersUnavailable."""
        try:
            stat = self.path.stat()
            if self._seen != (stat.st_mtime_ns, stat.st_ino):
                self._users = msgspec.json.decode(self.path.read_bytes(), type=Users)
                self._seen = (stat.st_mtime_ns, stat.st_ino)
        except FileNotFoundError:
            self._seen, self._users = None, Users()
        except (OSError, msgspec.MsgspecError) as trouble:
            raise UsersUnavailable(f"{self.path}: the accounts cannot be read: {trouble}") from trouble
        return self._users

    def add(self, name: str, role: Role, password: str, at: datetime) -> None:
        """A new login. Raises UsersUnavailable and WeakPassword."""
        users = self.read()
        if not _NAME.fullmatch(name):
            raise UsersUnavailable(
                "a name has up to 64 letters, digits, spaces and . _ @ -, and starts with a letter or digit"
            )
        if name.casefold() in {known.casefold() for known in users.users}:
            raise UsersUnavailable(
                f"{name} has an account already; `officed users password {name}` changes the password"
            )
        self._write(
            msgspec.structs.replace(users, users={**users.users, name: User(name, role, hashed(password, name), at)})
        )

    def change_password(self, name: str, password: str) -> None:
        """Another password; all sessions of the old one end. Raises UsersUnavailable and WeakPassword."""
        users = self.read()
        user = msgspec.structs.replace(self._known(users, name), password=hashed(password, name))
        self._write(msgspec.structs.replace(users, users={**users.users, name: user}))

    def remove(self, name: str) -> None:
        """Take a login away. The last admin stays. Raises UsersUnavailable."""
        users = self.read()
        user = self._known(users, name)
        if user.role == "admin" and [one.role for one in users.users.values()].count("admin") == 1:
            raise UsersUnavailable(f"{name} is the last admin; add another one first")
        kept = {key: one for key, one in users.users.items() if key != name}
        self._write(msgspec.structs.replace(users, users=kept))

    def add_token(self, name: str, scopes: tuple[Scope, ...], role: Role, at: datetime) -> str:
        """A new key for a program; the same name again replaces it. Gives the key, which is shown once."""
        users = self.read()
        key = f"officed_{secrets.token_urlsafe(32)}"
        token = Token(name, digest(key), scopes, role, at)
        self._write(msgspec.structs.replace(users, tokens={**users.tokens, name: token}))
        return key

    def remove_token(self, name: str) -> None:
        """Take a key away. Raises UsersUnavailable."""
        users = self.read()
        if name not in users.tokens:
            raise UsersUnavailable(f"there is no token {name}")
        kept = {key: one for key, one in users.tokens.items() if key != name}
        self._write(msgspec.structs.replace(users, tokens=kept))

    def _known(self, users: Users, name: str) -> User:
        if name not in users.users:
            raise UsersUnavailable(f"{name} has no account")
        return users.users[name]

    def _write(self, users: Users) -> None:
        try:
            replace_file(self.path, msgspec.json.format(msgspec.json.encode(users), indent=2))
        except OSError as trouble:
            raise UsersUnavailable(f"{self.path}: the accounts cannot be written: {trouble.strerror}") from trouble


def digest(secret: str) -> str:
    """SHA-256 in hex."""
    return hashlib.sha256(secret.encode()).hexdigest()


def replace_file(path: Path, content: bytes) -> None:
    """Put a file in the place of another, whole or not at all; nobody else may read it. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except OSError:
        with suppress(OSError):
            Path(name).unlink()
        raise
