"""The embedded store and a real InfluxDB give the same answers to the same questions."""

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from real_influxdb import Server, running

from daemon.errors import StoreUnavailable
from daemon.history.influx import InfluxHistory
from daemon.history.influx_query import InfluxQuery
from daemon.history.influx_writer import InfluxWriter
from daemon.history.kept_days import add_up
from daemon.history.points import Points
from daemon.history.sqlite import SqliteHistory
from daemon.history.sqlite_file import HistoryFile
from daemon.history.sqlite_writer import SqliteWriter
from policies.history import History, Sample
from sensors.device import Address, Device, DeviceId, ZoneId
from sensors.readings import AnyReading, Climate, Contact, Power, PrintJob

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
AWKWARD = 'Büro 3, "Fenster" = 100%\\'


def seconds(number: float) -> timedelta:
    return timedelta(seconds=number)


def device(name: str, *, zone: str = "z1") -> Device:
    return Device(DeviceId(name), "plug", Address("tasmota", name), ZoneId(zone), load="computer")


@dataclass
class Store:
    history: History
    points: Points
    site: str
    write: Callable[[bytes], int]
    settle: Callable[[], object]
    """Whatever the store does for itself in the hours after days are over."""

    def put(self, *readings: tuple[AnyReading, Device]) -> None:
        lines = [self.points.line(reading, device) for reading, device in readings]
        assert self.write(b"\n".join(line for line in lines if line)) == 204


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server | str]:
    with running(tmp_path_factory.mktemp("influxdb")) as found:
        yield found


@pytest.fixture(scope="session")
def bucket(server: Server | str) -> str:
    return "" if isinstance(server, str) else server.new_bucket()


@pytest.fixture(params=["sqlite", pytest.param("influxdb", marks=pytest.mark.real)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    site = f"site {uuid.uuid4().hex}"
    if request.param == "sqlite":
        file = HistoryFile(tmp_path / "history.sqlite", tell=pytest.fail)
        sqlite_writer = SqliteWriter(file, now=lambda: NOW)
        yield Store(
            SqliteHistory(file),
            Points(site),
            site,
            write=lambda lines: sqlite_writer.post(lines).status,
            settle=lambda: add_up(file.writer, NOW, 1000),
        )
        file.close()
        return
    server = request.getfixturevalue("server")
    if isinstance(server, str):
        pytest.skip(server)
    bucket = request.getfixturevalue("bucket")
    writer = InfluxWriter(
        server.url, token=server.token, organisation=server.organisation, bucket=bucket, now=lambda: NOW
    )
    query = InfluxQuery(server.url, token=server.token, bucket=bucket)
    yield Store(
        InfluxHistory(query, site=site),
        Points(site),
        site,
        write=lambda lines: writer.post(lines).status,
        settle=lambda: None,
    )
    writer.close()
    query.close()


def power(device: Device, after: float, **values: float | bool) -> tuple[AnyReading, Device]:
    return Power(device=device.id, arrived_at=NOW + seconds(after), **values), device  # type: ignore[arg-type]  # by name


def test_a_device_s_own_words_come_back_oldest_first_and_in_a_half_open_range(store: Store) -> None:
    pc, other = device("pc"), device("other")
    store.put(power(pc, 2, watts=3.0), power(pc, 0, watts=1.0), power(pc, 1, watts=2.5), power(other, 1, watts=99.0))
    found = store.history.series("pc", "power", "watts", NOW, NOW + seconds(2))
    assert list(found) == [Sample(NOW, 1.0), Sample(NOW + seconds(1), 2.5)]
    assert [type(sample.value) for sample in found] == [float, float]


def test_truth_values_text_and_numbers_come_back_in_the_types_they_went_in(store: Store) -> None:
    ac = device("ac")
    store.put(
        (Climate(device=ac.id, arrived_at=NOW, mode="cool", is_on=False, setpoint_celsius=26.0), ac),
        (Contact(device=ac.id, arrived_at=NOW, open=True), ac),
    )

    def said(measurement: str, field: str) -> object:
        return store.history.series("ac", measurement, field, NOW, NOW + seconds(1))[0].value

    assert said("climate", "mode") == "cool"
    assert said("climate", "is_on") is False
    assert said("contact", "open") is True
    assert repr(said("climate", "setpoint_celsius")) == "26.0"
    assert list(store.history.series("ac", "climate", "room_celsius", NOW, NOW + seconds(1))) == []


def test_names_that_would_break_a_line_come_back_as_they_were(store: Store) -> None:
    names = [AWKWARD, "two\nlines", "tab\there", "trailing\\", "%5C", "电表 一", "a,b=c d", "'; DROP SERIES; --"]
    store.put(*(power(device(name), number, watts=float(number)) for number, name in enumerate(names)))
    found = store.history.last("power", "watts", NOW, NOW + seconds(60))
    assert found == {name: Sample(NOW + seconds(number), float(number)) for number, name in enumerate(names)}
    for number, name in enumerate(names):
        assert [each.value for each in store.history.series(name, "power", "watts", NOW, NOW + seconds(60))] == [number]


def test_the_same_line_twice_is_one_point_and_another_field_joins_it(store: Store) -> None:
    pc = device("pc")
    store.put(power(pc, 0, watts=5.0))
    store.points = Points(store.site)  # a restart
    store.put(power(pc, 0, watts=5.0))
    store.points = Points(store.site)
    store.put(power(pc, 0, energy_kwh_total=7.0))
    assert list(store.history.series("pc", "power", "watts", NOW, NOW + seconds(1))) == [Sample(NOW, 5.0)]
    assert list(store.history.series("pc", "power", "energy_kwh_total", NOW, NOW + seconds(1))) == [Sample(NOW, 7.0)]


def test_two_readings_of_one_read_are_two_points(store: Store) -> None:
    pc = device("pc")
    store.put(power(pc, 0, watts=5.0), power(pc, 0, watts=6.0))
    assert [each.value for each in store.history.series("pc", "power", "watts", NOW, NOW + seconds(1))] == [5.0, 6.0]


def test_windows_begin_at_the_start_and_leave_gaps_out(store: Store) -> None:
    pc, screen = device("pc"), device("screen", zone="z2")
    start = NOW + seconds(7)
    store.put(
        power(pc, 6.9, watts=1000.0),
        power(pc, 7, watts=10.0),
        power(pc, 16.9, watts=20.0),
        power(pc, 17, watts=40.0),
        power(pc, 37, watts=2.0),
        power(screen, 8, watts=30.0),
        power(pc, 47, watts=1000.0),
    )
    found = store.history.windows("power", "watts", start, start + seconds(40), seconds(10), by=("zone", "device"))
    flat = [(w.key, (w.start - start).seconds, w.mean, w.minimum, w.maximum, w.total, w.last, w.count) for w in found]
    assert flat == [
        (("z1", "pc"), 0, 15.0, 10.0, 20.0, 30.0, 20.0, 2),
        (("z1", "pc"), 10, 40.0, 40.0, 40.0, 40.0, 40.0, 1),
        (("z1", "pc"), 30, 2.0, 2.0, 2.0, 2.0, 2.0, 1),
        (("z2", "screen"), 0, 30.0, 30.0, 30.0, 30.0, 30.0, 1),
    ]
    total = store.history.windows("power", "watts", start, start + seconds(40), seconds(40))
    assert [(w.key, w.total, w.count) for w in total] == [((), 102.0, 5)]


def test_spans_of_any_length_are_added_up_and_tell_in_how_many_of_their_hours_there_was_a_sample(store: Store) -> None:
    pc, screen = device("pc"), device("screen", zone="z2")
    hour = 3600
    store.put(
        power(pc, -1, watts=1000.0),
        power(pc, 0, watts=1.0),
        power(screen, 0, is_on=True),
        power(screen, hour - 1, watts=2.0),
        power(pc, 2 * hour, watts=4.0),
        power(pc, 2.5 * hour, watts=8.0),
        power(pc, 6 * hour, watts=0.0),
        power(screen, 9 * hour - 0.5, watts=16.0),
        power(pc, 9 * hour, watts=1000.0),
    )
    edges = [NOW + seconds(number * hour) for number in (0, 2.5, 3, 5, 9)]
    found = store.history.totals("power", "watts", edges)
    assert [(each.start, each.end, each.total, each.hours) for each in found] == [
        (edges[0], edges[1], 7.0, 2),
        (edges[1], edges[2], 8.0, 1),
        (edges[3], edges[4], 16.0, 2),
    ]
    assert list(store.history.totals("power", "watts", edges[:1])) == []
    assert list(store.history.totals("power", "watts", [])) == []
    with pytest.raises(ValueError, match="no number"):
        store.history.totals("power", "is_on", edges)
    with pytest.raises(ValueError, match="do not ascend"):
        store.history.totals("power", "watts", [NOW, NOW])


@pytest.mark.parametrize(
    ("zone", "first", "quarters"),
    [
        pytest.param("Europe/Berlin", date(2026, 10, 23), [96, 96, 100, 96], id="the clock goes back"),
        pytest.param("Europe/Berlin", date(2026, 3, 27), [96, 96, 92, 96], id="the clock goes forward"),
        pytest.param("Australia/Lord_Howe", date(2026, 10, 2), [96, 96, 94, 96], id="by half an hour"),
        pytest.param("Asia/Kathmandu", date(2026, 10, 23), [96, 96, 96, 96], id="three quarters beside the others"),
    ],
)
def test_local_days_of_slots_are_added_up_before_and_after_the_store_has_settled(
    store: Store, zone: str, first: date, quarters: list[int]
) -> None:
    """Four days. One slot in seven and an hour are missing, one in eleven and an hour not known; `new` begins on the third day at noon."""
    midnight = datetime.combine(first, time(), ZoneInfo(zone))
    edges = [(midnight + number * timedelta(days=1)).astimezone(UTC) for number in range(5)]
    quarter = timedelta(minutes=15)
    assert [(end - start) // quarter for start, end in pairwise(edges)] == quarters
    lines, expected, hours = list[bytes](), [0] * 4, [set[int]() for _ in range(4)]
    number = 0
    for place, (start, of) in enumerate(zip(edges, quarters, strict=False)):
        for at in range(of):
            for name in ("a", "b", "new"):
                number += 1
                if number % 7 == 0 or (name == "new" and (place < 2 or (place == 2 and at < 48))) or 40 <= at < 44:
                    continue
                kwh = None if number % 11 == 0 or 48 <= at < 52 else number % 97
                tags = {"device": name, "zone": "z1", "load": "computer"}
                fields = {"energy_kwh": None if kwh is None else kwh / 128, "on_seconds": 900.0}
                line = store.points.record_line("slot", tags, fields, start + at * quarter)
                assert line is not None
                lines.append(line)
                if kwh is not None:
                    expected[place] += kwh
                    hours[place].add(at // 4)
    assert store.write(b"\n".join(lines)) == 204
    days = [(start, total / 128, len(of)) for start, total, of in zip(edges, expected, hours, strict=False)]
    assert [len(of) for of in hours] == [-(-each // 4) - 2 for each in quarters]
    for _ in range(2):
        found = store.history.totals("slot", "energy_kwh", edges)
        assert [(each.start, each.total, each.hours) for each in found] == days
        (whole,) = store.history.totals("slot", "energy_kwh", [edges[0], edges[-1]])
        assert whole.total == sum(total for _, total, _ in days)
        store.settle()


def test_the_last_word_of_each_device_and_nothing_of_the_silent(store: Store) -> None:
    pc, screen, silent = device("pc"), device("screen"), device("silent")
    store.put(
        power(pc, 0, is_on=True),
        power(pc, 5, is_on=False),
        power(pc, 6, watts=1.0),
        power(screen, 3, is_on=True),
        power(silent, 90, is_on=True),
    )
    found = store.history.last("power", "is_on", NOW, NOW + seconds(60))
    assert found == {"pc": Sample(NOW + seconds(5), False), "screen": Sample(NOW + seconds(3), True)}


def test_records_come_back_whole_with_what_was_not_said_as_none(store: Store) -> None:
    printer = Device(DeviceId("prn"), "printer", Address("print_job", "queue/1"), ZoneId("hall"))
    job = PrintJob(device=printer.id, arrived_at=NOW, job="17", state="completed", sheets=3, two_sided="yes", colour=False,
                   department="R&D, 2nd floor", media='A4 "recycled" \\ thick')  # fmt: skip
    unknown = PrintJob(device=printer.id, arrived_at=NOW + seconds(1), job="18", unknown_because="no pages\nsaid")
    store.put((job, printer), (unknown, printer))
    first, second = store.history.jobs(NOW, NOW + seconds(10))
    assert (first.printer, first.department, first.media) == ("queue/1", "R&D, 2nd floor", 'A4 "recycled" \\ thick')
    assert (first.sheets, first.colour, first.two_sided, first.copies) == (3, False, "yes", None)
    assert (second.sheets, second.department, second.unknown_because) == (None, "", "no pages said")

    points = store.points
    slot = points.record_line(
        "slot",
        {"device": "pc", "zone": "z", "load": "computer"},
        {"energy_kwh": 1.0, "on_seconds": 900.0, "controlled": True},
        NOW,
    )
    case = points.case_line(at=NOW, policy="p", device="pc", zone="z", case_id="c1", state="open", opened_at=NOW)
    command = points.command_line(
        at=NOW, policy="p", device="pc", zone="z", command_id="c1-1", state="sent", celsius=26.0, reason="too cold"
    )
    saving = points.record_line(
        "saving", {"device": "pc", "ledger": "measured"}, {"avoided_kwh": 0.25, "method": "m"}, NOW
    )
    assert slot
    assert saving
    assert store.write(b"\n".join([slot, case, command, saving])) == 204
    end = NOW + seconds(1)
    (slot_row,), (case_row,) = store.history.slots(NOW, end), store.history.cases(NOW, end)
    (command_row,), (saving_row,) = store.history.commands(NOW, end), store.history.savings(NOW, end)
    assert (slot_row.energy_kwh, slot_row.controlled, slot_row.load, slot_row.coverage_seconds) == (
        1.0,
        True,
        "computer",
        None,
    )
    assert (case_row.case_id, case_row.state, case_row.was, case_row.opened_at_us) == (
        "c1",
        "open",
        None,
        1795161600000000,
    )
    assert (command_row.celsius, command_row.reason, command_row.zone) == (26.0, "too cold", "z")
    assert (saving_row.ledger, saving_row.avoided_kwh, saving_row.policy) == ("measured", 0.25, "")


def test_nothing_known_is_an_empty_answer(store: Store) -> None:
    end = NOW + seconds(1)
    assert list(store.history.series("nobody", "power", "watts", NOW, end)) == []
    assert list(store.history.windows("power", "watts", NOW, end, seconds(1))) == []
    assert store.history.last("power", "watts", NOW, end) == {}
    assert list(store.history.jobs(NOW, end)) == []


@pytest.mark.parametrize(
    ("measurement", "field", "step", "by"),
    [
        ("power", "volts", seconds(1), ()),
        ("nothing", "watts", seconds(1), ()),
        ("power", "is_on", seconds(1), ()),
        ("power", "watts", seconds(0), ()),
        ("power", "watts", timedelta(milliseconds=1), ()),
        ("power", "watts", seconds(1), ("printer",)),
    ],
)
def test_a_question_that_makes_no_sense_is_refused_before_it_is_asked(
    store: Store, measurement: str, field: str, step: timedelta, by: tuple[str, ...]
) -> None:
    with pytest.raises(ValueError, match=r"no |windows"):
        store.history.windows(measurement, field, NOW, NOW + seconds(60), step, by)


def test_slots_are_added_up_by_device_and_kind_and_others_left_out(store: Store) -> None:
    quarter = timedelta(minutes=15)

    def slot(name: str, number: int, kwh: float | None, on: float) -> bytes:
        tags = {"device": name, "zone": "z1", "load": "computer"}
        fields = {"energy_kwh": kwh, "on_seconds": on, "violation_seconds": 1.0, "coverage_seconds": 900.0}
        line = store.points.record_line("slot", tags, fields, NOW + number * quarter)
        assert line is not None
        return line

    lines = [slot(name, number, 0.25 * number, 10.0) for name in ("a", AWKWARD, "other") for number in range(-1, 9)]
    assert store.write(b"\n".join([*lines, slot("b", 3, None, 7.0)])) == 204
    kinds = [0, 0, 1, 65_535, 1, 0, 1, 1]
    found = store.history.slot_sums(["b", "a", AWKWARD, "never heard"], NOW, kinds)
    of_a = [(0, 1.5, 3, 30.0, 3), (1, 4.75, 4, 40.0, 4), (65_535, 0.75, 1, 10.0, 1)]
    expected = [(name, *sums) for name in sorted(("a", AWKWARD)) for sums in of_a] + [("b", 65_535, 0.0, 0, 7.0, 1)]
    said = [(s.device, s.kind, s.energy_kwh, s.energy_slots, s.on_seconds, s.slots) for s in found]
    assert said == sorted(expected)
    assert {(s.violation_seconds, s.coverage_seconds) for s in found} == {(float(n), 900.0 * n) for n in (1, 3, 4)}
    assert store.history.slot_sums([], NOW, kinds) == []
    assert store.history.slot_sums(["a"], NOW, []) == []


def test_slots_of_long_stretches_of_a_kind_are_added_up_to_the_quarter(store: Store) -> None:
    """Night and day in turn, 40 quarters each, of two devices; `b` moves to another zone in between and is unknown for a while."""
    quarter = timedelta(minutes=15)
    lines = list[bytes]()
    for number in range(-1, 161):
        for name in ("a", "b", "other"):
            tags = {"device": name, "zone": "z2" if name == "b" and number >= 60 else "z1", "load": "computer"}
            kwh = None if name == "b" and 10 <= number < 50 else number / 64
            fields = {"energy_kwh": kwh, "on_seconds": 9.0, "violation_seconds": 0.5, "coverage_seconds": 900.0}
            line = store.points.record_line("slot", tags, fields, NOW + number * quarter)
            assert line is not None
            lines.append(line)
    assert store.write(b"\n".join(lines)) == 204
    kinds = [number // 40 % 2 for number in range(160)]
    found = store.history.slot_sums(["b", "a"], NOW, kinds)
    known = [(name, kind, [n for n in range(160) if kinds[n] == kind and not (name == "b" and 10 <= n < 50)])
             for name in ("a", "b") for kind in (0, 1)]  # fmt: skip
    assert [(each.device, each.kind, each.energy_kwh, each.energy_slots) for each in found] == [
        (name, kind, sum(numbers) / 64, len(numbers)) for name, kind, numbers in known
    ]
    said = {(s.on_seconds, s.violation_seconds, s.coverage_seconds, s.slots) for s in found}
    assert said == {(720.0, 40.0, 72_000.0, 80)}
    (unknown,) = store.history.slot_sums(["b"], NOW + 10 * quarter, [7] * 40)
    assert (unknown.kind, unknown.energy_kwh, unknown.energy_slots, unknown.slots) == (7, 0.0, 0, 40)


@pytest.mark.real
def test_a_database_that_is_not_there_is_unavailable_and_not_empty(server: Server | str) -> None:
    if isinstance(server, str):
        pytest.skip(server)
    history = InfluxHistory(InfluxQuery(server.url, token=server.token, bucket="not_there"), site="x")
    with pytest.raises(StoreUnavailable, match=r"not_there|not found"):
        history.jobs(NOW, NOW + seconds(1))
    stranger = InfluxHistory(InfluxQuery(server.url, token="wrong", bucket="not_there"), site="x")
    with pytest.raises(StoreUnavailable, match=r"(?i)unauthorized"):
        stranger.jobs(NOW, NOW + seconds(1))
    nobody = InfluxHistory(InfluxQuery("http://127.0.0.1:9", token="t", bucket="b"), site="x")
    with pytest.raises(StoreUnavailable, match="does not answer"):
        nobody.jobs(NOW, NOW + seconds(1))
