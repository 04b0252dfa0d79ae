"""Real CUPS, real queues: what the agent tells of every kind of job, and officed makes of it, is right or says why not."""

import logging
import re
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from print_watch import Watch, watching
from real_cups import Cups, cups, needs_cups

pytestmark = [pytest.mark.real, pytest.mark.timeout(180), needs_cups]

TWO = "sides=two-sided-long-edge"
GENERIC = "drv:///sample.drv/generic.ppd"


@pytest.fixture(scope="module")
def server() -> Iterator[Cups]:
    folder = Path(tempfile.mkdtemp(prefix="officed-cups-"))
    folder.chmod(0o755)
    try:
        with cups(folder) as running:
            running.queue("laser", GENERIC, options=["Option1=True"])
            running.queue("simplex", GENERIC, options=["Option1=False"])
            running.queue("defaults", GENERIC, options=["Option1=True", "Duplex=DuplexNoTumble"])
            running.queue("rawq", "raw")
            yield running
    finally:
        shutil.rmtree(folder)


@pytest.fixture
def watch(server: Cups, tmp_path: Path) -> Iterator[Watch]:
    with watching(server, tmp_path) as made:
        yield made


def test_sheets_are_right_or_unknown_with_a_reason(server: Cups, watch: Watch) -> None:
    before = server.lines()
    expected: dict[int, tuple[str, int | None, str]] = {}

    def ask(
        what: str, sheets: int | None, two_sided: str, queue: str, pages: int, *options: str, copies: int = 1
    ) -> None:
        expected[server.print(queue, pages, *options, title=what, copies=copies)] = (what, sheets, two_sided)

    for pages, sheets in ((1, 1), (2, 1), (3, 2), (5, 3)):
        ask(f"{pages} pages on two sides", sheets, "yes", "laser", pages, TWO)
        ask(f"{pages} pages on one side", pages, "no", "laser", pages, "sides=one-sided")
    ask("2 collated copies of 3", 4, "yes", "laser", 3, TWO, "collate=true", copies=2)
    ask("2 uncollated copies of 3", 4, "yes", "laser", 3, TWO, "collate=false", copies=2)
    ask("4 pages 2-up", 1, "yes", "laser", 4, TWO, "number-up=2")
    ask("the PPD's option alone", 2, "yes", "laser", 3, "Duplex=DuplexNoTumble")
    ask("the PPD's option against sides", 2, "yes", "laser", 3, "Duplex=DuplexNoTumble", "sides=one-sided")
    ask("no option on a fresh queue", None, "unknown", "laser", 3)
    ask("the PPD's default", None, "any", "defaults", 3)
    ask("two sides where there is no duplexer", 3, "no", "simplex", 3, TWO)
    ask("raw", None, "unknown", "rawq", 3, "raw", TWO)
    server.finish(before + len(expected))
    assert watch.all() == len(expected)
    heard = watch.heard()
    wrong = {
        what: (reading.sheets, reading.two_sided, reading.unknown_because)
        for number, (what, sheets, two_sided) in expected.items()
        if (reading := heard[number]).state != "completed"
        or (what != "the PPD's default" and (reading.sheets, reading.two_sided) != (sheets, two_sided))
        or (reading.sheets is None and not reading.unknown_because)
    }
    assert wrong == {}
    default = next(heard[number] for number, (what, *_) in expected.items() if what == "the PPD's default")
    assert default.sheets in (2, None)


def test_names_with_tabs_control_characters_and_chinese_lose_no_job_and_forge_none(
    server: Cups, watch: Watch, caplog: pytest.LogCaptureFixture
) -> None:
    before = server.lines()
    stamp = datetime.now(UTC).strftime("[%d/%b/%Y:%H:%M:%S +0000]")
    forged = f"v1\t{stamp}\tlaser\t999999\tboss\ttotal\t500\tone-sided"
    forged += "\t-\t1\t1\t500\t500\tcolor\tA4\tlocalhost\tforged"
    titles = [
        "财务 Q3 — a name",
        "tab\there",
        "bell\x07 and \x1b[31mred",
        f"line feed\n{forged}\n",
        "return\rhere",
        " total 9 -",
    ]
    numbers = {server.print("laser", 3, TWO, title=title): title for title in titles}
    server.finish(before + len(titles))
    with caplog.at_level(logging.WARNING):
        assert watch.all() == len(titles)
    assert set(watch.told()) == set(numbers)
    assert {reading.sheets for reading in watch.heard().values()} == {2}
    assert "999999" in caplog.text
    assert all(job.title == "" and re.fullmatch("[0-9a-f]{16}", job.title_hash) for job in watch.told().values())
    payloads = b"".join(message.payload for _, message in watch.ledger.waiting(100))
    assert b"root" not in payloads
    assert "财务".encode() not in payloads


def test_a_cancelled_job_is_told_as_cancelled_and_one_never_begun_is_not_told(server: Cups, watch: Watch) -> None:
    before = server.lines()
    server.ask("cupsdisable", "laser")
    never = server.print("laser", 3, TWO)
    server.ask("cancel", f"laser-{never}")
    server.ask("cupsenable", "laser")
    done = server.print("laser", 2, TWO)
    server.finish(before + 1)
    watch.all()
    assert set(watch.told()) == {done}


def test_a_restart_at_any_line_tells_each_job_once(server: Cups, watch: Watch) -> None:
    before = server.lines()
    numbers = set()
    for _ in range(4):
        numbers.add(server.print("laser", 2, TWO))
        server.finish(before + len(numbers))
        watch.turn()
        watch.again()
    watch.all()
    watch.again()
    watch.all()
    assert set(watch.told()) == numbers


def test_the_log_and_the_server_alone_tell_the_same_jobs_by_the_same_names(server: Cups, tmp_path: Path) -> None:
    by_log = Watch(server, tmp_path / "log", log=server.log)
    by_server = Watch(server, tmp_path / "server", log=None)
    by_log.all()
    by_server.all()
    logged, asked = by_log.told(), by_server.told()
    assert set(logged) <= set(asked)
    assert [asked[number].job for number in logged] == [logged[number].job for number in logged]
    assert {number: job.state for number, job in asked.items() if number not in logged} == {
        number: "cancelled" for number in asked if number not in logged
    }
    by_log.close()
    by_server.close()


def test_a_driverless_queue_obeys_sides_and_a_cancelled_job_counts_no_sheets(server: Cups, watch: Watch) -> None:
    server.everywhere("eve")
    before = server.lines()
    two = {server.print("eve", pages, TWO): sheets for pages, sheets in ((1, 1), (2, 1), (3, 2), (5, 3))}
    two[server.print("eve", 3, TWO, "collate=true", copies=2)] = 4
    two[server.print("eve", 3, TWO, "collate=false", copies=2)] = 4
    two[server.print("eve", 4, TWO, "number-up=2")] = 1
    vendor = server.print("eve", 3, "sides=one-sided", "Duplex=DuplexNoTumble")
    server.finish(before + len(two) + 1)
    (server.folder / "slow").touch()
    try:
        cancelled = server.print("eve", 5, TWO)
        server._wait(lambda: "now printing" in server.ask("lpstat", "-p", "eve"), "the printer to begin")
        server.ask("cancel", f"eve-{cancelled}")
        server.finish(before + len(two) + 2)
    finally:
        (server.folder / "slow").unlink()
    watch.all()
    heard = watch.heard()
    assert {number: heard[number].sheets for number in two} == two
    assert {heard[number].two_sided for number in two} == {"yes"}
    assert (heard[vendor].sheets, heard[vendor].two_sided) == (3, "no")
    assert (heard[cancelled].state, heard[cancelled].sheets) == ("cancelled", None)
    assert heard[cancelled].unknown_because
