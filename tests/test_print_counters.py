"""A printer's own life counters, read from real ones, by SNMP and by IPP, and what no job accounts for, from agent to board."""

import contextlib
import json
import os
import re
import signal
import struct
import subprocess
import sys
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from real_mosquitto import Mosquitto, needs_mosquitto
from real_printers import lprint, needs_lprint, needs_snmpd, snmpd
from running_office import Devices, lately, running, wait_for

from daemon.print_agent.counter_numbers import RICOH_TYPES, RICOH_VALUES
from daemon.print_agent.counters import Printer, read
from daemon.print_agent.snmp import NoSnmp
from policies.accounting.print_reconciling import reconciled
from sensors.device import DeviceId
from sensors.families.print_messages import Counter

pytestmark = pytest.mark.real

ROOT = Path(__file__).parents[1]
NOW = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
LIFE = "1.3.6.1.2.1.43.10.2.1.4.1.1"
HP = "1.3.6.1.4.1.11.2.3.9.4.2.1.4.1.2"
KONICA = "1.3.6.1.4.1.18334.1.1.1.5.7.2.1"
KYOCERA = "1.3.6.1.4.1.1347"
PANTUM = "1.3.6.1.4.1.40093.1.1.3"
XEROX = "1.3.6.1.4.1.253.8.53.13.2.1.6.1.20"
OFFICE = """
zones:
  hall: {names: Hall, hours: {mon-sun: "00:00-24:00"}}
devices:
  laser: {kind: printer, family: print_job, address: laser, zone: hall}
"""


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ({LIFE: 48213}, Counter(impressions_total=48213)),
        (
            {LIFE: 48213, f"{HP}.5.0": 48213, f"{HP}.7.0": 120, f"{HP}.22.0": 9120},
            Counter(impressions_total=48213, colour_total=120, duplex_sheets_total=9120),
        ),
        ({f"{KONICA}.1.0": 700, f"{KONICA}.3.0": 70}, Counter(impressions_total=700, duplex_sheets_total=70)),
        (
            {f"{KYOCERA}.43.10.1.1.12.1.1": 900, f"{KYOCERA}.42.3.1.1.1.1.1": 600},
            Counter(impressions_total=900, prints_total=600),
        ),
        (
            {LIFE: 50, f"{PANTUM}.1": 5, f"{PANTUM}.12": 44},
            Counter(impressions_total=50, prints_total=44, duplex_sheets_total=5),
        ),
        ({f"{XEROX}.1": 1000, f"{XEROX}.33": 250}, Counter(impressions_total=1000, colour_total=250)),
        (
            {
                LIFE: 9000,
                f"{RICOH_TYPES}.1": 10,
                f"{RICOH_VALUES}.1": 9000,
                f"{RICOH_TYPES}.7": 400,
                f"{RICOH_VALUES}.7": 8000,
            },
            Counter(impressions_total=9000, prints_total=8000),
        ),
        ({}, Counter()),
    ],
    ids=["standard", "hp", "konica", "kyocera", "pantum", "xerox", "ricoh", "nothing"],
)
@needs_snmpd
def test_each_maker_s_numbers_are_read_by_a_real_snmp_agent(
    tmp_path: Path, numbers: dict[str, int], expected: Counter
) -> None:
    table = {oid: ("integer" if oid.startswith(RICOH_TYPES) else "counter", value) for oid, value in numbers.items()}
    with snmpd(tmp_path, table) as where:
        found = read(Printer("q", snmp=where), NOW)
        assert found.at == "2026-03-02T04:00:00+00:00"
        assert (found.impressions_total, found.prints_total) == (expected.impressions_total, expected.prints_total)
        assert (found.colour_total, found.duplex_sheets_total) == (expected.colour_total, expected.duplex_sheets_total)


@needs_snmpd
def test_a_printer_that_does_not_know_us_is_no_answer(tmp_path: Path) -> None:
    with snmpd(tmp_path, {LIFE: ("counter", 1)}) as where, pytest.raises(NoSnmp):
        read(Printer("q", snmp=where, community="wrong"), NOW)


@needs_lprint
def test_a_printer_with_its_own_ipp_tells_what_it_has_printed(tmp_path: Path) -> None:
    with lprint(tmp_path) as labels:
        first = read(Printer("labels", ipp=labels.address), NOW)
        for _ in range(3):
            labels.ask("submit", "-d", "labels", "-o", "media=na_index-4x6_4x6in", str(picture(tmp_path)))
        wait_for(lambda: (read(Printer("labels", ipp=labels.address), NOW).impressions_total or 0) >= 3, "three labels")
        later = read(Printer("labels", ipp=labels.address), NOW)
    assert (first.impressions_total, later.impressions_total) == (0, 3)
    assert later.reasons


@needs_mosquitto
@needs_snmpd
def test_what_no_job_accounts_for_is_found_from_the_agent_to_the_board(tmp_path: Path) -> None:
    office = DeviceId("laser")
    with Mosquitto(tmp_path / "broker") as broker, running(tmp_path, broker, OFFICE) as daemon:

        def looks() -> list[object]:
            return [
                each.value for each in daemon.history.series(office, "print_counter", "impressions_total", *lately())
            ]

        with snmpd(tmp_path / "before", {LIFE: ("counter", 48_000)}) as where, agent(tmp_path, broker, where):
            wait_for(looks, "the first look")
        printer = Devices(broker)
        job = {"job": "laser-1-1", "state": "completed", "impressions": 60, "copies": 1, "sides": "one-sided"}
        job |= {"wins": "sides", "completed_at": datetime.now(UTC).isoformat()}
        printer.say("officed/print/laser/job", json.dumps(job))
        wait_for(lambda: daemon.history.jobs(*lately()), "the job")
        printer.close()
        with snmpd(tmp_path / "after", {LIFE: ("counter", 48_100)}) as where, agent(tmp_path, broker, where):
            wait_for(lambda: 48_100 in looks(), "the second look")
        jobs = daemon.history.jobs(*lately())
        found = reconciled(daemon.history, [office], jobs, *lately())[office]
        assert (found.counted_sides, found.job_sides, found.unaccounted_sides, found.with_copies) == (100, 60, 40, True)

        def page() -> str:
            return httpx.get(f"{daemon.web.address}/printing", trust_env=False).raise_for_status().text

        wait_for(lambda: "own counters" in page(), "the page to read the past, once a minute", seconds=90)
        numbers = re.search(r"own counters.*?<tbody>(.*?)</tbody>", page(), re.DOTALL)
        assert numbers is not None
        assert re.findall(r'class="number">([^<]*)<', numbers[1]) == ["100", "60", "40\u00a0%"]


@contextlib.contextmanager
def agent(folder: Path, broker: Mosquitto, snmp: str) -> Iterator[None]:
    """The real program; it has no print server to ask, only the printer."""
    settings = folder / "agent.toml"
    settings.write_text(
        f'poll_seconds = 0.2\nstate = "{folder}/agent.sqlite"\n[broker]\nport = {broker.port}\n[cups]\nport = 1\n'
        f'[[printers]]\nqueue = "laser"\nsnmp = "{snmp}"\nevery_minutes = 0.01\n'
    )
    with (folder / "agent.out").open("ab") as out:
        command = [sys.executable, "-m", "daemon.print_agent", "--settings", str(settings)]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=out, stderr=out)
    try:
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)


def picture(folder: Path) -> Path:
    """The smallest thing that lprint prints."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    side = 32
    rows = zlib.compress((b"\0" + b"\0" * side) * side)
    head = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    path = folder / "label.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b""))
    return path
