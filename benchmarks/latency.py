"""From a reading that breaks a rule to the command, as a device sees it: out of its socket, and into it again.

A thousand messages a second in the background; every fiftieth is a thermostat that is set too low (grace 0), behind one of forty gateways:
each of them takes two commands a second, and a guard keeps to that. It obeys, so that its case is proved and closed. All of
them have said before, once, that they are right. The way goes twice through the broker.
"""

import json
import select
import socket
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from broker import Publisher, broker, packets
from python_run import script
from sink import sink
from workload import PLUGS, THERMOSTATS, Message, is_shut, payload, probe_topic

from daemon.mqtt.wire import V311, Publish, take

PROBES = 400
EVERY = 50
PER_SECOND = 1_000
_LOST_AFTER_SECONDS = 10.0
_SETTLES_SECONDS = 1.5


def latencies_ms(max_ingest_delay: str, who: str = "contestant_officed.py") -> list[float]:
    """Milliseconds of each probe, sorted; fewer than PROBES where a command did not come."""
    with tempfile.TemporaryDirectory() as name, broker(Path(name)) as port, sink() as database:
        more = (str(THERMOSTATS + PROBES + 200), max_ingest_delay, "0s")
        with script(who, *more)(port, database.port, Path(name)) as consumer:
            consumer.go()
            return sorted(_probe(Publisher(port), _listen(port)))


def at(latencies: list[float], share: float) -> float:
    """The value below which this share of them lies."""
    return latencies[min(len(latencies) - 1, int(len(latencies) * share))] if latencies else float("nan")


def _probe(publisher: Publisher, hears: socket.socket) -> list[float]:
    background = packets(_harmless(EVERY))
    right, wrong = (_of_each_probe(celsius) for celsius in (26.0, 23.0))
    for packet in right.values():
        publisher.send(packet)
        time.sleep(1 / PER_SECOND)
    time.sleep(_SETTLES_SECONDS)
    sent_at: dict[str, float] = {}
    taken: list[float] = []
    rest = b""
    begun = time.perf_counter()
    for number in range(PROBES * EVERY):
        due = begun + number / PER_SECOND
        while True:
            readable, _, _ = select.select([hears], [], [], max(0.0, due - time.perf_counter()))
            if not readable:
                break
            data = hears.recv(65_536)
            now = time.perf_counter()
            rest, told = _commands(rest + data)
            for device in told & sent_at.keys():
                taken.append((now - sent_at.pop(device)) * 1000)
                publisher.send(right[device])
        if number % EVERY:
            publisher.send(background[number % EVERY : number % EVERY + 1])
        else:
            device = _name(number // EVERY)
            packet = wrong[device]
            sent_at[device] = time.perf_counter()
            publisher.send(packet)
    until = time.perf_counter() + _LOST_AFTER_SECONDS
    while sent_at and time.perf_counter() < until:
        if select.select([hears], [], [], 0.1)[0]:
            rest, told = _commands(rest + hears.recv(65_536))
            taken += [(time.perf_counter() - sent_at.pop(device)) * 1000 for device in told & sent_at.keys()]
    return taken


def _of_each_probe(celsius: float) -> dict[str, list[bytes]]:
    """What they say, as it is sent: made before, because a device's clock begins when it has been said."""
    names = map(_name, range(PROBES))
    return {name: packets([(probe_topic(name), _thermostat(celsius))]) for name in names}


def _name(probe: int) -> str:
    return f"t{THERMOSTATS + probe}"


def _harmless(count: int) -> list[Message]:
    """Plugs in open zones: nobody has to do anything."""
    plugs = [plug for plug in range(PLUGS) if not is_shut(plug)]
    return [
        (f"zigbee2mqtt/p{plugs[n % len(plugs)]}", payload(THERMOSTATS + plugs[n % len(plugs)], 1, 0.0))
        for n in range(count)
    ]


def _thermostat(celsius: float) -> bytes:
    said = {
        "local_temperature": 24.5,
        "occupied_cooling_setpoint": celsius,
        "running_state": "cool",
        "system_mode": "cool",
    }
    return json.dumps(said).encode()


def _listen(port: int) -> socket.socket:
    """A connection that hears all commands."""
    hears = socket.create_connection(("127.0.0.1", port))
    hears.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    hears.sendall(b"\x10\x10\x00\x04MQTT\x04\x02\x00\x00\x00\x04hear")
    hears.recv(4)
    filter_ = b"+/+/set"
    hears.sendall(bytes([0x82, len(filter_) + 5, 0, 1, 0, len(filter_)]) + filter_ + b"\x00")
    hears.recv(5)
    return hears


def _commands(data: bytes) -> tuple[bytes, set[str]]:
    found: list[Publish] = []
    stop, _ = take(data, 0, found, version=V311, maximum=1 << 20)
    return data[stop:], {topic.decode().split("/")[1] for _, topic, _, _ in found}


def summary(runs: Sequence[list[float]]) -> str:
    """p50, p99 and the worst of the run in the middle (by p99), how many commands never came, and every run's p99."""
    if not all(runs):
        return "no command came"
    p99s = sorted(at(run, 0.99) for run in runs)
    middle = sorted(runs, key=lambda run: at(run, 0.99))[len(runs) // 2]
    missing = PROBES - len(middle)
    each = f"; p99 of {len(runs)} runs: {', '.join(f'{p99:.2f}' for p99 in p99s)}" if len(runs) > 1 else ""
    return f"{statistics.median(middle):.2f} / {at(middle, 0.99):.2f} / {middle[-1]:.2f} ({missing} of {PROBES} missing{each})"
