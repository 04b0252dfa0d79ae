"""Readings become lines that the database takes, whatever a device, a printer or a person calls itself."""

import math
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from daemon.history.escaping import plain, storable, tag, text
from daemon.history.fields import KINDS
from daemon.history.lines import LineError, fields, series, split
from daemon.history.points import Points
from daemon.history.schema import MEASUREMENTS
from sensors.device import Address, Device, DeviceId, Traits, ZoneId
from sensors.readings import (
    Announced,
    Availability,
    Climate,
    CommandReply,
    Contact,
    Environment,
    Gateway,
    Occupancy,
    Power,
    PrintCounter,
    PrintJob,
    Reading,
    Water,
)

NOW = datetime(2026, 7, 14, 15, 2, 3, 456789, tzinfo=UTC)
NOW_NS = 1784041323456789000
PC = Device(DeviceId("f3-pc-1"), "plug", Address("tasmota", "pc one"), ZoneId("room 302"), load="computer")


def words(name: str = "f3-pc-1", site: str = "hq", zone: str = "room 302", **values: float | bool) -> str:
    device = Device(DeviceId(name), "plug", Address("tasmota", "x"), ZoneId(zone), load="computer")
    line = Points(site).line(Power(device=device.id, arrived_at=NOW, **values), device)  # type: ignore[arg-type]  # by name
    assert line is not None
    return line.decode()


def test_a_reading_is_one_line_with_its_tags_sorted_and_its_stamp_in_nanoseconds() -> None:
    points = Points("hq")
    reading = Power(device=PC.id, arrived_at=NOW, is_on=True, watts=61.4, energy_kwh_total=120.0)
    assert points.line(reading, PC) == (
        rb"power,device=f3-pc-1,family=tasmota,load=computer,site=hq,zone=room\ 302 "
        rb"is_on=true,watts=61.4,energy_kwh_total=120.0 1784041323456789000"
    )


def test_every_kind_of_reading_is_written_with_all_that_it_says() -> None:
    device, at = PC.id, NOW
    said: dict[Reading, dict[str, object]] = {
        Climate(
            device=device, arrived_at=at, mode="cool", action="idle", is_on=True, setpoint_celsius=1.0,
            cooling_setpoint_celsius=2.0, heating_setpoint_celsius=3.0, room_celsius=4.0, humidity_percent=5.0,
        ): {"mode": "cool", "action": "idle", "is_on": True, "setpoint_celsius": 1.0, "cooling_setpoint_celsius": 2.0,
            "heating_setpoint_celsius": 3.0, "room_celsius": 4.0, "humidity_percent": 5.0},
        Power(device=device, arrived_at=at, is_on=False, watts=1.5, energy_kwh_total=2.5):
            {"is_on": False, "watts": 1.5, "energy_kwh_total": 2.5},
        Occupancy(device=device, arrived_at=at, occupied=False): {"occupied": False},
        Environment(
            device=device, arrived_at=at, room_celsius=1.0, humidity_percent=2.0, co2_ppm=3.0, noise_dba=4.0, smoke=False,
            pm25_ug_m3=5.0, illuminance_lux=6.0, outdoor_celsius=-7.0,
        ): {"room_celsius": 1.0, "humidity_percent": 2.0, "co2_ppm": 3.0, "noise_dba": 4.0, "smoke": False,
            "pm25_ug_m3": 5.0, "illuminance_lux": 6.0, "outdoor_celsius": -7.0},
        Water(device=device, arrived_at=at, litres_total=1.0, litres_per_minute=2.0, leak=True):
            {"litres_total": 1.0, "litres_per_minute": 2.0, "leak": True},
        Contact(device=device, arrived_at=at, open=True): {"open": True},
        PrintJob(
            device=device, arrived_at=at, job="7", state="completed", sheets=2, impressions=3, copies=1, pages=3,
            two_sided="yes", duplexable=True, colour=False, media="iso_a4", user_hash="u", title_hash="t", unknown_because="w",
        ): {"job": "7", "state": "completed", "sheets": 2, "impressions": 3, "copies": 1, "pages": 3, "two_sided": "yes",
            "duplexable": True, "colour": False, "media": "iso_a4", "user_hash": "u", "title_hash": "t", "unknown_because": "w"},
        PrintCounter(
            device=device, arrived_at=at, impressions_total=9, prints_total=5, sheets_total=8, colour_total=7, duplex_sheets_total=6, reasons="none",
        ): {"impressions_total": 9, "prints_total": 5, "sheets_total": 8, "colour_total": 7, "duplex_sheets_total": 6, "reasons": "none"},
    }  # fmt: skip
    assert {type(reading) for reading in said} == set(KINDS)
    for reading, expected in said.items():
        line = Points("hq").line(reading, PC)  # type: ignore[arg-type]  # each of them is one of the kinds
        assert line is not None
        head, body, _ = split(line.decode())
        measurement, tags = series(head)
        assert fields(measurement, body) == expected
        assert expected.keys() <= MEASUREMENTS[measurement].fields.keys()
        assert tags["device"] == "f3-pc-1"


def test_what_is_no_measurement_and_what_says_nothing_is_no_line() -> None:
    points = Points("hq")
    for reading in (
        Availability(device=PC.id, arrived_at=NOW, online=True),
        Gateway(device=PC.id, arrived_at=NOW, online=True),
        CommandReply(device=PC.id, arrived_at=NOW, accepted=True),
        Announced(device=PC.id, arrived_at=NOW, address=PC.address, traits=Traits()),
        Power(device=PC.id, arrived_at=NOW),
        Climate(device=PC.id, arrived_at=NOW),
        Power(device=PC.id, arrived_at=NOW, watts=math.nan),
    ):
        assert points.line(reading, PC) is None


@pytest.mark.parametrize("poison", [math.nan, math.inf, -math.inf])
def test_a_value_that_would_poison_the_request_is_left_out_and_the_rest_is_written(poison: float) -> None:
    for _ in range(2):
        assert " is_on=true 1" in words(watts=poison, is_on=True)


@pytest.mark.parametrize("slipped", [21, 10**30])
def test_floats_are_floats_even_where_an_int_slipped_through(slipped: int) -> None:
    line = words(watts=slipped)
    assert fields("power", split(line)[1]) == {"watts": float(slipped)}
    assert "i " not in line.split("watts=")[1]


def test_many_at_once_are_written_each_with_what_it_says() -> None:
    said = [(1.5, True), (None, False), (None, None), (math.nan, None), (1e-07, None), (-0.5, False)]
    readings = [Power(device=PC.id, arrived_at=NOW, watts=watts, is_on=is_on) for watts, is_on in said]
    lines, count = Points("hq").lines(readings, {PC.id: PC})
    assert [split(line)[1] for line in lines.decode().split("\n")] == [
        "is_on=true,watts=1.5", "is_on=false", "watts=1e-7", "is_on=false,watts=-0.5",
    ]  # fmt: skip
    assert count == 4


_SOME = st.sampled_from([None, True, False])
_NUMBER = st.one_of(st.none(), st.floats(), st.sampled_from([0.0, 21.5]))


@given(st.lists(st.tuples(_SOME, _NUMBER, _NUMBER, st.integers(0, 2), st.booleans()), max_size=12))
def test_many_at_once_are_written_as_one_after_the_other(said: list[tuple[bool | None, Any, Any, int, bool]]) -> None:
    readings = [
        Power(
            device=PC.id, arrived_at=NOW + timedelta(microseconds=later), is_on=is_on, watts=watts,
            energy_kwh_total=kwh, live=live, device_at=NOW - timedelta(hours=later),
        )
        for is_on, watts, kwh, later, live in said
    ]  # fmt: skip
    together, alone = Points("hq"), Points("hq")
    one_by_one = [line for reading in readings if (line := alone.line(reading, PC)) is not None]
    assert together.lines(readings, {PC.id: PC}) == (b"\n".join(one_by_one), len(one_by_one))


def test_lines_are_kind_by_kind_and_none_where_nothing_is_stored() -> None:
    on, warm = Power(device=PC.id, arrived_at=NOW, is_on=True), Climate(device=PC.id, arrived_at=NOW, room_celsius=21.5)
    away, other = Availability(device=PC.id, arrived_at=NOW, online=True), replace(on, device=DeviceId("other"))
    lines, count = Points("hq").lines([on, away, warm, other, on], {PC.id: PC})
    assert [line.split(b",")[0] for line in lines.split(b"\n")] == [b"power", b"power", b"climate"]
    assert count == 3
    assert Points("hq").lines([away, other], {PC.id: PC}) == (b"", 0)


@pytest.mark.parametrize("name", ["x temp=9\nevil", "x\ny", "x\\", "a b,c=d", "\r", "a\u2028b", "%0A", "x\x00y"])
def test_a_name_never_makes_a_second_line_or_another_series(name: str) -> None:
    line = words(name, watts=1.0)
    assert len(line.splitlines()) == 1
    assert series(split(line)[0])[1]["device"] == name


def test_an_empty_tag_is_left_out_because_the_database_refuses_it() -> None:
    assert words(zone="", watts=1.0).startswith("power,device=f3-pc-1,family=tasmota,load=computer,site=hq watts=")


def test_text_keeps_its_quotes_and_backslashes_and_loses_what_would_end_the_line() -> None:
    assert text('say "hi" \\') == r'"say \"hi\" \\"'
    assert text("one\ntwo\rthree\x00") == '"one two three "'
    assert len(text("x" * 2_000_000)) < 5_000


@given(st.text(max_size=60), st.text(max_size=60))
def test_no_two_names_are_written_alike_and_each_is_read_back(first: str, second: str) -> None:
    assert plain(storable(first)) == first
    assert (tag(first) == tag(second)) is (first == second)


@given(
    st.text(min_size=1, max_size=30),
    st.text(max_size=30),
    st.dictionaries(st.sampled_from(["watts", "energy_kwh_total"]), st.floats(-1e300, 1e300), min_size=1),
)
def test_what_points_write_lines_read_back(name: str, zone: str, values: dict[str, float]) -> None:
    device = Device(DeviceId(name), "plug", Address("tasmota", "x"), ZoneId(zone), load="server")
    line = Points("hq").line(Power(device=device.id, arrived_at=NOW, **values), device)  # type: ignore[arg-type]  # by name
    assert line is not None
    assert b"\n" not in line
    head, body, at_ns = split(line.decode())
    measurement, tags = series(head)
    expected = {"device": name, "zone": zone, "site": "hq", "family": "tasmota", "load": "server"}
    assert (measurement, tags) == ("power", {key: value for key, value in expected.items() if value})
    assert fields("power", body) == values
    assert at_ns == NOW_NS


@given(st.text(max_size=200), st.text(max_size=200))
def test_texts_are_read_back_save_for_control_characters(reason: str, department: str) -> None:
    printer = Device(DeviceId("p"), "printer", Address("print_job", "q"), ZoneId("z"))
    job = PrintJob(device=printer.id, arrived_at=NOW, job="1", unknown_because=reason, department=department)
    line = Points("hq").line(job, printer)
    assert line is not None
    head, body, _ = split(line.decode())
    assert series(head)[1].get("department", "") == department
    told = fields("print_job", body).get("unknown_because", "")
    assert isinstance(told, str)
    assert len(told) == len(reason)
    assert all(a in (b, " ") for a, b in zip(told, reason, strict=True))


def test_readings_of_one_instant_stay_apart_and_do_so_again_on_a_replay() -> None:
    later = NOW + timedelta(microseconds=1)
    readings = [Power(device=PC.id, arrived_at=at, watts=1.0) for at in (NOW, NOW, later)]
    other = Device(DeviceId("other"), PC.kind, PC.address, PC.zone)

    def stamps(points: Points) -> list[int]:
        points.line(Power(device=other.id, arrived_at=NOW, watts=1.0), other)
        return [int((points.line(reading, PC) or b"").split()[-1]) - NOW_NS for reading in readings]

    assert stamps(Points("hq")) == stamps(Points("hq")) == [0, 1, 1000]
    points = Points("hq")
    assert [int((points.line(readings[0], PC) or b"").split()[-1]) - NOW_NS for _ in range(1002)] == list(range(1002))


def test_a_job_told_twice_is_one_point_at_its_own_end_and_two_jobs_of_one_instant_are_two() -> None:
    ended = NOW - timedelta(days=3)
    first = PrintJob(device=PC.id, arrived_at=NOW, device_at=ended, job="q-1", department="a")
    again = PrintJob(device=PC.id, arrived_at=NOW + timedelta(hours=1), device_at=ended, job="q-1", department="a")
    other = PrintJob(device=PC.id, arrived_at=NOW, device_at=ended, job="q-2", department="a")
    lines = [Points("hq").line(job, PC) for job in (first, again, other)]
    stamps = [int((line or b"").split()[-1]) for line in lines]
    assert lines[0] == lines[1]
    assert stamps[0] != stamps[2]
    assert {stamp // 1000 for stamp in stamps} == {(NOW_NS - 3 * 86400 * 10**9) // 1000}


def test_a_device_s_new_zone_is_written_from_its_next_reading_on() -> None:
    points = Points("hq")
    reading = Power(device=PC.id, arrived_at=NOW, watts=1.0)
    moved = Device(PC.id, PC.kind, PC.address, ZoneId("room 4"), load=PC.load)
    assert b"zone=room\\ 302" in (points.line(reading, PC) or b"")
    assert b"zone=room\\ 4" in (points.line(reading, moved) or b"")


def test_a_late_reading_lands_at_its_own_time_and_news_when_they_came() -> None:
    points = Points("hq")

    def stored(ago: timedelta | None, *, live: bool) -> bytes:
        device_at = None if ago is None else NOW - ago
        reading = Power(device=PC.id, arrived_at=NOW, device_at=device_at, watts=1.0, live=live)
        return (points.line(reading, PC) or b"").rpartition(b" ")[2]

    assert stored(timedelta(minutes=5), live=True) == b"1784041323456789000"
    assert stored(timedelta(hours=2), live=False) == b"1784034123456789000"
    assert stored(timedelta(days=8), live=False).startswith(b"1784041323456789"), "a wrong clock is not late data"
    assert stored(None, live=False).startswith(b"1784041323456789")


def test_a_record_with_a_name_or_type_that_the_schema_does_not_have_is_our_mistake() -> None:
    points = Points("hq")
    with pytest.raises(KeyError):
        points.record_line("slot", {"devize": "x"}, {"energy_kwh": 1.0}, NOW)
    with pytest.raises(KeyError):
        points.record_line("slot", {}, {"energy": 1.0}, NOW)
    with pytest.raises(TypeError):
        points.record_line("slot", {}, {"energy_kwh": True}, NOW)
    with pytest.raises(TypeError):
        points.record_line("slot", {}, {"controlled": 1}, NOW)
    assert points.record_line("slot", {}, {"energy_kwh": None}, NOW) is None
    assert points.record_line("slot", {}, {"energy_kwh": 2}, NOW) == b"slot,site=hq energy_kwh=2.0 1784041323456789000"
    assert (
        points.record_line("daemon", {}, {"readings_total": 3}, NOW)
        == b"daemon,site=hq readings_total=3i 1784041323456789000"
    )
    assert points.record_line("daemon", {}, {"readings_total": 2**63}, NOW) is None


@pytest.mark.parametrize(
    "line",
    [
        "",
        "power",
        "power watts=1.0",
        "power watts=1.0 12.5",
        "power  1784041323456789000",
        "power watts=1.0, 1784041323456789000",
        "power watts=1.0,,is_on=true 1784041323456789000",
        "power watts=1e400 1784041323456789000",
        "power watts=nan 1784041323456789000",
        'power watts="1" 1784041323456789000',
        "power watts=1i 1784041323456789000",
        "power watts=true 1784041323456789000",
        "power is_on=1.0 1784041323456789000",
        "power volts=1.0 1784041323456789000",
        "nothing watts=1.0 1784041323456789000",
        "power,device= watts=1.0 1784041323456789000",
        "power,device=a,device=b watts=1.0 1784041323456789000",
        "power,printer=a watts=1.0 1784041323456789000",
        "power,device watts=1.0 1784041323456789000",
        "daemon readings_total=9223372036854775808i 1784041323456789000",
        "power watts=1.0 9999999999999999999",
        "power watts=1.0 1784041323456789000\n",
        'case reason="open 1784041323456789000',
    ],
)
def test_a_line_that_is_not_ours_is_refused(line: str) -> None:
    with pytest.raises(LineError):
        read(line)


def read(line: str) -> None:
    head, body, _ = split(line)
    fields(series(head)[0], body)
