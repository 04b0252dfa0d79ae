"""Every panel's questions, asked of a real InfluxDB that holds two days of a virtual office, are answered with rows."""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import urllib3
from real_influxdb import Server, running

from daemon.accounting.bookkeeper import slot_line
from daemon.configuration.build import build_policies, build_site
from daemon.configuration.load import parse
from daemon.engine.records import Ledger
from daemon.history.influx_writer import InfluxWriter
from daemon.history.points import Points
from daemon.own_health import OwnHealth
from daemon.simulation.loop import Lockstep
from policies.accounting.books import Books
from policies.control.effects import Decided, Effect, Record
from policies.office.office import Office
from policies.office.requests import Extend
from policies.state import State
from sensors.readings import AnyReading, PrintJob
from sensors.registry import Registry
from sensors.virtual.building import VirtualOffice
from sensors.virtual.office_yaml import office_yaml
from sensors.virtual.plans import demo_faults, demo_plan

pytestmark = [pytest.mark.real, pytest.mark.slow, pytest.mark.timeout(300)]

DASHBOARDS = Path(__file__).parents[1] / "dashboards" / "grafana"
FIRST = date(2026, 7, 14)
DAYS = 2
TIMEZONE = "Asia/Shanghai"
START = datetime(FIRST.year, FIRST.month, FIRST.day, tzinfo=ZoneInfo(TIMEZONE)).astimezone(UTC)
END = START + timedelta(days=DAYS)
TARGETS = [
    pytest.param(target["query"], id=f"{path.stem}-{panel['title']}-{target['refId']}")
    for path in sorted((DASHBOARDS / "en").glob("*.json"))
    for panel in json.loads(path.read_text(encoding="utf-8"))["panels"]
    for target in panel["targets"]
]


class Written:
    """Stands for the journal: keeps the lines that the engine's ledger makes."""

    def __init__(self) -> None:
        self.lines: list[bytes] = []

    def advance(
        self,
        decoded_row: int,
        lines: bytes,
        count: int,
        records: Sequence[bytes],
        snapshot: object,
        reads: object = None,
    ) -> None:
        self.lines += lines.split(b"\n") if lines else []


def points_of_an_office() -> list[bytes]:
    """What officed would have written: readings, cases, commands, leave, slots and an entry of the ledger.

    Added to what the office does by itself: print jobs of the seldom kinds, a leave, a saving.
    """
    plan = demo_plan()
    configuration = parse(office_yaml(plan), file="virtual office", directory=Path())
    site = build_site(configuration)
    written, ledger, books = Written(), Ledger(site, 0), Books(site)
    points = Points(site.id)

    def note(now: datetime, state: State, readings: Sequence[AnyReading], effects: Sequence[Effect]) -> None:
        ledger.hear(readings)
        for effect in effects:
            if isinstance(effect, Record):
                ledger.note(effect)
        climate = {device.id for device in site.by_kind.get("climate", ())}
        books.note(state.office, now, frozenset(case.device for case in state.cases.values()) - climate, frozenset())

    lockstep = Lockstep(
        VirtualOffice(plan, 7, demo_faults()),
        Registry(list(site.devices.values()), ZoneInfo(TIMEZONE)),
        State(Office(site), build_policies(configuration)),
        note,
    )
    lockstep.run(START, END)
    printer = site.by_kind["printer"][0].id
    ledger.hear(
        [
            PrintJob(device=printer, arrived_at=START, job="odd", state="completed", impressions=4, duplexable=True),
            PrintJob(device=printer, arrived_at=START, job="lost", state="completed", unknown_because="no_copies"),
            PrintJob(device=printer, arrived_at=START, job="gone", state="cancelled"),
        ]
    )
    zone = next(iter(site.zones))
    leave = Extend(id="leave", zone=zone, until=END, why="a late meeting")
    ledger.decided(Decided(at=START, who="somebody", request=leave))
    ledger.write(written, lockstep.state)
    slots = [slot_line(points, each) for each in books.ready(END + timedelta(hours=2)) if each.slot.at < END]
    saving = points.record_line(
        "saving", {"zone": zone, "ledger": "measured", "policy": "after-hours"}, {"avoided_kwh": 0.4}, START
    )
    return [*written.lines, *own_health(site.id), *(line for line in [*slots, saving] if line is not None)]


class Own(Written):
    """Stands for the journal whose state is told."""

    bytes_used = 1_000_000

    @property
    def dead_letters(self) -> "Own":
        return self

    def count(self) -> int:
        return 2


def own_health(site: str) -> list[bytes]:
    """An hour of officed's own numbers, written by what writes them."""
    journal, minutes = Own(), iter(range(1000))
    seconds = 0.0
    health = OwnHealth(
        site,
        journal,
        lambda: {"messages_total": seconds * 50, "outbox_waiting_lines": 7.0},
        lambda: START + timedelta(minutes=next(minutes)),
        lambda: seconds,
    )
    for minute in range(1, 62):
        seconds = minute * 60.0
        health.look()
    assert len(journal.lines) > 50
    return journal.lines


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, str]]:
    with running(tmp_path_factory.mktemp("influxdb")) as server:
        if isinstance(server, str):
            pytest.skip(server)
        bucket = server.new_bucket()
        writer = InfluxWriter(
            server.url,
            token=server.token,
            organisation=server.organisation,
            bucket=bucket,
            now=lambda: datetime.now(UTC),
            timeout=timedelta(minutes=1),
        )
        lines = points_of_an_office()
        for first in range(0, len(lines), 5000):
            answer = writer.post(b"\n".join(lines[first : first + 5000]))
            assert answer.status == 204, answer.body
        writer.close()
        yield server, bucket


def asked(filled: tuple[Server, str], statement: str) -> list[list[object]]:
    """The rows of all series. What Grafana puts into the gaps is put in here: both bounds, window, choices."""
    server, bucket = filled
    bounds = f"time >= {START.timestamp() * 1000:.0f}ms and time <= {END.timestamp() * 1000:.0f}ms"
    for gap, value in {
        "$timeFilter": bounds,
        "$__interval": "15m",
        "$timezone": TIMEZONE,
        "${site:regex}": ".*",
        "${zone:regex}": ".*",
    }.items():
        statement = statement.replace(gap, value)
    assert "$" not in statement.replace("$/", ""), "a gap that nobody fills"
    answer = urllib3.request(
        "GET",
        f"{server.url}/query",
        fields={"db": bucket, "epoch": "ms", "q": statement},
        headers={"Authorization": f"Token {server.token}"},
    )
    assert answer.status == 200, answer.data
    (result,) = answer.json()["results"]
    assert "error" not in result, result
    return [row for series in result.get("series", []) for row in series["values"]]


@pytest.mark.parametrize("statement", TARGETS)
def test_a_panel_finds_rows(filled: tuple[Server, str], statement: str) -> None:
    assert asked(filled, statement)


def test_the_choices_find_the_office_and_its_rooms(filled: tuple[Server, str]) -> None:
    made = json.loads((DASHBOARDS / "en" / "zone.json").read_text(encoding="utf-8"))
    choices = {each["name"]: each["query"] for each in made["templating"]["list"]}
    assert {str(value) for _, value in asked(filled, choices["site"])} == {"virtual-office"}
    assert {str(value) for _, value in asked(filled, choices["zone"])} == {zone.id for zone in demo_plan().zones}


def test_nothing_is_found_where_another_room_is_chosen(filled: tuple[Server, str]) -> None:
    made = json.loads((DASHBOARDS / "en" / "zone.json").read_text(encoding="utf-8"))
    statement = made["panels"][0]["targets"][0]["query"].replace("${zone:regex}", "(nowhere|else)")
    assert asked(filled, statement) == []
