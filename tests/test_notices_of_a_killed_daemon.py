"""`officed run`, killed while a notice is on its way: the next start hands it over, and says that it may be there already."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from real_mosquitto import Mosquitto, free_port, needs_mosquitto
from running_office import Devices, wait_for

pytestmark = [pytest.mark.real, needs_mosquitto]
ROOT = Path(__file__).parents[1]
OFFICE = """
site: {{id: test, names: Test, timezone: Asia/Shanghai}}
broker: {{host: 127.0.0.1, port: {broker}}}
board: {{bind: "127.0.0.1:{board}"}}
journal: {{path: journal.sqlite}}
store: {{path: history.sqlite}}
notices: [{{to: owner, url_env: HOOK, language: both}}]
zones: {{room: {{names: Room, owner: Anna, hours: {{mon-sun: "00:00-24:00"}}}}}}
devices: {{ac: {{kind: climate, family: zigbee2mqtt, address: ac, zone: room}}}}
policies:
  - {{kind: setpoint_limit, name: limits, mode: enforce, grace: 0s, attempts: 1, confirm_within: 2s, retry_after: 1s}}
"""


class Address:
    """A hook that holds the first call until it is let go, and answers the others at once."""

    def __init__(self) -> None:
        self.got: list[str] = []
        self.let_go = threading.Event()
        address = self

        class Hook(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                address.got.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
                if len(address.got) == 1:
                    address.let_go.wait(30)
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Hook)
        self.server.handle_error = lambda *_: None  # type: ignore[method-assign]  # its caller was killed
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def address() -> Iterator[Address]:
    hook = Address()
    yield hook
    hook.let_go.set()
    hook.server.shutdown()
    hook.server.server_close()


def officed(folder: Path, address: Address) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "daemon", "run", "--config", str(folder / "office.yaml")],
        env={**os.environ, "PYTHONPATH": str(ROOT), "HOOK": f"json://127.0.0.1:{address.server.server_port}"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def test_killed_while_it_tells_somebody_it_tells_them_again_and_says_so(tmp_path: Path, address: Address) -> None:
    with Mosquitto(tmp_path / "broker") as broker:
        (tmp_path / "office.yaml").write_text(OFFICE.format(broker=broker.port, board=free_port()), encoding="utf-8")
        devices = Devices(broker, "zigbee2mqtt/+/set")
        process = officed(tmp_path, address)
        try:
            low = '{"system_mode":"cool","occupied_cooling_setpoint":23}'
            devices.say("zigbee2mqtt/ac", low)
            while devices.nothing_told(1.0):
                devices.say("zigbee2mqtt/ac", low)
            wait_for(lambda: address.got, "the notice that it does not obey")
            process.send_signal(signal.SIGKILL)
            process.wait(10)
            address.let_go.set()
            process = officed(tmp_path, address)
            wait_for(lambda: len(address.got) >= 2, "the notice once more")
        finally:
            process.terminate()
            process.wait(20)
            devices.close()

    first, second = address.got[:2]
    assert "You may have this notice already" not in first
    assert "You may have this notice already" in second
    assert "您可能已收到此通知" in second or "\\u60a8\\u53ef\\u80fd" in second
    assert "Anna" not in first + second, "no names unless somebody wants them"
    assert len(address.got) == 2, "and no third time"
