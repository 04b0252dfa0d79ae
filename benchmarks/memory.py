"""Resident memory of officed with many devices, each of which has spoken five times."""

import tempfile
import time
from pathlib import Path

from broker import Publisher, broker, packets
from python_run import script
from sink import sink
from workload import PLUGS, PRINTERS, payload

ROUNDS = 5


def resident_mb(devices: int) -> float:
    """MB, measured when all points have arrived."""
    thermostats = devices - PLUGS - PRINTERS
    start = script("contestant_officed.py", str(devices))
    with (
        tempfile.TemporaryDirectory() as name,
        broker(Path(name)) as port,
        sink() as database,
        start(port, database.port, Path(name)) as consumer,
    ):
        consumer.go()
        publisher = Publisher(port)
        said = payload(3, 1, 0.0)
        publisher.flood(packets((f"zigbee2mqtt/t{n % thermostats}", said) for n in range(thermostats * ROUNDS)))
        until = time.monotonic() + 60
        while database.lines < thermostats * ROUNDS and time.monotonic() < until:
            time.sleep(0.05)
        consumer.finish()
        return consumer.rss_mb
