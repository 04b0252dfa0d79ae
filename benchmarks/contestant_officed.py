"""officed in full: journal synced before each acknowledgement, registry, both policies, points, outbox, sender.

    contestant_officed.py <broker port> <sink port> <folder> [devices] [max_ingest_delay] [grace]

All that `officed run` starts, except the web server.
"""

import logging
import os
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from contest import take_part
from workload import PLUGS, PRINTERS, THERMOSTATS, is_shut, probe_topic

from daemon.bootstrap import assemble
from daemon.configuration.load import parse
from daemon.daemon import Daemon

_WAIT_SECONDS = 1.0
"""A backlog goes on for longer; then the driver sees at the sink that all has come."""


class NoWeb:
    """In place of the board's server."""

    address = ""

    def start(self) -> None:
        """Nothing."""

    def stop(self, timeout_seconds: float) -> None:
        """Nothing."""


def office(broker: int, sink: int, thermostats: int, delay: str, grace: str) -> str:
    """The office as YAML."""
    lines = [
        "site: {id: bench, names: Bench, timezone: Asia/Shanghai}",
        f"broker: {{host: 127.0.0.1, port: {broker}, max_ingest_delay: {delay}}}",
        f'influxdb: {{url: "http://127.0.0.1:{sink}", org: o, bucket: b, token_env: OFFICED_TOKEN}}',
        "journal: {path: journal.sqlite}",
        "zones:",
        '  open: {names: Open, hours: {mon-sun: "00:00-24:00"}}',
        "  shut: {names: Shut, hours: {mon-sun: closed}}",
        "policies:",
        f"  - {{kind: setpoint_limit, name: setpoint_limit, mode: enforce, grace: {grace}}}",
        f"  - {{kind: after_hours_power, name: after_hours_power, mode: enforce, grace: {grace}}}",
        "devices:",
    ]
    for one in range(thermostats):
        base = probe_topic(f"t{one}").partition("/")[0] if grace == "0s" and one >= THERMOSTATS else "zigbee2mqtt"
        lines.append(
            f"  t{one}: {{kind: climate, family: zigbee2mqtt, address: t{one}, base_topic: {base}, zone: open}}"
        )
    for one in range(PLUGS):
        zone = "shut" if is_shut(one) else "open"
        lines.append(f"  p{one}: {{kind: plug, family: zigbee2mqtt, address: p{one}, zone: {zone}, switchable: true}}")
    lines += [f"  q{one}: {{kind: printer, family: print_job, address: q{one}, zone: open}}" for one in range(PRINTERS)]
    return "\n".join(lines) + "\n"


def daemon_for(arguments: list[str]) -> Daemon:
    """A daemon that is complete but for its web server."""
    broker, sink, folder = int(arguments[0]), int(arguments[1]), Path(arguments[2])
    devices = int(arguments[3]) if len(arguments) > 3 else 0
    delay = arguments[4] if len(arguments) > 4 else "20ms"
    grace = arguments[5] if len(arguments) > 5 else "3m"
    text = office(broker, sink, max(THERMOSTATS, devices - PLUGS - PRINTERS), delay, grace)
    daemon = assemble(parse(text, file="office.yaml", directory=folder), {"OFFICED_TOKEN": "t"})
    daemon.web = NoWeb()  # type: ignore[assignment]  # the part that is left out
    return daemon


def _parts(daemon: Daemon) -> None:
    """Where the time went: to standard error, for whoever makes it faster."""
    print(daemon.network.counters, f"steps {daemon.engine.steps}", os.times(), file=sys.stderr)


def _threads() -> None:
    """CPU seconds by thread, so far."""
    for thread in threading.enumerate():
        stat = Path(f"/proc/self/task/{thread.native_id}/schedstat").read_text().split()
        print(f"  {thread.name:24} {int(stat[0]) / 1e9:.3f} s, switched {stat[2]} times", file=sys.stderr)


def main() -> None:
    """Take part."""
    logging.disable(logging.INFO)
    daemon = daemon_for(sys.argv[1:])

    def start() -> None:
        daemon.start()
        until = time.monotonic() + _WAIT_SECONDS
        while not daemon.network.is_live and time.monotonic() < until:
            time.sleep(0.01)

    def stop() -> None:
        if "OFFICED_BENCH_PARTS" in os.environ:
            _threads()
            _parts(daemon)
        daemon.stop()

    take_part(start, lambda: (f"{policy} {device}" for policy, device in daemon.engine.state.cases), stop)


if __name__ == "__main__":
    main()
