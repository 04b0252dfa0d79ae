"""`officed promote` has two ways: the officed that runs, or the journal of one that does not; behind its back there is none."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from lived import Life, Store
from offices import local
from real_mosquitto import Mosquitto, free_port, needs_mosquitto
from running_office import wait_for
from typer.testing import CliRunner, Result

from daemon.accounts.users import UsersFile
from daemon.audit.trail import effects
from daemon.bootstrap import assemble
from daemon.command_line.commands import app
from daemon.configuration.load import load
from daemon.daemon import Daemon
from daemon.errors import StoreUnavailable
from daemon.sole import is_held, sole
from policies.control.effects import Decided
from sensors.virtual.office_yaml import office_yaml
from sensors.virtual.plans import room_plan

PLAN = room_plan("cool2", "eye", "monitor")
START, END = local("2026-07-06 00:00"), local("2026-07-07 00:00")
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:typer")
Promote = Callable[..., Result]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    text = office_yaml(PLAN, mode="watch", port=free_port())
    text += f"board: {{bind: 127.0.0.1:{free_port()}, users_file: {tmp_path}/users.json}}\n"
    text += f"store: {{path: {tmp_path}/history.sqlite}}\njournal: {{path: {tmp_path}/journal.sqlite}}\n"
    (tmp_path / "office.yaml").write_text(text)
    store = Store(tmp_path)
    Life(PLAN, store, policies=()).run(START, END)
    store.close()
    return tmp_path


@pytest.fixture
def promote(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Promote:
    monkeypatch.delenv("OFFICED_TOKEN", raising=False)
    monkeypatch.delenv("OFFICED_ADDRESS", raising=False)

    def command(*more: str) -> Result:
        fixed = ["promote", "after-hours", "--who", "Chen", "--why", "agreed", "--config", str(folder / "office.yaml")]
        return CliRunner().invoke(app, [*fixed, "--language", "en", *more])

    return command


def decided(folder: Path) -> list[str]:
    path = folder / "journal.sqlite"
    return (
        [one.who for one in effects(path, END.replace(year=2100)) if isinstance(one, Decided)] if path.exists() else []
    )


def token(folder: Path, role: str = "admin", *scopes: str) -> Path:
    users = UsersFile(folder / "users.json")
    file = folder / f"token-{role}"
    file.write_text(users.add_token(f"ops-{role}", scopes or ("decide",), role, END))  # type: ignore[arg-type]  # roles
    return file


def test_where_none_runs_the_next_start_takes_it(folder: Path, promote: Promote) -> None:
    done = promote()
    assert done.exit_code == 0, done.output
    assert "acts from the next start on: decided by Chen" in done.output
    assert decided(folder) == ["Chen"]


def test_while_one_runs_the_journal_is_not_written_behind_its_back(folder: Path, promote: Promote) -> None:
    with sole(folder / "journal.sqlite"):
        done = promote()
    assert done.exit_code == 1
    assert "officed runs" in done.output
    assert decided(folder) == []


def test_with_a_token_and_nobody_who_answers_nothing_is_written_either(folder: Path, promote: Promote) -> None:
    with sole(folder / "journal.sqlite"):
        done = promote("--token-file", str(token(folder)))
    assert done.exit_code == 1
    assert "does not answer as officed does" in done.output
    assert decided(folder) == []


def test_one_alone_holds_a_journal_and_lets_go_with_its_end(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    assert not is_held(path)
    with sole(path):
        assert is_held(path)
        with pytest.raises(StoreUnavailable, match="another officed"), sole(path):
            pytest.fail("two at one journal")
    assert not is_held(path)


@pytest.fixture
def running(folder: Path, tmp_path: Path) -> Iterator[Daemon]:
    configuration = load(folder / "office.yaml")
    with Mosquitto(tmp_path / "broker", port=configuration.broker.effective_port):
        daemon = assemble(configuration, {})
        daemon.start()
        yield daemon
        assert daemon.stop()


@pytest.mark.real
@needs_mosquitto
def test_the_officed_that_runs_takes_it_at_once_from_an_admins_token(
    folder: Path, promote: Promote, running: Daemon
) -> None:
    refused = promote("--token-file", str(token(folder, "operator")))
    assert refused.exit_code == 1
    assert "answer 403" in refused.output
    assert running.engine.state.office.desk.modes == {}

    done = promote("--token-file", str(token(folder)))

    assert done.exit_code == 0, done.output
    assert "acts from now on" in done.output
    assert running.engine.state.office.desk.mode_of("after-hours", "watch") == "enforce"
    wait_for(lambda: decided(folder), "the decision in the audit trail")
    assert decided(folder) == ["ops-admin for “Chen” (unchecked)"]
    lines = [json.loads(entry.body) for entry in running.journal.audit(limit=1000)]
    assert [line["request"]["why"] for line in lines if line["type"] == "Decided"] == ["agreed"]
    assert httpx.get(running.web.address + "/healthz").status_code == 200
