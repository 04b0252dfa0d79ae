"""The print agent's parts around a real CUPS, without a broker: what they tell, and what officed makes of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from real_cups import Cups

from daemon.print_agent.collector import Collector
from daemon.print_agent.follow import Follower
from daemon.print_agent.ledger import Ledger
from daemon.print_agent.print_server import PrintServer
from daemon.print_agent.privacy import Hashing
from daemon.print_agent.telling import Departments, Teller
from sensors.device import Address, Device, DeviceId, ZoneId
from sensors.families.print_job import PrintJobs
from sensors.families.print_messages import Job
from sensors.messages import Message
from sensors.readings import PrintJob

TELLER = Teller(Hashing(b"site"), Departments())


class Watch:
    """`log` None: the print server is asked alone. `again` is a restart."""

    def __init__(self, server: Cups, folder: Path, *, log: Path | None) -> None:
        self.server, self.folder, self.log = server, folder, log
        self.ledger, self.follower, self.collector = self._made()

    def _made(self) -> tuple[Ledger, Follower | None, Collector]:
        ledger = Ledger(self.folder / "state.sqlite")
        follower = None if self.log is None else Follower(self.log, ledger.place())
        asked = PrintServer("127.0.0.1", self.server.port)
        return ledger, follower, Collector(ledger, follower, asked, TELLER)

    def close(self) -> None:
        self.ledger.close()
        if self.follower is not None:
            self.follower.close()

    def again(self) -> None:
        self.close()
        self.ledger, self.follower, self.collector = self._made()

    def turn(self) -> int:
        return self.collector.turn(datetime.now(UTC))

    def all(self) -> int:
        """Turn until nothing new is found."""
        found = 0
        while now := self.turn():
            found += now
        return found

    def told(self) -> dict[int, Job]:
        """What waits for the broker, by the job's number."""
        jobs = [msgspec.json.decode(message.payload, type=Job) for _, message in self.ledger.waiting(1000)]
        assert len({job.job for job in jobs}) == len(jobs), "a job was told twice"
        return {int(job.job.split("-")[-2]): job for job in jobs}

    def heard(self) -> dict[int, PrintJob]:
        """What officed makes of it."""
        found: dict[int, PrintJob] = {}
        for _, message in self.ledger.waiting(1000):
            queue = message.topic.split("/")[2]
            device = Device(DeviceId(queue), "printer", Address("print_job", queue), ZoneId("z"))
            decode = PrintJobs().route(message.topic, {device.address: device})
            assert decode is not None
            (reading,) = decode(Message(message.topic, message.payload, datetime.now(UTC)))
            assert isinstance(reading, PrintJob)
            found[int(reading.job.split("-")[-2])] = reading
        return found


@contextmanager
def watching(server: Cups, folder: Path) -> Iterator[Watch]:
    """Looks at what is printed from now on."""
    made = Watch(server, folder, log=server.log)
    made.all()
    made.ledger.confirmed([number for number, _ in made.ledger.waiting(1000)])
    yield made
    made.close()
