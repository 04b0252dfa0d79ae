"""What devices would have said had other commands been sent: the stored readings, corrected for ours and theirs.

A command that was really sent needs no guess: the device's own answer is stored. One that was not is taken to be obeyed
after two seconds; what the device said later is covered until a person changes it, or the zone opens again. What a device
did only because of a command that this run does not send, did not happen here.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from msgspec.structs import replace

from policies.state import State
from sensors.commands import Command, Remedy, SetSetpoint, SwitchOff
from sensors.device import DeviceId
from sensors.readings import Climate, Power, Reading

ANSWERS_AFTER = timedelta(seconds=2)
SAME_COMMAND = timedelta(minutes=2)
"""A stored command so near to one of this run is the same one."""
OBEYED_WITHIN = timedelta(minutes=15)

Really = Mapping[DeviceId, Sequence[tuple[datetime, Remedy]]]
"""The commands that were really sent, by device, in order of time."""
Quantity = str
_VALUES: Mapping[type[Reading], tuple[Quantity, ...]] = {
    Climate: ("mode", "is_on", "setpoint_celsius", "cooling_setpoint_celsius", "heating_setpoint_celsius"),
    Power: ("is_on", "watts"),
}


@dataclass(frozen=True, slots=True)
class _Cover:
    """In place of what is stored: `value`, while the stored value stays `stored`, and until `until`."""

    value: object
    stored: object
    until: datetime | None


class Otherwise:
    """Mutable for one run. Quantities are covered one by one, by device."""

    def __init__(self, really: Really) -> None:
        self._really = really
        self._ours: dict[DeviceId, list[tuple[datetime, Remedy]]] = {}
        self._covers: dict[tuple[DeviceId, Quantity], _Cover] = {}
        self._stored: dict[tuple[DeviceId, Quantity], object] = {}
        self._answers: list[tuple[datetime, Reading]] = []

    def command(self, command: Command, now: datetime, state: State) -> None:
        """This run sends a command."""
        remedy, device = command.remedy, command.device
        self._ours.setdefault(device, []).append((now, remedy))
        if any(abs(at - now) <= SAME_COMMAND and sent == remedy for at, sent in self._really.get(device, ())):
            for name in _touched(remedy, state, device):
                self._covers.pop(name, None)
            return
        until = None
        if isinstance(remedy, SwitchOff):
            until = state.office.next_change(state.office.site.devices[device].zone, now)
        for (who, quantity), value in _effect(remedy, state, device).items():
            self._covers[who, quantity] = _Cover(value, self._stored.get((who, quantity)), until)
        self._answers += [(now + ANSWERS_AFTER, one) for one in _answer(remedy, state, device, now + ANSWERS_AFTER)]

    def due(self, now: datetime) -> list[datetime]:
        """When the next made-up answer comes."""
        return [at for at, _ in self._answers if now < at]

    def hear(self, stored: Sequence[Reading], now: datetime, state: State) -> list[Reading]:
        """What is heard at `now`: the stored readings as they would have been, then the answers that are due."""
        heard = [self._corrected(reading, now, state) for reading in stored]
        heard += [reading for at, reading in self._answers if at <= now]
        self._answers = [(at, reading) for at, reading in self._answers if at > now]
        return heard

    def _corrected(self, reading: Reading, now: datetime, state: State) -> Reading:
        changes: dict[str, object] = {}
        for quantity in _VALUES.get(type(reading), ()):
            value = getattr(reading, quantity)
            if value is None:
                continue
            key = (reading.device, quantity)
            before = self._stored.get(key)
            self._stored[key] = value
            cover = self._covers.get(key)
            is_news = before is not None and not _same(before, value, quantity)
            if is_news and self._by_a_command(reading.device, quantity, value, now, state):
                cover = self._covers[key] = _Cover(before if cover is None else cover.value, value, _until(cover))
            elif cover is not None and (is_news or (cover.until is not None and now >= cover.until)):
                del self._covers[key]
                cover = None
            if cover is not None:
                changes[quantity] = cover.value
        return replace(reading, **changes) if changes else reading

    def _by_a_command(self, device: DeviceId, quantity: Quantity, value: object, now: datetime, state: State) -> bool:
        """Whether a stored change is the work of a command that this run has not sent."""
        for at, remedy in self._really.get(device, ()):
            if not timedelta(0) <= now - at <= OBEYED_WITHIN:
                continue
            effect = _effect(remedy, state, device).get((device, quantity))
            if effect is None or not _same(effect, value, quantity):
                continue
            ours = self._ours.get(device, ())
            if not any(abs(mine - at) <= SAME_COMMAND and sent == remedy for mine, sent in ours):
                return True
        return False


def _until(cover: _Cover | None) -> datetime | None:
    return None if cover is None else cover.until


def _same(one: object, other: object, quantity: Quantity) -> bool:
    """Watts tremble; what counts of them is whether there are any."""
    if quantity == "watts" and isinstance(one, float) and isinstance(other, float):
        return (one > 0) == (other > 0)
    return one == other


def _effect(remedy: Remedy, state: State, device: DeviceId) -> dict[tuple[DeviceId, Quantity], object]:
    """What a device says once it has obeyed."""
    heard = state.office.of(device)
    if isinstance(remedy, SetSetpoint):
        named = {f"{remedy.side}_setpoint_celsius", "setpoint_celsius"}
        said = [name for name in sorted(named) if getattr(heard, name) is not None]
        if not said:
            said = [name for name in ("heating_setpoint_celsius",) if getattr(heard, name) is not None]
        return {(device, name): remedy.celsius for name in said}
    effect: dict[tuple[DeviceId, Quantity], object] = {(device, "watts"): 0.0}
    if heard.mode is not None:
        effect[device, "mode"] = "off"
    if heard.is_on is not None:
        effect[device, "is_on"] = False
    meter = state.office.site.devices[device].meter
    if meter is not None:
        effect[meter, "watts"] = 0.0
    return effect


def _touched(remedy: Remedy, state: State, device: DeviceId) -> Iterator[tuple[DeviceId, Quantity]]:
    yield from _effect(remedy, state, device)


def _answer(remedy: Remedy, state: State, device: DeviceId, at: datetime) -> Iterator[Reading]:
    said: dict[tuple[DeviceId, type[Reading]], dict[str, object]] = {}
    is_climate = state.office.site.devices[device].kind == "climate"
    for (who, quantity), value in _effect(remedy, state, device).items():
        kind: type[Reading] = Climate if who == device and is_climate and quantity != "watts" else Power
        said.setdefault((who, kind), {})[quantity] = value
    for (who, kind), values in said.items():
        yield kind(device=who, arrived_at=at, **values)  # type: ignore[arg-type]  # the names are those of _VALUES
