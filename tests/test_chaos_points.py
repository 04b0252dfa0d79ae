"""The whole daemon, ended at each named point against a real broker and started again: no acknowledged reading is lost."""

import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from chaos_office import METERED, Office, numbered, settle
from real_mosquitto import Mosquitto, needs_mosquitto
from running_office import Devices

pytestmark = [pytest.mark.real, needs_mosquitto]

READINGS = 60
POINTS = [
    "held",
    "before_commit",
    "after_commit",
    "after_ack",
    "after_handover",
    "before_advance",
    "after_advance",
    "after_post",
    "after_done",
]


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    with Mosquitto(tmp_path / "broker", ["max_queued_messages 100000"]) as running:
        yield running


def killed_at(tmp_path: Path, broker: Mosquitto, point: str, *options: str) -> Counter[int]:
    """How often each number is stored after a crash at `point` while readings came, and one more run."""
    office = Office(tmp_path / "office", broker.port, METERED)
    with office.start() as process:
        assert process.live().stop() == 0
    devices = Devices(broker)
    for number in range(READINGS // 2):
        devices.say(*numbered(number))
    with office.start(point, 3, *options) as process:
        process.live_or_ended()
        for number in range(READINGS // 2, READINGS):
            devices.say(*numbered(number))
            time.sleep(0.05)
        assert process.ended() == 9, process.log()[-2000:]
    devices.close()
    with office.start() as process:
        settle(office, process)
    return Counter(office.stored())


@pytest.mark.parametrize("point", POINTS)
def test_a_crash_at_any_point_loses_nothing_and_stores_nothing_twice(
    tmp_path: Path, broker: Mosquitto, point: str
) -> None:
    stored = killed_at(tmp_path, broker, point)
    assert set(stored) == set(range(READINGS))
    twice = sorted(number for number, times in stored.items() if times > 1)
    assert not twice, "the broker had our acknowledgement, or the journal still knew the message"


def test_acknowledging_before_the_commit_is_noticed(tmp_path: Path, broker: Mosquitto) -> None:
    """On a busy machine the early acknowledgement may die with the socket, and nothing is lost: then once more."""
    for turn in range(3):
        stored = killed_at(tmp_path / f"turn{turn}", broker, "before_commit", "ack-first")
        if set(stored) < set(range(READINGS)):
            return
    pytest.fail("a wrong order that this suite does not see")
