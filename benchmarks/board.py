"""What twenty people who watch the board cost the engine, and how soon they see what a device says; with and without, in one run.

    python benchmarks/board.py [seconds of each phase]

Three phases in one process of officed with 500 devices, each of which speaks every ten seconds: nobody looks; 20 viewers with
an open stream; 20 viewers and a page load every two seconds. Then the first paint in a real Chromium, the weight of the page
with 500 rows, and how long SIGTERM takes with 20 pages open.
"""

import gzip
import json
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from board_office import DEVICES
from broker import Publisher, broker, free_port, packets
from playwright.sync_api import sync_playwright

VIEWERS = 20
PAGES = ("/", "/zones/z1", "/devices", "/cases")
_PROBE = "d1"
_LATEST_SECONDS = 10.0


class Office:
    """The process, asked over its pipes."""

    def __init__(self, mqtt: int, board: int, folder: Path) -> None:
        command = [sys.executable, str(Path(__file__).with_name("board_office.py")), str(mqtt), str(board), str(folder)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # noqa: S603  ourselves
        self._hear()

    def since(self) -> dict[str, float]:
        """Figures since the last call."""
        assert self.process.stdin is not None  # noqa: S101  made with a pipe
        self.process.stdin.write("now\n")
        self.process.stdin.flush()
        return {name: float(value) for name, value in self._hear().items()}

    def stop_seconds(self) -> float:
        """From SIGTERM to its end."""
        begun = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=30)
        return time.monotonic() - begun

    def _hear(self) -> dict[str, Any]:
        assert self.process.stdout is not None  # noqa: S101  made with a pipe
        line = self.process.stdout.readline()
        return dict(json.loads(line)) if line else {}


class Devices:
    """Each speaks every ten seconds; the probe's word can be changed."""

    def __init__(self, port: int) -> None:
        self._publisher = Publisher(port)
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._speak, daemon=True)
        self._thread.start()

    def say(self, device: str, celsius: float) -> None:
        """At once."""
        with self._lock:
            self._publisher.send(packets([(f"zigbee2mqtt/{device}", _thermostat(celsius, 27.0))]))

    def stop(self) -> None:
        """Speak no more."""
        self._stopping.set()
        self._thread.join()

    def _speak(self) -> None:
        number = 0
        while not self._stopping.wait(10 / DEVICES):
            number += 1
            device = f"d{number % DEVICES}"
            if device != _PROBE:
                body = _thermostat(26.0, 22 + number % 60 / 10) if number % 2 else _plug(number)
                with self._lock:
                    self._publisher.send(packets([(f"zigbee2mqtt/{device}", body)]))


class Viewer:
    """One open stream; notes when a text came by."""

    def __init__(self, address: str, page: str) -> None:
        self.bytes = 0
        self.text = ""
        self.seen = threading.Event()
        self._answer = urllib.request.urlopen(f"{address}/live?page={page}&since=", timeout=60)  # noqa: S310  our own address
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        try:
            for line in self._answer:
                self.bytes += len(line)
                if self.text and self.text in line.decode():
                    self.seen.set()
        except (OSError, ValueError):
            return


def main(seconds: float = 60.0) -> None:
    """Measure, and print."""
    with (
        tempfile.TemporaryDirectory() as name,
        broker(Path(name)) as port,
        _office(port, Path(name)) as (office, address),
    ):
        devices = Devices(port)
        time.sleep(12)  # every device has spoken
        office.since()
        time.sleep(seconds)
        _say("nobody looks", office.since(), seconds)
        viewers = [Viewer(address, PAGES[one % len(PAGES)]) for one in range(VIEWERS)]
        time.sleep(2)
        office.since()
        time.sleep(seconds)
        _say(f"{VIEWERS} viewers", office.since(), seconds)
        latencies = _latencies(
            devices, [each for number, each in enumerate(viewers) if PAGES[number % len(PAGES)] == "/devices"]
        )
        office.since()
        _load_for(address, seconds)
        _say(f"{VIEWERS} viewers, a load every 2 s", office.since(), seconds)
        print(
            f"reading to page, 20 probes: median {latencies[len(latencies) // 2]:.0f} ms, worst {latencies[-1]:.0f} ms"
        )
        body = urllib.request.urlopen(f"{address}/devices", timeout=10).read()  # noqa: S310  our own address
        print(f"page with {DEVICES} rows: {len(body) / 1000:.0f} kB, {len(gzip.compress(body)) / 1000:.0f} kB packed")
        for page in PAGES:
            print(f"first paint of {page}: {_first_paint_ms(address + page):.0f} ms")
        print(f"SIGTERM with {VIEWERS} pages open: {office.stop_seconds():.2f} s")
        devices.stop()


@contextmanager
def _office(mqtt: int, folder: Path) -> Iterator[tuple[Office, str]]:
    board = free_port()
    office = Office(mqtt, board, folder)
    try:
        yield office, f"http://127.0.0.1:{board}"
    finally:
        office.process.kill()
        office.process.wait()


def _say(what: str, said: dict[str, float], seconds: float) -> None:
    minute = 60 / seconds
    print(
        f"{what}: slot late p99 {said['late_p99_ms']:.2f} ms, worst {said['late_worst_ms']:.2f} ms; "
        f"board {said['web'] * minute:.2f} CPU-s a minute, all {said['cpu'] * minute:.2f}"
    )


def _latencies(devices: Devices, viewers: list[Viewer]) -> list[float]:
    """Milliseconds from the device's word to the last viewer's stream."""
    taken: list[float] = []
    for number in range(20):
        celsius = 24.5 if number % 2 else 25.5
        for viewer in viewers:
            viewer.text = f"{celsius:.1f}"
            viewer.seen.clear()
        time.sleep(1.13)  # not in step with the board's own pauses
        begun = time.monotonic()
        devices.say(_PROBE, celsius)
        seen = all(viewer.seen.wait(_LATEST_SECONDS) for viewer in viewers)
        taken.append((time.monotonic() - begun) * 1000 if seen else float("inf"))
    return sorted(taken)


def _load_for(address: str, seconds: float) -> None:
    until = time.monotonic() + seconds
    number = 0
    while time.monotonic() < until:
        urllib.request.urlopen(address + PAGES[number % len(PAGES)], timeout=10).read()  # noqa: S310  our own address
        number += 1
        time.sleep(2)


def _first_paint_ms(address: str) -> float:
    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page()
        page.goto(address)
        painted = None
        while painted is None:  # the page's policy lets nothing be evaluated in it, so it is asked from outside
            painted = page.evaluate("() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime")
        browser.close()
        return float(painted)


def _thermostat(setpoint: float, room: float) -> bytes:
    said = {
        "occupied_cooling_setpoint": setpoint,
        "local_temperature": room,
        "system_mode": "cool",
        "running_state": "cool",
    }
    return json.dumps(said).encode()


def _plug(number: int) -> bytes:
    return json.dumps({"state": "ON", "power": 40 + number % 50, "energy": number / 100}).encode()


if __name__ == "__main__":
    main(*(float(each) for each in sys.argv[1:]))
