"""`officed demo`: everything on this machine, in accelerated time, with a commentary."""

import os
import shutil
import socket
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic

from rich.console import Console

from daemon.bootstrap import assemble
from daemon.clock import FastClock
from daemon.configuration.load import load
from daemon.daemon import Daemon
from daemon.demonstration.broker import DemoBroker
from daemon.demonstration.commentary import Commentary
from daemon.demonstration.kept_past import KeptPast
from daemon.demonstration.office import OfficeOnTheWire
from daemon.errors import StoreUnavailable
from daemon.running import OK, TROUBLE, until_signal
from daemon.web import WebUnavailable
from sensors.virtual.building import VirtualOffice
from sensors.virtual.office_yaml import office_yaml
from sensors.virtual.plans import demo_faults, demo_plan
from sensors.virtual.said import Said

MORNING = datetime(2026, 7, 14, 23, 0, tzinfo=UTC)
"""07:00 in Shanghai on a Wednesday in July: from here the office has lived when the demo opens."""
OPENS = MORNING + timedelta(hours=10, minutes=35)
"""17:35: some air conditioners are set too low, and closing time is near."""
LATELY = timedelta(minutes=30)
OVER = ("/job", "/RESULT", "/rpc")
FILES = ("journal.sqlite", "history.sqlite", "office.yaml", "audit-heads.txt")


class DemoUnavailable(Exception):  # noqa: N818  a sentence for a person
    """The demo cannot start; the message says what to do."""


class Demo:
    """One demo in one directory, whose own files of the last run it replaces: its time begins anew."""

    def __init__(self, directory: Path, *, speed: float, port: int, seed: int, out: Console) -> None:
        self._directory = directory
        self._speed = speed
        self._port = port
        self._seed = seed
        self._out = out

    def run(self) -> int:
        """Until Ctrl-C or SIGTERM. Gives the exit code; raises DemoUnavailable."""
        began = monotonic()
        if not _is_free(self._port):
            raise DemoUnavailable(f"port {self._port} is in use; choose another: officed demo --port {self._port + 1}")
        past = self._past()
        broker = DemoBroker()
        office = VirtualOffice(demo_plan(), self._seed, demo_faults())
        said = [*office.advance(MORNING), *office.advance(OPENS)]
        try:
            broker.start(_free_port())
            self._write(broker.port)
            past.lay_into(self._directory / "history.sqlite", self._directory / "journal.sqlite", OPENS)
        except (OSError, StoreUnavailable) as trouble:
            raise DemoUnavailable(f"the demo cannot start: {trouble}") from trouble
        clock = FastClock(OPENS, self._speed)
        ended = until_signal()
        daemon = assemble(load(self._directory / "office.yaml"), os.environ, clock, self._speed, "3.1.1")
        wire = OfficeOnTheWire(office, clock, broker.port, _lasting(said), _lately(said))
        commentary = Commentary(self._out, clock, self._speed, began)
        commentary.knows(daemon.engine.state)
        daemon.engine.watch(commentary.stepped)
        try:
            daemon.start()
        except WebUnavailable as trouble:
            raise DemoUnavailable(str(trouble)) from trouble
        wire.start()
        commentary.opened(daemon.web.address, self._directory, len(office.plan.devices))
        while not ended.wait(0.5):
            commentary.say_what_happened()
        commentary.closed(daemon.engine.state)
        return self._stop(daemon, wire, broker)

    def _past(self) -> KeptPast:
        """The weeks before, lived once and kept."""
        past = KeptPast(self._directory, MORNING, self._seed)
        try:
            if not past.is_there:
                self._out.print("living the weeks before, once: some fifteen seconds …")
                past.live()
        except (OSError, StoreUnavailable) as trouble:
            raise DemoUnavailable(f"the demo cannot start: {trouble}") from trouble
        return past

    def _stop(self, daemon: Daemon, wire: OfficeOnTheWire, broker: DemoBroker) -> int:
        is_clean = daemon.stop()
        with suppress(TimeoutError, OSError):
            wire.stop()
            broker.stop()
        return OK if is_clean else TROUBLE

    def _write(self, port: int) -> None:
        """The office's configuration, as a user would write it; and no leftovers of another run's time."""
        self._directory.mkdir(parents=True, exist_ok=True)
        for name in FILES:
            for path in self._directory.glob(f"{name}*"):
                path.unlink()
        text = office_yaml(demo_plan(), port=port)
        text += f"board:\n  bind: 127.0.0.1:{self._port}\n  open: true\n  users_file: users.json\n"
        text += "  floor_plan: floor_plan.svg\n"
        shutil.copyfile(Path(__file__).with_name("floor_plan.svg"), self._directory / "floor_plan.svg")
        text += "reports:\n  archive: reports\n"
        text += "journal:\n  path: journal.sqlite\nstore:\n  path: history.sqlite\n"
        (self._directory / "office.yaml").write_text(text, encoding="utf-8")


def _lasting(said: Sequence[Said]) -> list[Said]:
    """What a broker would still hold of it: the last retained message of every topic."""
    return list({one.topic: one for one in said if one.retain}.values())


def _lately(said: Sequence[Said]) -> list[Said]:
    """What its devices said last: they say it again when they find a new broker. Jobs and answers are over."""
    recent = (one for one in said if not one.retain and one.at >= OPENS - LATELY)
    return list({one.topic: one for one in recent if not one.topic.endswith(OVER)}.values())


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
