"""What was changed about logins and tokens goes into the audit trail: made while officed ran or while it did not.

The changes stand in the users' file, each with an id. The journal keeps which ids it has, in the transaction that writes the
entries: after a crash at any point nothing is missing and nothing is there twice.
"""

import logging
from collections.abc import Sequence
from typing import Protocol

import msgspec

from daemon.accounts.users import MOST_CHANGES, Change, Users, UsersFile, UsersUnavailable
from daemon.errors import StoreUnavailable
from daemon.journal.audit import Record

_log = logging.getLogger(__name__)
KIND = "account"
"""What the entries of the trail are called, and what the journal keeps their ids under."""


class Trail(Protocol):
    """What is needed of the journal; any thread. Both raise StoreUnavailable."""

    def record(self, records: Sequence[bytes | Record], kept: tuple[str, bytes] | None = None) -> None:
        """Append, and keep, at once or not at all."""

    def kept(self, kind: str) -> bytes | None:
        """What was kept last."""


class AccountChanges:
    """`look` every second or so, on one thread."""

    def __init__(self, users: UsersFile, trail: Trail) -> None:
        self._file, self._trail = users, trail
        self._seen: Users | None = None
        self._is_failing = False

    def look(self) -> int:
        """Take in what is new; gives how many. Never raises: what cannot be done now is done at a later look."""
        try:
            users = self._file.read()
            if users is self._seen:
                return 0
            taken = self._take(users)
        except (UsersUnavailable, StoreUnavailable, msgspec.MsgspecError) as trouble:
            if not self._is_failing:
                _log.warning("accounts: changes are not in the audit trail yet: %s", trouble)
            self._is_failing = True
            return 0
        self._is_failing, self._seen = False, users
        return taken

    def _take(self, users: Users) -> int:
        body = self._trail.kept(KIND)  # asked each time: a write that failed may have happened all the same
        known: tuple[str, ...] = () if body is None else msgspec.json.decode(body, type=tuple[str, ...])
        new = _after(users.changes, frozenset(known))
        if new:
            ids = (*known, *(change.id for change in new))[-2 * MOST_CHANGES :]
            records = [Record(change.at, KIND, msgspec.json.encode(change)) for change in new]
            self._trail.record(records, (KIND, msgspec.json.encode(ids)))
            for change in new:
                _log.info("%s: %s, by %s", change.name, change.what, change.by)
        return len(new)


def _after(changes: Sequence[Change], known: frozenset[str]) -> list[Change]:
    return [change for change in changes if change.id not in known]
