"""Logins, sessions and tokens as the board asks for them.

Sessions survive a restart: their hashes stand in a file beside the users'. A session ends after twelve hours without use,
after a week in any case, and with a change of the password. One that another provider has vouched for ends after twelve hours
in any case: nobody tells us what changes there.
"""

import hashlib
import hmac
import logging
import secrets
import threading
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from time import monotonic

import msgspec

from daemon.accounts.attempts import Attempts
from daemon.accounts.passwords import LONGEST, matches
from daemon.accounts.users import Users, UsersFile, UsersUnavailable, digest, replace_file
from dashboards.board.door import Account, Entered, Person, Role

_log = logging.getLogger(__name__)
IDLE = timedelta(hours=12)
LONGEST_SESSION = timedelta(days=7)
LONGEST_OUTSIDE = timedelta(hours=12)
MOST_SESSIONS = 2000
_WRITTEN_EVERY = timedelta(minutes=10)


class Session(msgspec.Struct, frozen=True):
    """`password`: digest of the password's hash at login, so that a new password ends it.

    `role`: of somebody without an account here; `password` is then the digest of what was configured about them.
    """

    name: str
    password: str
    began_at: datetime
    used_at: datetime
    role: Role | None = None


class Kept(msgspec.Struct):
    """The file of sessions: a key for forms, and sessions by the hash of their secret."""

    key: str = ""
    sessions: dict[str, Session] = {}


class FileAccounts:
    """`dashboards.board.door.Accounts`. Any thread; one lock, and no password is checked within it.

    `outside`: digest of who else may vouch for people; empty: nobody. A session lives as long as it stays the same.
    """

    def __init__(self, users: UsersFile, sessions: Path, now: Callable[[], datetime], outside: str = "") -> None:
        self._file, self._path, self._now, self._outside = users, sessions, now, outside
        self._attempts = Attempts()
        self._lock = threading.Lock()
        self._busy = threading.Semaphore(2)
        self._kept = _read(sessions)
        self._kept.key = self._kept.key or secrets.token_hex(32)

    @property
    def is_empty(self) -> bool:
        """Nobody can have an account yet. A file that cannot be read lets nobody in without one."""
        try:
            return not self._outside and not self._file.read().users
        except UsersUnavailable:
            return False

    def enter(self, name: str, password: str, address: str) -> Entered:
        """Check a login; a session's secret where it is right."""
        name = name[:LONGEST]
        with self._lock:
            wait = self._attempts.wait(name, address, monotonic())
        if wait > 0:
            return Entered(wait_seconds=wait)
        user = self._users().users.get(name)
        with self._busy:
            right = matches(None if user is None else user.password, password)
        if user is None or not right:
            with self._lock:
                self._attempts.failed(name, address, monotonic())
            _log.warning("accounts: a login from %s failed", address)
            return Entered()
        with self._lock:
            self._attempts.succeeded(name, address)
        return Entered(session=self._begun(name, digest(user.password), None))

    def admit(self, name: str, role: Role) -> str:
        """The secret of a session for somebody whom the provider outside has vouched for. Writes a file."""
        return self._begun(name, self._outside, role)

    def person(self, session: str) -> Person | None:
        """Whose session this is."""
        now, key = self._now(), digest(session)
        with self._lock:
            kept = self._kept.sessions.get(key)
            if kept is None:
                return None
            role = self._role(kept)
            if role is None or _is_over(kept, now):
                del self._kept.sessions[key]
                return None
            if now - kept.used_at > _WRITTEN_EVERY:
                self._kept.sessions[key] = msgspec.structs.replace(kept, used_at=now)
                self._write(now)
        return Person(kept.name, role)

    def leave(self, session: str) -> None:
        """End it; for good."""
        with self._lock:
            if self._kept.sessions.pop(digest(session), None) is not None:
                self._write(self._now())

    def bearer(self, token: str) -> Person | None:
        """Whose token this is."""
        asked = digest(token)
        for kept in self._users().tokens.values():
            if hmac.compare_digest(kept.digest, asked):
                return Person(kept.name, kept.role, scopes=kept.scopes)
        return None

    def everybody(self) -> Sequence[Account]:
        """All logins."""
        users = self._users().users.values()
        return tuple(Account(one.name, one.role, one.created_at) for one in sorted(users, key=lambda one: one.name))

    def form_key(self, session: str) -> str:
        """HMAC of the session under our own key."""
        return hmac.new(self._kept.key.encode(), session.encode(), hashlib.sha256).hexdigest()

    def _begun(self, name: str, password: str, role: Role | None) -> str:
        secret, now = secrets.token_urlsafe(32), self._now()
        with self._lock:
            self._kept.sessions[digest(secret)] = Session(name, password, now, now, role)
            self._write(now)
        return secret

    def _role(self, kept: Session) -> Role | None:
        """What the session is worth now; None: nothing any more."""
        if kept.role is not None:
            return kept.role if self._outside and hmac.compare_digest(kept.password, self._outside) else None
        user = self._users().users.get(kept.name)
        return user.role if user is not None and digest(user.password) == kept.password else None

    def _users(self) -> Users:
        try:
            return self._file.read()
        except UsersUnavailable as trouble:
            _log.error("accounts: %s", trouble)
            return Users()

    def _write(self, now: datetime) -> None:
        live = sorted(
            ((key, one) for key, one in self._kept.sessions.items() if not _is_over(one, now)),
            key=lambda each: each[1].used_at,
        )
        self._kept.sessions = dict(live[-MOST_SESSIONS:])
        try:
            replace_file(self._path, msgspec.json.encode(self._kept))
        except OSError as trouble:
            _log.warning("accounts: sessions not kept, they end with the next restart: %s", trouble.strerror)


def _is_over(session: Session, now: datetime) -> bool:
    longest = LONGEST_SESSION if session.role is None else LONGEST_OUTSIDE
    return now - session.used_at > IDLE or now - session.began_at > longest


def _read(path: Path) -> Kept:
    try:
        return msgspec.json.decode(path.read_bytes(), type=Kept)
    except FileNotFoundError:
        return Kept()
    except (OSError, msgspec.MsgspecError) as trouble:
        _log.warning("accounts: sessions cannot be read (%s); everybody logs in again", trouble)
        return Kept()
