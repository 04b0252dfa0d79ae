"""What the agent reads: lines of three formats, files that rotate, IPP, PaperCut, Windows, SNMP, its settings. No program needed."""

import json
import os
import socket
import threading
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pytest

from daemon.print_agent import ipp, papercut, snmp, windows
from daemon.print_agent.follow import Follower
from daemon.print_agent.ledger import Ledger, Message, Printing
from daemon.print_agent.page_log import NotALine, parse
from daemon.print_agent.print_server import facts, known
from daemon.print_agent.privacy import Hashing, site_key
from daemon.print_agent.settings import SettingsError, read
from daemon.print_agent.telling import Departments, Teller
from sensors.families.print_messages import Job

PAYLOADS = Path(__file__).parents[1].parent / "shared" / "reference" / "payloads"
NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
TELLER = Teller(Hashing(b"site"), Departments({"li.wei": "finance"}))
HEADER = "Time,User,Pages,Copies,Printer,Document Name,Client,Paper Size,Language,Height,Width,Duplex,Grayscale,Size"


def test_a_name_with_numbers_and_spaces_is_read_from_both_ends() -> None:
    line = parse("q li wei 63 [23/Nov/2026:07:20:28 +0800] total 5 - host a  name 12 total 9 - two-sided-long-edge")
    assert (line.user, line.number, line.impressions, line.sides) == ("li wei", 63, 5, "two-sided-long-edge")
    assert line.title == "a  name 12 total 9"
    assert line.at == datetime(2026, 11, 22, 23, 20, 28, tzinfo=UTC)
    assert parse("q u 1 [19/Aug/2001:16:58:58 +0100] 3 2").page == 3
    assert parse("q u 1 [23/Nov/2026:07:20:28 +0000] total 0 - h n - -").impressions is None


@pytest.mark.parametrize(
    "text",
    ["", "v1\t", "a b", "v1\t[x]\tq\t1" + "\t-" * 13, "q u 1 [31/Feb/2026:07:20:28 +0000] total 1", "q u x [] total 1"],
)
def test_what_is_no_line_is_refused(text: str) -> None:
    with pytest.raises(NotALine):
        parse(text)


def drain(follower: Follower) -> list[str]:
    found: list[str] = []
    while lines := follower.lines():
        found += [text for text, _ in lines]
        follower.reached(lines[-1][1])
    return found


def test_a_log_is_followed_through_rotation_and_half_lines(tmp_path: Path) -> None:
    log = tmp_path / "page_log"
    log.write_text("one\ntw")
    follower = Follower(log)
    assert drain(follower) == ["one"]
    old = log.open("a")
    log.rename(tmp_path / "page_log.O")
    log.touch()
    old.write("o\nthree\n")
    old.close()
    assert drain(follower) == ["two", "three"]
    log.write_text("four\n")
    assert drain(follower) == ["four"]
    follower.close()


def test_a_restart_goes_on_in_the_rotated_file_and_then_in_the_new_one(tmp_path: Path) -> None:
    log = tmp_path / "page_log"
    log.write_text("one\ntwo\n")
    first = Follower(log)
    place = first.lines()[0][1]
    first.close()
    log.rename(tmp_path / "page_log.1")
    log.write_text("three\n")
    os.utime(tmp_path / "page_log.1", (1, 1))
    second = Follower(log, place)
    assert drain(second) == ["two", "three"]
    second.close()


def test_another_file_with_the_same_inode_is_read_from_its_beginning(tmp_path: Path) -> None:
    log = tmp_path / "page_log"
    log.write_text("one\ntwo\n")
    first = Follower(log)
    place = first.lines()[1][1]
    first.close()
    with log.open("r+") as file:
        file.write("eins\nzwei\ndrei\n")
    second = Follower(log, place)
    assert drain(second) == ["eins", "zwei", "drei"]
    with log.open("r+") as file:
        file.truncate(5)
    assert drain(second) == ["eins"]
    second.close()


def test_the_ledger_takes_a_turn_whole_and_tells_a_printing_once(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "state.sqlite")
    printing, message = Printing("q", 7, NOON), Message("t", b"p")
    ledger.take([(printing, message)], None)
    assert ledger.is_told(Printing("q", 7, NOON.replace(second=9)))
    assert not ledger.is_told(Printing("q", 7, NOON.replace(second=11)))
    assert not ledger.is_told(Printing("other", 7, NOON))
    ((row, waiting),) = ledger.waiting(5)
    assert waiting == message
    ledger.confirmed([row])
    assert ledger.waiting(5) == []
    ledger.close()


def test_hashes_need_the_key_and_turn_with_the_calendar(tmp_path: Path) -> None:
    key = site_key(tmp_path / "site.key")
    assert site_key(tmp_path / "site.key") == key
    assert (tmp_path / "site.key").stat().st_mode & 0o077 == 0
    hashing = Hashing(key, link_days=31)
    assert hashing.user("Li.Wei ", NOON) == hashing.user("li.wei", NOON) != hashing.title("li.wei", NOON)
    assert hashing.user("li.wei", NOON) != Hashing(b"other").user("li.wei", NOON)
    assert hashing.user("li.wei", NOON) != hashing.user("li.wei", datetime(2026, 5, 2, tzinfo=UTC))
    assert hashing.user("-", NOON) == hashing.user("", NOON) == ""


def test_papercut_pages_are_of_one_copy_and_equal_lines_are_two_jobs() -> None:
    line = '2026-05-07 12:18:00,Li.Wei,3,2,KONICA/1,"a, b",HOST,A4,PCL6,,,DUPLEX,NOT GRAYSCALE,16kb,'
    text = f"PaperCut Print Logger\n{HEADER}\n{line}\n{line}\nnot,a,job"
    found = list(papercut.jobs(text, ZoneInfo("Asia/Shanghai"), TELLER))
    jobs = [msgspec.json.decode(message.payload, type=Job) for _, message in found]
    assert len({job.job for job in jobs}) == 2
    assert {(job.impressions, job.copies, job.sides, job.colour, job.kilobytes) for job in jobs} == {
        (6, 2, "two-sided-long-edge", True, 16)
    }
    assert jobs[0].department == "finance"
    assert found[0][1].topic == "officed/print/KONICA_1/job"
    assert found[0][0].ended_at == datetime(2026, 5, 7, 4, 18, tzinfo=UTC)
    assert list(papercut.jobs(text, ZoneInfo("Asia/Shanghai"), TELLER)) == found
    with pytest.raises(papercut.NotPaperCut):
        list(papercut.jobs("a,b\n", ZoneInfo("UTC"), TELLER))


def event(number: int, values: dict[str, str], second: int = 0) -> str:
    inside = "".join(f"<{name}>{value}</{name}>" for name, value in values.items())
    return (
        f"<Event xmlns='x'><System><EventID>{number}</EventID><TimeCreated SystemTime='2026-03-02T04:00:{second:02}.1234567Z'/>"
        f"</System><UserData><E>{inside}</E></UserData></Event>"
    )


def test_windows_tells_pages_copies_where_805_does_and_never_two_sides() -> None:
    printed = {"Param1": "9", "Param2": "t", "Param3": "li.wei", "Param5": "HP", "Param7": "2048", "Param8": "3"}
    text = (
        event(805, {"JobId": "9", "Copies": "2", "Color": "2"})
        + event(307, printed, 1)
        + event(307, {**printed, "Param1": "10"}, 2)
    )
    first, second = (msgspec.json.decode(message.payload, type=Job) for _, message in windows.jobs(text, TELLER))
    assert (first.impressions, first.copies, first.colour, first.sides, first.kilobytes) == (6, 2, True, "", 2)
    assert (second.impressions, second.copies, second.unknown_because) == (None, None, "Windows tells no copies")
    for bad in ("<a/>", '<!DOCTYPE x [<!ENTITY a "b">]>' + text):
        with pytest.raises(windows.NotWindows):
            list(windows.jobs(bad, TELLER))


def test_a_printer_s_counters_are_read_by_snmp_and_what_it_has_not_is_left_out() -> None:
    life, duplex = "1.3.6.1.2.1.43.10.2.1.4.1.1", "1.3.6.1.4.1.11.2.3.9.4.2.1.4.1.2.22.0"
    pair = snmp._pack(0x30, snmp._pack(0x06, snmp._oid(life)) + snmp._pack(0x41, (48213).to_bytes(3, "big")))
    missing = snmp._pack(0x30, snmp._pack(0x06, snmp._oid(duplex)) + b"\x80\x00")
    zero = snmp._pack(0x02, b"\0")
    answer = snmp._pack(0xA2, zero * 3 + snmp._pack(0x30, pair + missing))
    reply = snmp._pack(0x30, snmp._pack(0x02, b"\1") + snmp._pack(0x04, b"public") + answer)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as printer:
        printer.bind(("127.0.0.1", 0))
        printer.settimeout(5)

        def answer_once() -> None:
            _, whom = printer.recvfrom(2000)
            printer.sendto(reply, whom)

        thread = threading.Thread(target=answer_once)
        thread.start()
        found = snmp.get("127.0.0.1", "public", [life, duplex], port=printer.getsockname()[1])
        thread.join()
    assert found == {life: 48213}


@pytest.mark.parametrize("data", [b"", b"\x01", b"\x30\x84\xff\xff\xff\xff", b"\x02\x00\x00\x00\x00\x00\x00\x01\x02"])
def test_what_is_no_answer_is_refused(data: bytes) -> None:
    with pytest.raises((IndexError, ValueError)):
        snmp._answer(data[:6])
    with pytest.raises(ipp.IppError):
        ipp.answer(data)


def test_settings_say_what_is_wrong_and_relative_paths_are_beside_the_file(tmp_path: Path) -> None:
    file = tmp_path / "agent.toml"
    file.write_text('names = "clear"\n[cups]\npage_log = "log"\n[queues.hp]\nduplexer = false\ndepartment = "law"\n')
    settings = read(file)
    assert settings.clear
    assert settings.page_log == tmp_path / "log"
    assert settings.departments.of("anybody", "hp") == "law"
    for text in (
        "[",
        'names = "x"',
        "[cups]\nhots = 1",
        "[[printers]]\nqueue = 'a'",
        "link_days = 0",
        "[queues]\nhp = 1",
    ):
        file.write_text(text)
        with pytest.raises(SettingsError):
            read(file)


@pytest.mark.skipif(not PAYLOADS.is_dir(), reason="the reference payloads (../shared/reference/payloads) are not here")
def test_the_captures_are_read() -> None:
    lines = [json.loads(line) for line in (PAYLOADS / "printers.jsonl").read_text().splitlines()]
    logged = [parse(each["payload"]) for each in lines if each["topic"].endswith("page_log")]
    assert len(logged) >= 23
    assert {line.user for line in logged} >= {"root", "li.wei"}
    assert any(line.title == "财务 Q3 — a name with  spaces 12 total 9" for line in logged)
    csv = [each["payload"] for each in lines if "papercut-print-log" in each["topic"]]
    found = list(papercut.jobs("\n".join(csv), ZoneInfo("UTC"), TELLER))
    assert len(found) == sum(each.startswith("20") for each in csv) == 3
    jobs = [
        json.loads(json.loads(line)["payload"])
        for line in (PAYLOADS / "printers_ipp.jsonl").read_text().splitlines()
        if '"ipp:job"' in line
    ]
    states = {"canceled": 7, "aborted": 8, "completed": 9}
    read_jobs = [
        job
        for each in jobs
        if (
            job := known(
                {name: [states.get(value, 3) if name == "job-state" else value] for name, value in each.items()}
            )
        )
    ]
    assert len(read_jobs) == sum("job-id" in each for each in jobs)
    assert {job.state for job in read_jobs} == {"completed", "cancelled", None}
    assert any(job.duplex == "DuplexNoTumble" for job in read_jobs)


def test_a_queue_s_own_words_say_which_attribute_wins() -> None:
    both = ["one-sided", "two-sided-long-edge"]
    ppd = facts({"printer-name": ["a"], "printer-make-and-model": ["Generic"], "sides-supported": both})
    driverless = facts(
        {"printer-name": ["a"], "printer-make-and-model": ["X - IPP Everywhere"], "printer-type": [0x1010]}
    )
    raw = facts({"printer-name": ["a"], "printer-make-and-model": ["Local Raw Printer"]})
    simplex = facts({"printer-name": ["a"], "printer-make-and-model": ["Generic"], "sides-supported": ["one-sided"]})
    assert [(queue.wins, queue.duplexer) for queue in (ppd, driverless, raw, simplex)] == [
        ("ppd", True),
        ("sides", True),
        ("", None),
        ("ppd", False),
    ]
