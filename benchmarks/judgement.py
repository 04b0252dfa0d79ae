"""What a judgement costs: a full step over 10,000 devices, and a batch of 500 readings in the same office.

    python benchmarks/judgement.py [--devices 10000] [--repeat 30]

Targets (a core of a small server): full step <= 50 ms, batch <= 5 ms. Prints the minimum, the median and the maximum.
"""

import argparse
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from policies.inputs import Input, Readings, Tick
from policies.office.calendar import Calendar, Hours
from policies.office.office import Office
from policies.office.site import Site, Zone
from policies.rules.after_hours_power import AfterHoursPower
from policies.rules.setpoint_limit import SetpointLimit
from policies.state import State
from policies.step import step
from sensors.device import Address, Device, DeviceId, ZoneId
from sensors.readings import AnyReading, Climate, Power

NOON = datetime(2026, 7, 15, 4, 0, tzinfo=UTC)
HOURS = Hours(weekly=(*(((510, 1080),),) * 5, (), ()))
DEVICES_A_ZONE = 20


def make(count: int) -> State:
    """An office in which a fifth of the devices are air conditioners and the rest metering plugs."""
    zones = {ZoneId(f"z{n}"): Zone(ZoneId(f"z{n}"), HOURS) for n in range(count // DEVICES_A_ZONE + 1)}
    devices = {}
    for number in range(count):
        kind = "climate" if number % 5 == 0 else "plug"
        device = Device(
            id=DeviceId(f"d{number}"),
            kind=kind,  # type: ignore[arg-type]
            address=Address("zigbee2mqtt", f"d{number}"),
            zone=ZoneId(f"z{number // DEVICES_A_ZONE}"),
            load="air_conditioner" if kind == "climate" else "monitor",
            switchable=True,
            silent_after_seconds=3600,
        )
        devices[device.id] = device
    site = Site(id="bench", calendar=Calendar("Asia/Shanghai"), zones=zones, devices=devices)
    policies = (SetpointLimit(name="setpoints", mode="enforce"), AfterHoursPower(name="evenings", mode="enforce"))
    state = State(office=Office(site), policies=policies)
    return step(state, [Readings([said(n, NOON) for n in range(count)])], NOON).state


def said(number: int, at: datetime, *, wrong: bool = False) -> AnyReading:
    """What device `number` says."""
    if number % 5 == 0:
        celsius = 23.0 if wrong else 26.0
        return Climate(
            device=DeviceId(f"d{number}"),
            arrived_at=at,
            mode="cool",
            cooling_setpoint_celsius=celsius,
            room_celsius=26.5,
        )
    return Power(device=DeviceId(f"d{number}"), arrived_at=at, is_on=True, watts=40.0 + at.second, energy_kwh_total=1.5)


def timed(make_inputs: Callable[[int], tuple[State, list[Input], datetime]], repeat: int) -> list[float]:
    """Milliseconds of `repeat` steps."""
    taken = []
    for turn in range(repeat):
        state, inputs, now = make_inputs(turn)
        began = time.perf_counter()
        step(state, inputs, now)
        taken.append((time.perf_counter() - began) * 1000)
    return taken


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--devices", type=int, default=10_000)
    parser.add_argument("--repeat", type=int, default=30)
    options = parser.parse_args()
    state = make(options.devices)
    evening = NOON + timedelta(hours=7)
    dark = step(state, [Readings([said(n, evening) for n in range(options.devices)]), Tick()], evening).state
    rows = {
        "full step, office open, all well": timed(
            lambda n: (state, [Tick()], NOON + timedelta(seconds=n)), options.repeat
        ),
        "full step, office closed, every device left on": timed(
            lambda n: (dark, [Tick()], evening + timedelta(seconds=n)), options.repeat
        ),
        "batch of 500 readings, 500 devices": timed(
            lambda n: (
                state,
                [Readings([said(d, NOON + timedelta(seconds=n + 1)) for d in range(500)])],
                NOON + timedelta(seconds=n + 1),
            ),
            options.repeat,
        ),
        "batch of 500 readings, 100 of them wrong": timed(
            lambda n: (
                state,
                [Readings([said(d, NOON + timedelta(seconds=n + 1), wrong=True) for d in range(500)])],
                NOON + timedelta(seconds=n + 1),
            ),
            options.repeat,
        ),
    }
    print(f"{options.devices} devices; milliseconds: minimum / median / maximum")
    for name, taken in rows.items():
        print(f"{name:50} {min(taken):7.2f} {statistics.median(taken):7.2f} {max(taken):7.2f}")


if __name__ == "__main__":
    main()
