"""Captures of a running CUPS and of ippeveprinter, as page_log and ipptool wrote them: read, and counted as devices really did."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from daemon.print_agent.ipp import Group, Value
from daemon.print_agent.page_log import Line, parse
from daemon.print_agent.print_server import Known, Queue, facts, known
from sensors.sheets import Ask, Count, count

CAPTURES = Path(__file__).parents[1].parent / "shared" / "reference" / "payloads" / "cups"
pytestmark = pytest.mark.skipif(
    not CAPTURES.is_dir(), reason="the reference captures (../shared/reference/payloads/cups) are not here"
)

ENUMS = {"canceled": 7, "aborted": 8, "completed": 9}
GROUPS = (
    "eve-getjobs-completed",
    "eve-printjob-one-sided",
    "eve-printjob-two-sided-long-edge",
    "get-notifications",
    "getjobs-laser",
    "getjobs-private",
    "getjobs-recent",
    "getjobs2-eve",
    "getjobs2-laser",
    "getjobs2-pdf",
    "gpa-eve",
    "gpa-laser",
    "ippeveprinter-get-printer-attributes",
    "sub-create",
)


def groups(name: str) -> Iterator[Group]:
    """The answer's groups, as ipptool prints them; operation attributes are in the first one."""
    group: dict[str, list[Value]] = {}
    answer = (CAPTURES / f"{name}.ipptool.txt").read_text().partition("RECEIVED:")[2]
    for text in answer.splitlines():
        if "-- separator --" in text:
            yield group
            group = {}
        words, found, value = text.strip().partition(" = ")
        if found and words.endswith(")"):
            attribute, _, syntax = words.rpartition(" (")
            values = value.split(",") if syntax.startswith("1setOf") else [value]
            group.setdefault(attribute, []).extend(read(each, syntax.rstrip(")").split()[-1]) for each in values)
    yield group


def read(text: str, syntax: str) -> Value:
    if syntax == "integer":
        return int(text)
    if syntax == "enum":
        return int(text) if text.isdecimal() else ENUMS.get(text, 3)
    if syntax == "dateTime":
        return datetime.fromisoformat(text)
    if syntax == "boolean":
        return text == "true"
    return None if syntax in ("no-value", "unknown") else text


def jobs(name: str) -> list[Known]:
    return [job for group in groups(name) if (job := known(group)) is not None]


def queue(name: str) -> Queue:
    (group,) = groups(name)
    return facts(group)


def counted(job: Known | Line, on: Queue) -> Count:
    copies, sides, duplex = job.copies, job.sides, job.duplex
    return count(
        Ask(
            impressions=job.impressions,
            copies=copies,
            sides=sides,
            duplex=duplex,
            duplexer=on.duplexer,
            wins=on.wins,
        )
    )


def lines(kind: str) -> list[Line]:
    return [parse(text) for text in (CAPTURES / f"page_log.{kind}.txt").read_text().splitlines()]


def test_every_capture_is_read() -> None:
    there = {path.name.partition(".")[0] for path in CAPTURES.iterdir()}
    assert there == {"page_log", *GROUPS}
    assert all(len(group) > 1 for name in GROUPS for group in groups(name))


def test_both_formats_of_the_log_tell_the_same_jobs() -> None:
    plain, tabs = lines("default-format"), lines("recommended-tab-format")
    assert (len(plain), len(tabs)) == (11, 12)
    told = {line.title: (line.queue, line.user, line.impressions, line.sides) for line in tabs}
    assert all(told[line.title] == (line.queue, line.user, line.impressions, line.sides) for line in plain)
    assert [line.title for line in tabs if line.duplex] == ["PPD Duplex option only"]
    assert {line.title: line.copies for line in tabs if line.copies != 1} == {
        "Duplex 2 copies": 2,
        "Duplex 2 uncollated copies of 3": 2,
        "Duplex 2 collated copies of 3": 2,
    }


@pytest.mark.parametrize(
    ("title", "sheets"),
    [
        ("Report one sided", 4),
        ("Report duplex", 2),
        ("Three pages duplex", 2),
        ("One page duplex", 1),
        ("Duplex 2 copies", 4),
        ("Duplex 2 uncollated copies of 3", 4),
        ("Duplex 2 collated copies of 3", 4),
        ("2-up duplex", 1),
        ("PPD Duplex option only", 2),
        ("raw queue duplex", None),
    ],
)
def test_on_a_ppd_queue_with_a_duplexer_the_logged_jobs_take_these_sheets(title: str, sheets: int | None) -> None:
    (line,) = (each for each in lines("recommended-tab-format") if each.title == title)
    found = counted(line, Queue("laser", "ppd", duplexer=True))
    assert found.sheets == sheets
    assert sheets is not None or found.unknown_because


def test_the_queues_of_the_captures_are_what_they_were() -> None:
    laser, eve = queue("gpa-laser"), queue("gpa-eve")
    assert (laser.name, laser.wins, laser.duplexer) == ("laser", "ppd", False)
    assert (eve.name, eve.wins, eve.duplexer) == ("eve", "sides", True)
    assert queue("ippeveprinter-get-printer-attributes").duplexer is True


def test_jobs_of_a_driverless_queue_with_a_duplexer_take_these_sheets() -> None:
    found = {job.title: counted(job, queue("gpa-eve")).sheets for job in jobs("getjobs2-eve")}
    assert found == {
        "Report one sided": 4,
        "Report duplex": 2,
        "Three pages duplex": 2,
        "One page duplex": 1,
        "Duplex 2 copies": 4,
        "2up duplex": 1,
        "PPD Duplex option": None,
        "No sides option": None,
    }


def test_a_queue_without_a_duplexer_prints_one_side_whatever_was_asked() -> None:
    found = [(job, counted(job, queue("gpa-laser"))) for job in jobs("getjobs2-laser")]
    assert len(found) >= 8
    assert all((each.sheets, each.two_sided) == (job.impressions, "no") for job, each in found)


def test_a_cancelled_job_and_names_that_the_print_server_hides_are_read() -> None:
    (hidden,) = jobs("getjobs-private")
    assert (hidden.number, hidden.state, hidden.user, hidden.title) == (52, "cancelled", "", "")
    recent = {job.number: job for job in jobs("getjobs-recent")}
    assert [(number, job.state, job.impressions) for number, job in recent.items()] == [
        (52, "cancelled", 5),
        (50, "completed", None),
        (51, "completed", None),
        (49, "completed", 4),
    ]
    assert recent[49].queue == "laser"


def test_a_printer_that_counts_seconds_since_its_start_tells_when_the_job_ended_by_its_date() -> None:
    (job,) = jobs("eve-getjobs-completed")
    assert job.ended_at == datetime(2026, 11, 23, 7, 17, 57, tzinfo=UTC)
    assert (job.state, job.copies, job.sides, job.impressions) == ("completed", 2, "two-sided-long-edge", None)
    for each in jobs("getjobs2-pdf"):
        assert each.ended_at is not None
        assert abs(each.ended_at - datetime(2026, 11, 23, 7, 10, 15, tzinfo=UTC)) < timedelta(minutes=1)
