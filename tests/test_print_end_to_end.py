"""From a real print on a real queue to the stored sheet and the month's figure; through kills, outages and a log that rotates."""

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from real_cups import Cups, cups, needs_cups
from real_influxdb import Server
from real_influxdb import running as influxdb
from real_mosquitto import Mosquitto, needs_mosquitto
from running_office import EMBEDDED, lately, running, wait_for

from daemon.daemon import Daemon
from policies.accounting.print_use import print_use
from policies.accounting.printing import figures, together

pytestmark = [pytest.mark.real, pytest.mark.timeout(120), needs_cups, needs_mosquitto]

ROOT = Path(__file__).parents[1]
CHILD = Path(__file__).with_name("print_agent_child.py")
TWO = "sides=two-sided-long-edge"
OFFICE = """
zones:
  hall: {names: Hall, hours: {mon-sun: "00:00-24:00"}}
devices:
  laser: {kind: printer, family: print_job, address: laser, zone: hall}
policies:
  - {kind: print_single_sided, name: two-sides, tip_share: 1}
printing: {targets: {sales: 0.9}}
"""


@pytest.fixture(scope="module")
def server() -> Iterator[Cups]:
    folder = Path(tempfile.mkdtemp(prefix="officed-cups-"))
    folder.chmod(0o755)
    try:
        with cups(folder, log_bytes="1k") as started:
            started.queue("laser", "drv:///sample.drv/generic.ppd", options=["Option1=True"])
            yield started
    finally:
        shutil.rmtree(folder)


@contextlib.contextmanager
def agent(
    folder: Path, server: Cups, broker: Mosquitto, *, killed: bool = False, point: str = "", group: str = ""
) -> Iterator[subprocess.Popen[bytes]]:
    """The real program with its own files in `folder`; ended by SIGTERM, or killed, or by itself at a named point."""
    folder.mkdir(exist_ok=True)
    settings = folder / "agent.toml"
    settings.write_text(
        f'poll_seconds = 0.2\n[broker]\nport = {broker.port}\n[cups]\nhost = "127.0.0.1"\nport = {server.port}\n'
        f'page_log = "{server.log}"\n[queues.laser]\ndepartment = "sales"\n'
    )
    with (folder / "agent.out").open("ab") as out:
        command = [sys.executable, "-m", "daemon.print_agent", "--settings", str(settings)]
        if point:
            command = [sys.executable, str(CHILD), str(settings), point, group]
        process = subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=out, stderr=out
        )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGKILL if killed else signal.SIGTERM)
        process.wait(timeout=10)


def stored(daemon: Daemon) -> list[str]:
    return [row.job or "" for row in daemon.history.jobs(*lately())]


@pytest.fixture(scope="module")
def influx(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server | str]:
    with influxdb(tmp_path_factory.mktemp("influxdb")) as started:
        yield started


@pytest.fixture(params=["embedded", "influxdb"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The part of office.yaml that says where everything is kept."""
    if request.param == "embedded":
        return EMBEDDED
    found = request.getfixturevalue("influx")
    if isinstance(found, str):
        pytest.skip(found)
    (tmp_path / "token").write_text(found.token)
    return (
        f"influxdb: {{url: '{found.url}', org: {found.organisation}, bucket: {found.new_bucket()}, token_file: token}}"
    )


def test_a_print_on_a_real_queue_becomes_a_stored_sheet_a_case_the_month_s_figure_and_a_line_of_the_board(
    server: Cups, store: str, tmp_path: Path
) -> None:
    lines = server.lines()
    with Mosquitto(tmp_path / "broker") as broker, running(tmp_path, broker, OFFICE, store=store) as daemon:
        with agent(tmp_path / "agent", server, broker):
            wait_for(lambda: len(stored(daemon)) >= lines, "what was printed before")
            before = set(stored(daemon))
            two = server.print("laser", 3, TWO, title="a secret", user="anna")
            one = server.print("laser", 4, "sides=one-sided", title="another", user="anna")
            wait_for(lambda: len(stored(daemon)) == len(before) + 2, "two stored jobs")
            wait_for(lambda: daemon.engine.state.cases, "the case")
        rows = daemon.history.jobs(*lately())
        new = {row.job: row for row in rows if row.job not in before}
        assert {int((job or "").split("-")[1]): (row.sheets, row.two_sided) for job, row in new.items()} == {
            two: (2, "yes"),
            one: (4, "no"),
        }
        assert {row.department for row in rows} == {"sales"}
        assert not any(row.user or row.title for row in rows)
        found = together(figures(new.values()).values())
        assert (found.sheets, found.avoidable_sheets) == (6, 2)
        assert found.two_sided_share == pytest.approx(3 / 7)
        month = print_use(new.values())
        assert (month.sheets, month.unknown_jobs) == (6, 0)
        assert month.duplex_rate == pytest.approx(3 / 7)
        assert month.sheets_by_department == {"sales": 6}
        cases = [str(case.finding.verdict) for case in daemon.engine.state.cases.values()]
        assert len(cases) == 1
        assert "on one side" in cases[0]
        sheets = sum(row.sheets or 0 for row in rows)
        sentence = f"{sheets} sheets in {len(rows)} jobs"

        def printed() -> str:
            return httpx.get(f"{daemon.web.address}/printing", trust_env=False).raise_for_status().text

        wait_for(lambda: sentence in printed(), "the page to read the past, once a minute", seconds=90)
        page = printed()
        row = rf'<th scope="row">sales <span class="quiet">target 90[^<]*on both sides</span></th><td class="number">{sheets}</td>'
        assert re.search(row, page)


def test_jobs_survive_a_killed_agent_a_broker_away_and_a_log_that_rotates_and_none_counts_twice(
    server: Cups, tmp_path: Path
) -> None:
    lines = server.lines()
    with Mosquitto(tmp_path / "broker") as broker, running(tmp_path, broker, OFFICE) as daemon:
        folder, numbers = tmp_path / "agent", set[int]()
        with agent(folder, server, broker):
            wait_for(lambda: len(stored(daemon)) >= lines, "what was printed before")
        before = set(stored(daemon))
        for turn in range(3):
            with agent(folder, server, broker, killed=True):
                for _ in range(4):  # a kilobyte of log is some eight lines: it rotates in between
                    numbers.add(server.print("laser", 2, TWO))
                if turn == 1:
                    wait_for(lambda: len(stored(daemon)) > len(before), "one of them")
        server.finish(lines + len(numbers) - 8, seconds=30)
        broker.stop()
        with agent(folder, server, broker, killed=True):
            numbers.add(server.print("laser", 2, TWO))
            wait_for(lambda: not server.ask("lpstat", "-o").strip(), "the last job")
        broker.start()
        with agent(folder, server, broker):
            # officed comes back in its own time: until then the broker knows nobody who listens
            wait_for(lambda: len(set(stored(daemon)) - before) >= len(numbers), "all of them", 40)
        new = [job for job in stored(daemon) if job not in before]
        assert sorted(int(job.split("-")[1]) for job in new) == sorted(numbers)
        assert len(list(server.log.parent.glob("page_log*"))) > 1, "the log did not rotate"


@pytest.mark.parametrize("point", ["before_take", "after_take", "before_confirmed"])
def test_an_agent_that_ends_between_a_line_and_the_broker_s_word_tells_the_job_and_counts_it_once(
    server: Cups, tmp_path: Path, point: str
) -> None:
    lines, folder = server.lines(), tmp_path / "agent"
    with Mosquitto(tmp_path / "broker") as broker, running(tmp_path, broker, OFFICE) as daemon:
        with agent(folder, server, broker):
            wait_for(lambda: len(stored(daemon)) >= lines, "what was printed before")
        before = set(stored(daemon))
        with agent(folder, server, broker, point=point) as process:
            number = server.print("laser", 3, TWO)
            assert process.wait(timeout=30) == 9, (folder / "agent.out").read_text()
        if point != "before_confirmed":
            assert set(stored(daemon)) == before, "the agent has told before it ended"
        with agent(folder, server, broker):
            later = server.print("laser", 1, TWO)  # told after whatever waits, so that a second telling would be here
            wait_for(lambda: any(f"-{later}-" in job for job in stored(daemon)), "the job after it")
        rows = [row for row in daemon.history.jobs(*lately()) if row.job not in before]
        assert sorted((int((row.job or "").split("-")[1]), row.sheets) for row in rows) == [(number, 2), (later, 1)]


def test_the_agent_runs_as_nobody_in_the_group_that_may_read_the_log_and_says_so_where_it_may_not(
    server: Cups, tmp_path: Path
) -> None:
    before = server.lines()
    server.print("laser", 1, TWO)
    server.finish(before + 1)
    lines = before + 1
    for path in server.log.parent.glob("page_log*"):
        shutil.chown(path, "root", "adm")
        path.chmod(0o640)
    with Mosquitto(tmp_path / "broker") as broker, running(tmp_path, broker, OFFICE) as daemon:
        folder = Path(tempfile.mkdtemp(prefix="officed-agent-"))
        shutil.chown(folder, "nobody", "nogroup")
        try:
            with agent(folder, server, broker, point="nobody", group="nogroup"):
                wait_for(lambda: "Permission denied" in (folder / "agent.out").read_text(), "its word that it may not")
            assert not stored(daemon)
            with agent(folder, server, broker, point="nobody", group="adm"):
                wait_for(lambda: len(stored(daemon)) >= lines, "what was printed before")
                number = server.print("laser", 3, TWO, title="a secret", user="anna")
                wait_for(lambda: any(f"-{number}-" in job for job in stored(daemon)), "the job")
        finally:
            shutil.rmtree(folder)
        rows = daemon.history.jobs(*lately())
        assert [row.sheets for row in rows if f"-{number}-" in (row.job or "")] == [2]
        assert not any(row.user or row.title for row in rows)


def test_the_agent_imports_nothing_but_its_own_the_wire_format_and_two_small_libraries() -> None:
    code = "import sys, daemon.print_agent.__main__ as m; print(*sorted(sys.modules))"
    said = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    ours = {name for name in said.split() if name.split(".")[0] in ("daemon", "dashboards", "policies", "sensors")}
    allowed = {"daemon", "sensors", "sensors.families", "sensors.families.print_messages"}
    assert {name for name in ours if not name.startswith("daemon.print_agent")} == allowed
    assert not {name.split(".")[0] for name in said.split()} & {"pydantic", "fastapi", "typer", "rich", "yaml", "numpy"}
