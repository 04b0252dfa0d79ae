"""Where the log has a gap the print server's memory fills it; without its word a line waits, but not for ever."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from daemon.print_agent.collector import PATIENCE, Collector
from daemon.print_agent.follow import Follower
from daemon.print_agent.ledger import Ledger
from daemon.print_agent.page_log import RECOMMENDED
from daemon.print_agent.print_server import Known, NoAnswer, PrintServer, Queue
from daemon.print_agent.privacy import Hashing
from daemon.print_agent.telling import Departments, Teller
from sensors.families.print_messages import Job

AT = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
TELLER = Teller(Hashing(b"site"), Departments())


class Server(PrintServer):
    """Remembers these jobs; or is away."""

    def __init__(self, *numbers: int) -> None:
        self.numbers, self.is_away = numbers, False

    def jobs(self) -> dict[int, Known]:
        if self.is_away:
            raise NoAnswer("away")
        return {number: Known("q", number, "completed", AT, impressions=2, copies=1) for number in self.numbers}

    def queues(self) -> dict[str, Queue]:
        return {"q": Queue("q", "sides", duplexer=True)}


def line(number: int) -> str:
    values = {"%T": "[02/Mar/2026:12:00:00 +0800]", "%p": "q", "%j": str(number), "%P": "total", "%C": "2"}
    return "\t".join(values.get(field, "-") for field in RECOMMENDED.split("\t")).replace("-", "v1", 1) + "\n"


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path / "state.sqlite")


def told(ledger: Ledger) -> list[str]:
    return sorted(message.payload.decode().split('"')[3].split("-")[1] for _, message in ledger.waiting(100))


def test_jobs_whose_lines_were_gone_before_they_were_read_come_from_the_print_server(
    tmp_path: Path, ledger: Ledger
) -> None:
    log = tmp_path / "page_log"
    log.write_text(line(1))
    follower = Follower(log)
    collector = Collector(ledger, follower, Server(1), TELLER)
    assert (collector.turn(AT), collector.turn(AT)) == (1, 0)
    follower.close()
    log.unlink()
    log.write_text(line(9))
    follower = Follower(log, ledger.place())
    collector = Collector(ledger, follower, Server(1, 5, 9), TELLER)
    assert [collector.turn(AT) for _ in range(3)] == [1, 1, 0]
    assert told(ledger) == ["1", "5", "9"]
    follower.close()
    ledger.close()


def test_a_line_waits_for_the_print_server_and_after_two_minutes_is_told_without_it(
    tmp_path: Path, ledger: Ledger
) -> None:
    log = tmp_path / "page_log"
    log.write_text(line(1))
    follower, server = Follower(log), Server(1)
    server.is_away = True
    collector = Collector(ledger, follower, server, TELLER)
    assert collector.turn(AT + PATIENCE - timedelta(seconds=1)) == 0
    assert collector.turn(AT + PATIENCE) == 1
    server.is_away = False
    assert collector.turn(AT + PATIENCE) == 0
    assert told(ledger) == ["1"]
    follower.close()
    ledger.close()


def test_lines_of_cups_1_1_one_a_page_become_one_job_when_the_last_has_come(tmp_path: Path, ledger: Ledger) -> None:
    log = tmp_path / "page_log"
    pages = "".join(f"q root 7 [02/Mar/2026:12:00:0{page} +0800] {page} 2\n" for page in (1, 2, 3))
    log.write_text(pages)
    follower, server = Follower(log), Server()
    server.is_away = True
    collector = Collector(ledger, follower, server, TELLER)
    assert collector.turn(AT + timedelta(seconds=30)) == 0, "the job may have more pages"
    assert collector.turn(AT + PATIENCE + timedelta(seconds=5)) == 1
    ((_, message),) = ledger.waiting(100)
    job = msgspec.json.decode(message.payload, type=Job)
    assert (job.job.split("-")[1], job.impressions, job.sides) == ("7", 6, "")
    follower.close()
    ledger.close()


def test_a_younger_file_of_a_like_name_does_not_draw_the_agent_away(tmp_path: Path) -> None:
    log = tmp_path / "page_log"
    log.write_text("one\n")
    follower = Follower(log)
    ((_, place),) = follower.lines()
    follower.reached(place)
    (tmp_path / "page_log.note").write_text("somebody's\n")
    assert follower.lines() == []
    follower.close()
