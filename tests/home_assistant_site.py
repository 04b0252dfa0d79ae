"""An office with two rooms and a rule, and a Home Assistant that is only lists: shared by the tests of what it is told."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
from changed import replace
from handed_over import JudgesNothing
from offices import EVENING, OFFICE_HOURS, Run, heard, office, plug, power

from daemon.engine.inbox import Item
from daemon.home_assistant import HomeAssistant
from daemon.mqtt.batch import Batch, Handed
from policies.history import History, JobRow, SlotRow
from policies.office.site import Zone
from policies.rules.after_hours_power import AfterHoursPower
from policies.state import State
from sensors.device import ZoneId
from sensors.messages import Message

RULE = AfterHoursPower(name="after-hours", grace=timedelta(minutes=1))
NORTH = ZoneId("north")


def two_rooms() -> State:
    """Nothing heard yet."""
    state = office(plug(names={"en": "Screen"}), plug("lamp", NORTH), policies=[RULE])
    zones = {zone: Zone(zone, OFFICE_HOURS, {"en": f"Room {zone}"}, owner="Li Na") for zone in state.office.site.zones}
    return replace(state, office=replace(state.office, site=replace(state.office.site, zones=zones)))


def after_closing(minutes: float = 5) -> State:
    """The plug in `room` was left on; nothing was heard in `north`."""
    run = Run(two_rooms(), EVENING + timedelta(hours=1))
    run.at(0, *heard(power(run.start, on=True, watts=30.0)))
    run.at(minutes * 60)
    return run.state


class Past:
    """A history of a few rows."""

    def __init__(self, slots: Sequence[SlotRow] = (), jobs: Sequence[JobRow] = ()) -> None:
        self._slots, self._jobs = slots, jobs
        self.asked: list[datetime] = []

    def slots(self, start: datetime, end: datetime) -> Sequence[SlotRow]:
        self.asked.append(start)
        return [slot for slot in self._slots if start <= slot.at < end]

    def jobs(self, start: datetime, end: datetime) -> Sequence[JobRow]:
        return self._jobs


class Broker(JudgesNothing):
    """Keeps what is retained; `log` has every message in order."""

    def __init__(self, *, enabled: bool = True, may_arm: bool = False, past: Past | None = None) -> None:
        self.log: list[tuple[str, bytes]] = []
        self.retained: dict[str, bytes] = {}
        self.connection: object = "first"
        self.engine: list[Item] = []
        history: History = past or Past()  # type: ignore[assignment]  # the two questions that are asked
        self.shown = HomeAssistant(
            site="test",
            prefix="homeassistant",
            enabled=enabled,
            may_arm=may_arm,
            engine=self,
            ask=self.engine.append,
            publish=self._take,
            connected=lambda: self.connection,
            history=history,
            now=lambda: EVENING,
        )

    def put_all(self, batches: Sequence[Handed], /) -> None:
        self.engine += batches

    def look(self, state: State) -> list[tuple[str, bytes]]:
        """What is published for this state."""
        before = len(self.log)
        self.shown.look(state)
        return self.log[before:]

    def say(self, topic: str, payload: bytes, *, retained: bool = False, backlog: bool = False) -> None:
        """Somebody else's message reaches us."""
        message = Message(topic, payload, EVENING, retained=retained, backlog=backlog)
        self.shown.put_all([Batch(1, EVENING, [message])])

    def values(self, place: str) -> dict[str, object]:
        return msgspec.json.decode(self.retained[f"officed/test/home_assistant/{place}"], type=dict[str, object])

    def config(self, place: str) -> dict[str, object]:
        topic = f"homeassistant/device/officed/test-{place}/config"
        return msgspec.json.decode(self.retained[topic], type=dict[str, object])

    def _take(self, topic: str, payload: bytes) -> None:
        self.log.append((topic, payload))
        if payload:
            self.retained[topic] = payload
        else:
            self.retained.pop(topic, None)
