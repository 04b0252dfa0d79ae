"""The past of an office whose month is reported by `month_report.py`: slots, settings, weather, cases, commands, savings, jobs.

Three tenths of the devices are switched off every night (some nights one in twenty is left on by lot), eight air conditioners
a working day are set to their limit. What acts has a past of three months behind it, the last two of them under control.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from daemon.configuration.build import build_site
from daemon.configuration.load import parse
from daemon.history.points import Points
from daemon.history.sqlite_file import HistoryFile
from daemon.history.sqlite_writer import SqliteWriter
from policies.accounting.month import month_bounds

START, END = month_bounds(2026, 6, "Asia/Shanghai")
ACTING_FROM = START - timedelta(days=60)
_ZONE = ZoneInfo("Asia/Shanghai")
_BEFORE = timedelta(days=92)
_SETTINGS_BEFORE = timedelta(days=35)
_SLOT = timedelta(minutes=15)
_SAYS_EVERY = timedelta(minutes=5)
_DAY = timedelta(days=1)
_AT_ONCE = 50_000
_CORRECTIONS_A_DAY = 8
_OPENS, _CLOSES = timedelta(hours=8, minutes=30), timedelta(hours=18)
_OFF_AFTER = timedelta(hours=18, minutes=40)


def office(devices: int) -> str:
    """A quarter air conditioners, the rest plugs, in twenty zones; a sensor on the roof and a printer."""
    lines = [
        "site: {id: bench, names: Bench, timezone: Asia/Shanghai, area_m2: 12000, people: 600}",
        "broker: {host: localhost}",
        "store: {path: history.sqlite}",
        "policies:",
        "  - {kind: setpoint_limit, name: setpoint_limit, mode: enforce, grace: 3m}",
        "  - {kind: after_hours_power, name: after_hours, mode: enforce}",
        "zones:",
        *(f'  z{one}: {{names: Room {one}, hours: {{mon-fri: "08:30-18:00"}}}}' for one in range(20)),
        "devices:",
    ]
    for one in range(devices):
        kind = "climate" if one % 4 == 0 else "plug"
        lines.append(f"  d{one}: {{kind: {kind}, family: zigbee2mqtt, address: d{one}, zone: z{one % 20}}}")
    lines.append("  roof: {kind: environment, family: zigbee2mqtt, address: roof, zone: z0, outdoor: true}")
    lines.append("  laser: {kind: printer, family: print_job, address: laser, zone: z0}")
    return "\n".join(lines) + "\n"


def fill(folder: Path, devices: int) -> None:
    """As the daemon would have stored it, but for the savings."""
    file = HistoryFile(folder / "history.sqlite", tell=print)
    writer = SqliteWriter(file, now=lambda: END)
    waiting: list[bytes] = []
    for line in _lines(devices):
        waiting.append(line)
        if len(waiting) >= _AT_ONCE:
            writer.write(b"\n".join(waiting))
            waiting.clear()
    writer.write(b"\n".join(waiting))
    file.close()


def _lines(devices: int) -> Iterator[bytes]:
    site = build_site(parse(office(devices), file="office.yaml", directory=Path()))
    off = [one for one in range(devices) if one % 4 and one % 10 in {1, 3, 5, 7}][: devices * 3 // 10]
    units = list(range(0, devices, 4))
    corrected = units[: max(1, len(units) * 2 // 5)]
    yield from _slots(devices, set(off), set(corrected))
    yield from _climate(corrected)
    points = Points(site.id)
    day = ACTING_FROM
    number = 0
    while day < END:
        if day.astimezone(_ZONE).weekday() < 5:
            for one in off:
                if _is_left_on(one, day):
                    yield from _left_on(points, one, day + _OFF_AFTER)
                else:
                    yield from _acted(points, "after_hours", one, day + _OFF_AFTER, "SwitchOff", None)
            for _ in range(_CORRECTIONS_A_DAY):
                one = corrected[number % len(corrected)]
                yield from _acted(
                    points, "setpoint_limit", one, day + timedelta(hours=10, minutes=number % 300), "SetSetpoint", 26.0
                )
                number += 1
        day += _DAY
    for job in range(10_000):
        stamp = _stamp(START + timedelta(minutes=4 * job))
        yield (
            f'print_job,site=bench,device=laser,zone=z0,printer=laser,department=d{job % 12} job="j{job}",'
            f'state="completed",sheets={1 + job % 9}i,impressions={2 + job % 9}i,two_sided="yes",duplexable=true {stamp}'
        ).encode()


def _slots(devices: int, off: set[int], corrected: set[int]) -> Iterator[bytes]:
    """Of what acts three months more. A night's figures differ a little, so that an interval has something to say."""
    at = START - _BEFORE
    acting = sorted(off | corrected)
    while at < END:
        stamp = _stamp(at)
        local = at.astimezone(_ZONE)
        midnight = at - timedelta(hours=local.hour, minutes=local.minute)
        is_workday = local.weekday() < 5
        is_open = is_workday and _OPENS <= at - midnight < _CLOSES
        is_dark = not is_workday or at - midnight < _OPENS or at - midnight >= _OFF_AFTER
        evening = midnight if at - midnight >= _OFF_AFTER else midnight - _DAY
        while evening.astimezone(_ZONE).weekday() >= 5:
            evening -= _DAY
        for one in range(devices) if at >= START else acting:
            is_held = (
                one in off and is_dark and evening >= ACTING_FROM and not _is_left_on(one, evening)
            )  # fmt: skip
            load = "air_conditioner" if one % 4 == 0 else "monitor"
            scatter = 1 + (one * 31 + local.toordinal() * 17 + local.hour) % 11 / 40
            kwh = 0.0 if is_held else (0.02 if is_open else 0.016) * (1 + one % 7 / 10) * scatter
            on = "0" if is_held or (one % 4 == 0 and not is_open) else "900"
            yield (
                f"slot,site=bench,device=d{one},zone=z{one % 20},load={load} energy_kwh={kwh:.6f},on_seconds={on},"
                f"violation_seconds=0,coverage_seconds=900,controlled={'true' if is_held else 'false'} {stamp}"
            ).encode()
        at += _SLOT


def _climate(corrected: list[int]) -> Iterator[bytes]:
    """Every unit says its setting every five minutes, the sensor on the roof the temperature."""
    at = START - _BEFORE - timedelta(days=30)
    while at < END:
        stamp = _stamp(at)
        local = at.astimezone(_ZONE)
        yield f"environment,site=bench,device=roof,zone=z0,family=zigbee2mqtt outdoor_celsius={26 + local.toordinal() % 7}.0 {stamp}".encode()
        if at >= START - _SETTINGS_BEFORE:
            mode = "cool" if local.weekday() < 5 and 8 <= local.hour < 18 else "off"
            for one in corrected:
                celsius = 26.0 if local.hour >= 15 else 23.0
                yield (
                    f"climate,site=bench,device=d{one},zone=z{one % 20},family=zigbee2mqtt "
                    f'cooling_setpoint_celsius={celsius},room_celsius=25.5,mode="{mode}",is_on={"true" if mode == "cool" else "false"} {stamp}'
                ).encode()
        at += _SAYS_EVERY


def _is_left_on(one: int, evening: datetime) -> bool:
    return (one * 7 + (evening - START).days) % 20 == 0


def _left_on(points: Points, one: int, at: datetime) -> Iterator[bytes]:
    device, zone = f"d{one}", f"z{one % 20}"
    yield points.case_line(
        at=at, policy="after_hours", device=device, zone=zone, case_id=f"after_hours/{device}/{at:%Y%m%d}", state="open",
        was="pending", reason="hold_out", opened_at=at, tie=one % 1000,
    )  # fmt: skip


def _acted(points: Points, policy: str, one: int, at: datetime, remedy: str, celsius: float | None) -> Iterator[bytes]:
    """A case from its first to its last word, and its command."""
    device, zone = f"d{one}", f"z{one % 20}"
    case = f"{policy}/{device}/{at:%Y%m%d%H%M}"
    opened = at - timedelta(minutes=10)
    states = [("pending", "", 15), ("open", "pending", 10), ("acting", "open", 0), ("closed", "acting", -3)]
    for state, was, minutes in states:
        yield points.case_line(
            at=at - timedelta(minutes=minutes), policy=policy, device=device, zone=zone, case_id=case, state=state, was=was,
            remedy=remedy, opened_at=opened, tie=one % 1000,
        )  # fmt: skip
    for state, minutes in (("sent", 0), ("proved", 2)):
        yield points.command_line(
            at=at + timedelta(minutes=minutes), policy=policy, device=device, zone=zone, command_id=f"{case}-1", state=state,
            case_id=case, remedy=remedy, celsius=celsius, tie=one % 1000,
        )  # fmt: skip


def _stamp(at: datetime) -> int:
    return int(at.timestamp()) * 10**9
