"""`officed users`: logins and tokens as the file and the daemon see them afterwards; what cannot be is one sentence."""

from pathlib import Path

import pytest
from painted import NOW
from typer.testing import CliRunner, Result

from daemon.accounts.accounts import FileAccounts
from daemon.accounts.users import UsersFile
from daemon.command_line.account_commands import app
from daemon.configuration.load import users_file
from daemon.running import MISUSE, TROUBLE

PASSWORD = "correct horse battery"
EXAMPLE = Path(__file__).parent.parent / "office.example.yaml"


class Machine:
    """An office's folder, and the command as typed there."""

    def __init__(self, directory: Path) -> None:
        self.config, self.secret = directory / "office.yaml", directory / "password"
        self.config.write_text(EXAMPLE.read_text(encoding="utf-8"), encoding="utf-8")
        self.secret.write_text(PASSWORD + "\n", encoding="utf-8")
        self.file = users_file(self.config)
        self.accounts = FileAccounts(UsersFile(self.file), directory / "sessions.json", lambda: NOW)

    def officed(self, *words: str) -> Result:
        return CliRunner().invoke(app, [*words, "--config", str(self.config)])

    def add(self, name: str, role: str = "viewer") -> Result:
        return self.officed("add", name, "--role", role, "--password-file", str(self.secret))


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_the_first_admin_is_made_here_and_may_enter(machine: Machine) -> None:
    assert machine.accounts.is_empty
    done = machine.add("ada", "admin")
    assert (done.exit_code, done.stdout) == (0, "ada may log in as admin.\n")
    assert machine.accounts.enter("ada", PASSWORD, "192.0.2.1").session
    assert PASSWORD not in machine.file.read_text(encoding="utf-8")
    assert machine.file.stat().st_mode & 0o077 == 0


def test_a_name_is_given_once_whatever_its_letters_case(machine: Machine) -> None:
    machine.add("ada", "admin")
    again = machine.add("ADA")
    assert again.exit_code == TROUBLE
    assert "has an account already" in again.stderr


def test_a_weak_password_and_one_that_nobody_can_ask_for_are_refused(machine: Machine) -> None:
    machine.secret.write_text("short", encoding="utf-8")
    weak = machine.add("ada", "admin")
    assert (weak.exit_code, weak.stderr) == (MISUSE, "a password has at least 10 characters\n")
    assert "use --password-file" in machine.officed("add", "ada").stderr
    assert machine.accounts.is_empty


def test_a_removed_login_is_out_at_once_and_the_last_admin_stays(machine: Machine) -> None:
    machine.add("ada", "admin")
    machine.add("vera")
    session = machine.accounts.enter("vera", PASSWORD, "192.0.2.1").session
    assert machine.accounts.person(session) is not None
    assert machine.officed("remove", "vera").exit_code == 0
    assert machine.accounts.person(session) is None
    last = machine.officed("remove", "ada")
    assert last.exit_code == TROUBLE
    assert "last admin" in last.stderr
    assert machine.officed("remove", "nobody").exit_code == TROUBLE


def test_a_new_password_ends_the_sessions_of_the_old_one(machine: Machine) -> None:
    machine.add("ada", "admin")
    session = machine.accounts.enter("ada", PASSWORD, "192.0.2.1").session
    machine.secret.write_text("another long password", encoding="utf-8")
    assert machine.officed("password", "ada", "--password-file", str(machine.secret)).exit_code == 0
    assert machine.accounts.person(session) is None
    assert machine.accounts.enter("ada", "another long password", "192.0.2.1").session


def test_a_token_is_shown_once_does_its_scopes_and_can_be_taken_away(machine: Machine) -> None:
    made = machine.officed("token", "wall", "--scope", "read", "--scope", "extend")
    key = made.stdout.strip()
    person = machine.accounts.bearer(key)
    assert person is not None
    assert set(person.scopes) == {"read", "extend"}
    assert key not in machine.file.read_text(encoding="utf-8")
    assert "wall" in machine.officed("list").stdout
    assert machine.officed("token", "wall", "--remove").exit_code == 0
    assert machine.accounts.bearer(key) is None
    assert machine.officed("token", "wall", "--remove").exit_code == TROUBLE


def test_a_role_is_changed_at_once_and_by_whom_is_written_down(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUDO_USER", "it-desk")
    machine.add("ada", "admin")
    machine.add("vera")
    session = machine.accounts.enter("vera", PASSWORD, "192.0.2.1").session
    done = machine.officed("role", "vera", "operator")
    assert (done.exit_code, done.stdout) == (0, "vera is operator from now on.\n")
    person = machine.accounts.person(session)
    assert person is not None
    assert person.role == "operator"
    last = UsersFile(machine.file).read().changes[-1]
    assert (last.what, last.name, last.role, last.by) == ("role changed", "vera", "operator", "it-desk")
    assert "last admin" in machine.officed("role", "ada", "viewer").stderr
    assert machine.officed("role", "nobody", "viewer").exit_code == TROUBLE
    assert machine.officed("role", "ada", "emperor").exit_code == MISUSE
