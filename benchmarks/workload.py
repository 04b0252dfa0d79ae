"""The office that all contestants hear: what its devices say, and what must be left of that in the end.

Three kinds of messages (Zigbee2MQTT thermostat, Zigbee2MQTT plug, print job), 141 bytes of JSON on average, a sequence
number and the publisher's time in each. Some devices break a rule all the time, some begin to, some stop.
"""

import json
from collections.abc import Iterator

from equal_work import Work

THERMOSTATS, PLUGS, PRINTERS = 80, 100, 20
TOPICS = THERMOSTATS + PLUGS + PRINTERS
SETPOINTS, LEFT_ON = "setpoint_limit", "after_hours_power"
LIMIT_CELSIUS = 26.0

Message = tuple[str, bytes]
"""Topic and payload."""


def topic(index: int) -> str:
    """The topic of the message with this number: device after device, round and round."""
    slot = index % TOPICS
    if slot < THERMOSTATS:
        return f"zigbee2mqtt/t{slot}"
    slot -= THERMOSTATS
    return f"zigbee2mqtt/p{slot}" if slot < PLUGS else f"officed/print/q{slot - PLUGS}/job"


def probe_topic(device: str) -> str:
    """Where a thermostat of the latency run speaks: behind one of forty gateways."""
    return f"gateway{int(device[1:]) % 40}/{device}"


def messages(count: int, sent_at: float) -> Iterator[Message]:
    """All messages of a run, in order. `sent_at`: seconds since 1970, as a device with a clock would add them."""
    for index in range(count):
        yield topic(index), payload(index, count, sent_at)


def payload(index: int, count: int, sent_at: float) -> bytes:
    """What the message with this number says, in a run of `count`."""
    slot = index % TOPICS
    if slot < THERMOSTATS:
        said: dict[str, object] = {
            "linkquality": 60 + index % 100,
            "local_temperature": room_celsius(index),
            "occupied_cooling_setpoint": setpoint_celsius(slot, index, count),
            "running_state": "cool",
            "system_mode": "cool",
        }
    elif slot < THERMOSTATS + PLUGS:
        said = {
            "current": 0.27,
            "energy": energy_kwh(index),
            "linkquality": 60 + index % 100,
            "power": watts(index, count),
            "state": "ON" if is_on(slot - THERMOSTATS, index, count) else "OFF",
            "voltage": 231,
        }
    else:
        said = {
            "job": f"q-{index}",
            "state": "completed",
            "copies": 1 + index % 3,
            "impressions": 2 * (1 + index % 3),
            "sides": "one-sided",
            "colour": False,
        }
    return json.dumps({**said, "n": index, "t": round(sent_at, 3)}, separators=(",", ":")).encode()


def room_celsius(index: int) -> float:
    """Air, in quarters of a degree."""
    return 22.0 + index * 7919 % 33 / 4


def watts(index: int, count: int) -> float:
    """Power of the plug that speaks, in tenths of a watt: 40 to 140, so that nothing that is on is in standby; off 0."""
    return 40.0 + index * 104_729 % 1000 / 10 if is_on(index % TOPICS - THERMOSTATS, index, count) else 0.0


def energy_kwh(index: int) -> float:
    """A counter in hundredths."""
    return round(12.0 + index / 100, 2)


def setpoint_celsius(thermostat: int, index: int, count: int) -> float:
    """One in eight is too low always, one in the first half, one in the second."""
    return 23.0 if _is_wrong(thermostat % 8, index, count) else 26.0


def is_on(plug: int, index: int, count: int) -> bool:
    """Plugs in the closed zone are off, but some are left on always, some at first, some at last; the others are on."""
    return not is_shut(plug) or _is_wrong(plug // 4 % 4, index, count)


def is_shut(plug: int) -> bool:
    """Whether the plug stands in the zone that is never open."""
    return plug % 4 == 0


def expected(count: int) -> Work:
    """What an honest contestant has stored and found after all messages. `count` is a multiple of TOPICS."""
    numbers = range(count)
    climate = [index for index in numbers if index % TOPICS < THERMOSTATS]
    power = [index for index in numbers if THERMOSTATS <= index % TOPICS < THERMOSTATS + PLUGS]
    printed = [index for index in numbers if index % TOPICS >= THERMOSTATS + PLUGS]
    wrong = {
        (SETPOINTS, f"t{one}") for one in range(THERMOSTATS) if setpoint_celsius(one, count, count) < LIMIT_CELSIUS
    }
    wrong |= {(LEFT_ON, f"p{one}") for one in range(PLUGS) if is_shut(one) and is_on(one, count, count)}
    return Work(
        points={"climate": len(climate), "power": len(power), "print_job": len(printed)},
        sums={
            "room_celsius": round(sum(map(room_celsius, climate)), 1),
            "watts": round(sum(watts(index, count) for index in power), 1),
            "impressions": float(sum(2 * (1 + index % 3) for index in printed)),
        },
        overwritten=0,
        violations=frozenset(f"{rule} {device}" for rule, device in wrong),
    )


def _is_wrong(which: int, index: int, count: int) -> bool:
    return which == 0 or (which == 1 and index < count // 2) or (which == 2 and index >= count // 2)
