"""What is done to logins and tokens is in the audit trail: who, what, when; nothing missing, nothing twice, no secret."""

import logging
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from threading import Barrier, Thread

import msgspec
import pytest
from painted import NOW

from daemon.accounts.changes import AccountChanges
from daemon.accounts.users import Change, UsersFile, UsersUnavailable
from daemon.audit.trail import effects
from daemon.engine.inbox import Reloaded, ReloadRefused
from daemon.errors import StoreUnavailable
from daemon.journal.audit import Record, first_break
from daemon.journal.journal import Journal
from policies.control.effects import Decided
from policies.office.requests import Acknowledge

PASSWORD = "correct horse battery"


@pytest.fixture
def users(tmp_path: Path) -> UsersFile:
    return UsersFile(tmp_path / "users.json", by="root")


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    opened = opened_in(tmp_path)
    yield opened
    opened.close()


class Failing:
    """A journal that does all and then says that it failed; or that does nothing and says so."""

    def __init__(self, journal: Journal, *, does_it: bool) -> None:
        self.journal, self.does_it, self.fails = journal, does_it, True

    def kept(self, kind: str) -> bytes | None:
        return self.journal.kept(kind)

    def record(self, records: Sequence[bytes | Record], kept: tuple[str, bytes] | None = None) -> None:
        if not self.fails or self.does_it:
            self.journal.record(records, kept)
        if self.fails:
            raise StoreUnavailable("the disk is full")


def opened_in(directory: Path) -> Journal:
    return Journal(directory / "journal.sqlite", now=lambda: NOW, tell=logging.warning)


def trail(journal: Journal) -> list[Change]:
    entries = journal.audit()
    assert first_break(entries) is None
    assert {entry.kind for entry in entries} <= {"account"}
    changes = [msgspec.json.decode(entry.body, type=Change) for entry in entries]
    assert [entry.at for entry in entries] == [change.at for change in changes]
    return changes


def test_every_kind_of_change_is_written_down_with_who_and_when(users: UsersFile, journal: Journal) -> None:
    looking = AccountChanges(UsersFile(users.path), journal)
    assert looking.look() == 0
    at = [NOW + timedelta(minutes=minute) for minute in range(7)]
    users.add("ada", "admin", PASSWORD, at[0])
    users.add("vera", "viewer", PASSWORD, at[1])
    assert looking.look() == 2
    users.change_role("vera", "operator", at[2])
    users.change_password("vera", "another long password", at[3])
    key = users.add_token("wall", ("read", "extend"), "viewer", at[4])
    users.remove_token("wall", at[5])
    users.remove("vera", at[6])
    assert looking.look() == 5
    assert looking.look() == 0
    assert [(each.at, each.by, each.what, each.name, each.role, each.scopes) for each in trail(journal)] == [
        (at[0], "root", "login added", "ada", "admin", ()),
        (at[1], "root", "login added", "vera", "viewer", ()),
        (at[2], "root", "role changed", "vera", "operator", ()),
        (at[3], "root", "password changed", "vera", None, ()),
        (at[4], "root", "token made", "wall", "viewer", ("read", "extend")),
        (at[5], "root", "token removed", "wall", None, ()),
        (at[6], "root", "login removed", "vera", None, ()),
    ]
    written = b"".join(entry.body for entry in journal.audit()).decode()
    assert all(secret not in written for secret in (key, PASSWORD, "another long password", "argon2"))


def test_what_is_changed_while_officed_stands_still_is_taken_in_at_its_start(users: UsersFile, tmp_path: Path) -> None:
    users.add("ada", "admin", PASSWORD, NOW)
    for _ in range(3):
        journal = opened_in(tmp_path)
        AccountChanges(UsersFile(users.path), journal).look()
        assert [each.what for each in trail(journal)][:1] == ["login added"]
        users.change_password("ada", "another long password", NOW)
        journal.close()
    journal = opened_in(tmp_path)
    assert AccountChanges(UsersFile(users.path), journal).look() == 1
    assert [each.what for each in trail(journal)] == ["login added", *["password changed"] * 3]
    journal.close()


@pytest.mark.parametrize("does_it", [True, False])
def test_a_journal_that_fails_makes_nothing_missing_and_nothing_double(
    users: UsersFile, journal: Journal, caplog: pytest.LogCaptureFixture, does_it: bool
) -> None:
    """Even where the write had succeeded: the ids were kept with it, and a new start reads them."""
    failing = Failing(journal, does_it=does_it)
    users.add("ada", "admin", PASSWORD, NOW)
    looking = AccountChanges(UsersFile(users.path), failing)
    assert looking.look() == looking.look() == 0
    assert [record.message for record in caplog.records].count(
        "accounts: changes are not in the audit trail yet: the disk is full"
    ) == 1
    failing.fails = False
    (AccountChanges(UsersFile(users.path), failing) if does_it else looking).look()
    assert [each.name for each in trail(journal)] == ["ada"]


def test_an_older_file_put_back_loses_no_later_change(users: UsersFile, journal: Journal) -> None:
    looking = AccountChanges(UsersFile(users.path), journal)
    users.add("ada", "admin", PASSWORD, NOW)
    looking.look()
    backup = users.path.read_bytes()
    users.add("vera", "viewer", PASSWORD, NOW)
    looking.look()
    users.path.unlink()
    users.path.write_bytes(backup)
    users.add("olga", "operator", PASSWORD, NOW)
    looking.look()
    assert [each.name for each in trail(journal)] == ["ada", "vera", "olga"]


def test_the_last_admin_cannot_be_made_less_and_nothing_is_written_about_it(users: UsersFile) -> None:
    users.add("ada", "admin", PASSWORD, NOW)
    with pytest.raises(UsersUnavailable, match="last admin"):
        users.change_role("ada", "viewer", NOW)
    with pytest.raises(UsersUnavailable, match="no account"):
        users.change_role("bob", "admin", NOW)
    assert len(users.read().changes) == 1


def test_two_who_change_at_once_both_succeed(users: UsersFile) -> None:
    """Each with the file opened for itself, as two processes have it: the lock is the system's."""
    together = Barrier(2)

    def make_tokens(name: str) -> None:
        own = UsersFile(users.path, by=name)
        together.wait(10)
        for number in range(40):
            own.add_token(f"{name}-{number}", ("read",), "viewer", NOW)

    threads = [Thread(target=make_tokens, args=(name,)) for name in ("one", "two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(users.read().tokens) == len(users.read().changes) == 80


def test_what_reads_the_trail_for_decisions_passes_over_accounts_and_remarks(users: UsersFile, tmp_path: Path) -> None:
    """A reload of the configuration and a new login stand between what was decided; `officed explain` reads on."""
    journal = opened_in(tmp_path)
    users.add("ada", "admin", PASSWORD, NOW)
    before, after = (Decided(NOW, who, Acknowledge("case-1")) for who in ("olga", "chen"))
    journal.record([msgspec.json.encode(before), msgspec.json.encode(Reloaded(NOW, ("policies.a: enforce",)))])
    AccountChanges(users, journal).look()
    journal.record([msgspec.json.encode(ReloadRefused(NOW, ("office.yaml:3",))), msgspec.json.encode(after)])
    journal.close()
    assert list(effects(tmp_path / "journal.sqlite", NOW)) == [before, after]
