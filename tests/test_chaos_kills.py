"""Daemon, database and broker killed at random while 110,000 numbered readings come: nothing that was acknowledged is lost.

What the broker promised its publisher counts where the broker itself is not killed. Where it is, what officed acknowledged
counts, as seen on the wire between the two: a killed Mosquitto forgets what it has not saved since (up to 1,000 changes with
the settings we ship), whoever listens to it, and nobody behind it can know. A number may be stored as often as the broker
delivered it, and no more.
"""

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from chaos_broker import Publisher, Tap
from chaos_influxdb import Influxd, needs_influxd
from chaos_office import METERED, QUIET_SECONDS, Office, Process
from real_mosquitto import Mosquitto, needs_mosquitto

pytestmark = [pytest.mark.real, pytest.mark.slow, pytest.mark.timeout(400), needs_mosquitto, needs_influxd]

SHIPPED = Path(__file__).parents[1] / "deploy" / "mosquitto" / "mosquitto.conf"
RATE = 1500.0
KEPT = ("persistence ", "autosave_", "max_", "persistent_", "set_tcp")


def shipped_settings() -> list[str]:
    """What the shipped broker keeps and how; not its users and paths."""
    return [line for line in SHIPPED.read_text().splitlines() if line.startswith(KEPT)]


class World:
    """All that can be killed, and is started again at once."""

    def __init__(self, folder: Path) -> None:
        self.broker = Mosquitto(folder / "broker", shipped_settings())
        self.broker.start()
        self.tap = Tap(self.broker.port)
        self.database = Influxd(folder / "database")
        self.database.__enter__()
        self.office = Office(
            folder / "office", self.tap.port, METERED.replace("store: {path: history.sqlite}\n", self.database.entry)
        )
        self.process: Process = self.office.start().live()
        self.kills: Counter[str] = Counter()

    def kill(self, what: str, away_seconds: float) -> None:
        self.kills[what] += 1
        if what == "daemon":
            self.process.kill()
            self.process.__exit__(None, None, None)
            time.sleep(away_seconds / 4)
            self.process = self.office.start()
        elif what == "broker":
            self.broker.stop(number=9)  # type: ignore[arg-type]  # SIGKILL
            time.sleep(away_seconds / 4)
            self.broker.start()
        else:
            self.database.kill()
            time.sleep(away_seconds)
            self.database.start()

    def settle(self) -> None:
        """Until all that the broker has is with us, and all that we have is in the database; then the daemon ends cleanly."""
        self.process.live()
        deadline = time.monotonic() + 120
        before: tuple[object, object] = (None, None)
        while True:
            time.sleep(QUIET_SECONDS)
            health = self.office.health()
            now = (health.get("messages_total"), health.get("outbox_waiting_lines"))
            if now == before and now[1] == 0:
                break
            before = now
            assert time.monotonic() < deadline, f"{health}\n{self.process.log()[-1500:]}"
        assert self.process.stop() == 0

    def close(self) -> None:
        self.process.__exit__(None, None, None)
        self.tap.close()
        self.broker.stop()
        self.database.__exit__(None, None, None)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path)
    yield world
    world.close()


@pytest.mark.parametrize(
    ("count", "victims"),
    [
        pytest.param(60_000, ["daemon", "daemon", "daemon", "database"], id="daemon and database"),
        pytest.param(50_000, ["daemon", "daemon", "database", "broker"], id="daemon, database and broker"),
    ],
)
def test_killed_at_random_nothing_acknowledged_is_lost(
    world: World, count: int, victims: list[str], record_property: Callable[[str, object], None]
) -> None:
    chance = random.Random(count)
    publisher = Publisher(world.broker.port, count, RATE)
    publisher.start()
    began = time.monotonic()
    while not publisher.is_done and time.monotonic() - began < 150:
        time.sleep(chance.uniform(0.3, 3.0))
        world.kill(chance.choice(victims), chance.uniform(0.0, 2.0))
    publisher.stop()
    world.settle()

    stored = Counter(int(row[1]) for row in world.database.rows("SELECT energy_kwh_total FROM power"))
    lost = world.tap.acknowledged - stored.keys()
    twice = {number for number, times in stored.items() if times > 1}
    unasked = {number for number in twice if stored[number] > world.tap.delivered[number]}
    forgotten = publisher.promised - stored.keys()
    figures = (
        f"{count} readings, kills {dict(world.kills)}, lost {len(lost)}, stored twice {len(twice)}, "
        f"delivered twice {sum(times > 1 for times in world.tap.delivered.values())}, "
        f"forgotten by the broker {len(forgotten)}, acknowledged {len(world.tap.acknowledged)}"
    )
    record_property("figures", figures)
    print(figures)  # noqa: T201  shown with -s, and when it fails
    assert publisher.is_done
    assert not lost, figures
    assert not unasked, figures
    assert len(world.tap.acknowledged) > count // 2, "too little came through for this to say anything"
    if "broker" not in victims:
        assert not forgotten, figures
        assert stored.keys() == set(range(count))
    else:
        assert forgotten.isdisjoint(world.tap.acknowledged)
