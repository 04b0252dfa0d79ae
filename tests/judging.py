"""An engine on a real journal, without its thread: what the network thread asks of it."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from offices import EVENING, SHANGHAI, office, plug
from still_clock import StillClock

from daemon.engine.engine import Engine
from daemon.engine.kept_rows import whole
from daemon.engine.snapshot import recall
from daemon.errors import StoreUnavailable
from daemon.journal.journal import Journal
from daemon.mqtt.batch import Batch, Decoded, Handed
from daemon.ports import Read, Reads
from policies.rules.after_hours_power import AfterHoursPower
from policies.state import State
from sensors.messages import Message, Outgoing
from sensors.registry import Registry

LEFT_ON = AfterHoursPower(
    name="evenings", mode="enforce", grace="0s", warn="0s", command_expiry="5s", confirm_within="10s", retry_after="1s"
)
NIGHT = EVENING + timedelta(hours=1)
ON, OFF, WATTS = b'{"POWER":"ON"}', b'{"POWER":"OFF"}', b'{"ENERGY":{"Power":80}}'
LAMP = plug("lamp")
ALONE = {plug().id: plug()}
FRESH = office(plug(), LAMP, policies=[LEFT_ON])


def full(*_: object) -> None:
    raise StoreUnavailable("no space")


class Bench:
    """An engine on a real journal; `did` are crash points and commands, in order. `start` gives it its thread."""

    def __init__(self, path: Path, longest: timedelta = timedelta(seconds=30)) -> None:
        self.clock = StillClock(NIGHT)
        self.did: list[str] = []
        self.sent: list[Outgoing] = []
        self.told: list[str] = []
        self.journal = Journal(path / "journal.sqlite", now=self.clock.now, tell=print, crash=self.did.append)
        self.engine = Engine(
            FRESH,
            Registry([plug(), LAMP], ZoneInfo(SHANGHAI)),
            self.journal,
            self.clock,
            send=self.send,
            tell=self.told.append,
            crash=self.did.append,
            longest_wait=longest,
        )

    def send(self, outgoing: Outgoing) -> None:
        self.did.append("publish")
        self.sent.append(outgoing)

    def batch(self, *payloads: bytes, is_calm: bool = False, row: int = 0, name: str = "plug") -> Batch:
        topic = f"tele/{name}/SENSOR" if payloads == (WATTS,) else f"stat/{name}/RESULT"
        messages = [Message(topic, payload, self.clock.at, retained=False, backlog=False) for payload in payloads]
        return Batch(row or self.journal.next_row, self.clock.at, messages, is_calm)

    def wait_calm(self, name: str) -> None:
        """Its watts are in the journal, and wait for the engine. The lamp is off."""
        payload = WATTS if name == "plug" else b'{"ENERGY":{"Power":0}}'
        message = Message(f"tele/{name}/SENSOR", payload, self.clock.at, retained=False, backlog=False)
        readings = self.engine._steps.intake.registry.decode_all([message])
        row = self.journal.commit([Read(b"calm", NIGHT)], version=5)
        self.engine.put_all([Decoded(Batch(row, NIGHT, [message], is_calm=True), readings)])

    def judge(self, *batches: Batch) -> Sequence[Handed]:
        reads = [Read(b"raw %d" % batch.row, batch.received_at) for batch in batches]
        return self.engine.judge(batches, Reads(reads, 5))

    def flush(self) -> None:
        """What the engine's thread does before long."""
        self.engine._steps.make_durable(must=False)

    def kept(self) -> State:
        """What a restart would know."""
        return recall(FRESH, whole(self.journal.latest_snapshot(), self.journal.kept_rows()), None)[0]
