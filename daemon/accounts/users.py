"""The file of people and tokens: JSON, readable by us alone, replaced whole. No secret is in it, only hashes.

Both the daemon and `officed users` read it; only the command writes it. A change is seen at the next request. What was
changed, when and by whom stands in the same file, so that it is kept with the change or not at all; the daemon takes it into
the audit trail from there, whether it ran at the time or not (`changes.py`).
"""

import fcntl
import hashlib
import os
import re
import secrets
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Literal

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


What = Literal["login added", "login removed", "role changed", "password changed", "token made", "token removed"]
MOST_CHANGES = 5000
"""The oldest ones go. The daemon would have to stand still during so many to miss one."""


class Change(msgspec.Struct, frozen=True):
    """What was done to whose login or token. `by`: the account of the operating system; `id` is random."""

    id: str
    at: datetime
    by: str
    what: What
    name: str
    role: Role | None = None
    scopes: tuple[Scope, ...] = ()


class Users(msgspec.Struct, frozen=True):
    """The whole file, by name; what was changed, oldest first."""

    users: Mapping[str, User] = {}
    tokens: Mapping[str, Token] = {}
    changes: tuple[Change, ...] = ()


class UsersUnavailable(Exception):  # noqa: N818  a sentence for a person
    """The file cannot be used, or the change cannot be made; the message says why."""


class UsersFile:
    """Any thread for `read`. Changes read, change and replace the file, one process at a time. `by`: who makes them."""

    def __init__(self, path: Path, by: str = "") -> None:
        self.path, self._by = path, by
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
        with self._alone() as users:
            if not _NAME.fullmatch(name):
                raise UsersUnavailable(
                    "a name has up to 64 letters, digits, spaces and . _ @ -, and starts with a letter or digit"
                )
            if name.casefold() in {known.casefold() for known in users.users}:
                raise UsersUnavailable(
                    f"{name} has an account already; `officed users password {name}` changes the password"
                )
            user = User(name, role, hashed(password, name), at)
            self._write(users, "login added", name, at, users={**users.users, name: user}, role=role)

    def change_password(self, name: str, password: str, at: datetime) -> None:
        """Another password; all sessions of the old one end. Raises UsersUnavailable and WeakPassword."""
        with self._alone() as users:
            user = msgspec.structs.replace(_known(users, name), password=hashed(password, name))
            self._write(users, "password changed", name, at, users={**users.users, name: user})

    def change_role(self, name: str, role: Role, at: datetime) -> None:
        """Another role, in force with the next request. The last admin stays one. Raises UsersUnavailable."""
        with self._alone() as users:
            if role != "admin":
                _leave_an_admin(users, name)
            user = msgspec.structs.replace(_known(users, name), role=role)
            self._write(users, "role changed", name, at, users={**users.users, name: user}, role=role)

    def remove(self, name: str, at: datetime) -> None:
        """Take a login away. The last admin stays. Raises UsersUnavailable."""
        with self._alone() as users:
            _leave_an_admin(users, name)
            kept = {key: one for key, one in users.users.items() if key != name}
            self._write(users, "login removed", name, at, users=kept)

    def add_token(self, name: str, scopes: tuple[Scope, ...], role: Role, at: datetime) -> str:
        """A new key for a program; the same name again replaces it. Gives the key, which is shown once."""
        key = f"officed_{secrets.token_urlsafe(32)}"
        with self._alone() as users:
            token = Token(name, digest(key), scopes, role, at)
            self._write(users, "token made", name, at, tokens={**users.tokens, name: token}, role=role, scopes=scopes)
        return key

    def remove_token(self, name: str, at: datetime) -> None:
        """Take a key away. Raises UsersUnavailable."""
        with self._alone() as users:
            if name not in users.tokens:
                raise UsersUnavailable(f"there is no token {name}")
            kept = {key: one for key, one in users.tokens.items() if key != name}
            self._write(users, "token removed", name, at, tokens=kept)

    @contextmanager
    def _alone(self) -> Iterator[Users]:
        """The file as it is, while no other process changes it."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            lock = os.open(self.path.with_name(f".{self.path.name}.lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as trouble:
            raise UsersUnavailable(f"{self.path}: the accounts cannot be written: {trouble.strerror}") from trouble
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield self.read()
        finally:
            os.close(lock)

    def _write(
        self,
        known: Users,
        what: What,
        name: str,
        at: datetime,
        *,
        users: Mapping[str, User] | None = None,
        tokens: Mapping[str, Token] | None = None,
        role: Role | None = None,
        scopes: tuple[Scope, ...] = (),
    ) -> None:
        change = Change(secrets.token_hex(8), at, self._by, what, name, role, scopes)
        changes = (*known.changes, change)[-MOST_CHANGES:]
        new = Users(known.users if users is None else users, known.tokens if tokens is None else tokens, changes)
        try:
            replace_file(self.path, msgspec.json.format(msgspec.json.encode(new), indent=2))
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


def _known(users: Users, name: str) -> User:
    if name not in users.users:
        raise UsersUnavailable(f"{name} has no account")
    return users.users[name]


def _leave_an_admin(users: Users, name: str) -> None:
    roles = [one.role for one in users.users.values()]
    if _known(users, name).role == "admin" and roles.count("admin") == 1:
        raise UsersUnavailable(f"{name} is the last admin; add another one first")
