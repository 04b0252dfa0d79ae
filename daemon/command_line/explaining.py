"""`officed explain DEVICE --at T`: what was on record then, and what the stored readings say about it.

Two sources, told apart: *recorded* is the engine's own word (audit trail); *rebuilt* is the office heard again out of the
history and judged with the rules of today. Where they differ, the rules were changed since, or something was not stored.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from typing import cast

from msgspec import structs

from daemon.trial.stored import arrivals, last_words, remedy_of
from policies.control.effects import Decided, Record
from policies.control.memory import SENT_KEPT, Memory, Sent
from policies.explain import Explanation, explain
from policies.history import History
from policies.office.site import Site
from policies.rebuilt import HEARD_AGAIN, rebuilt
from policies.recorded import Recorded, recorded
from policies.state import State
from sensors.device import Device, DeviceId, Traits
from sensors.readings import AnyReading

FAR_BACK = timedelta(days=31)
"""Further back nobody's last word is looked for."""
_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Past:
    """What is asked: the history, a state that has heard nothing, what devices announced, and the audit trail's records."""

    history: History
    fresh: State
    traits: Mapping[DeviceId, Traits]
    records: Sequence[Record | Decided] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """Both sources. `turns`: the recorded last turn of each case of the device that was open then."""

    rebuilt: Explanation
    turns: tuple[Record, ...]


def explained(past: Past, device: DeviceId, at: datetime) -> Told:
    """Why, then. Raises KeyError for a device that is not configured, StoreUnavailable."""
    devices = tuple(_concerned(past.fresh.office.site, device))
    start = at - HEARD_AGAIN
    known: Recorded = recorded(past.records, at, past.fresh.office)
    memory = known.memory if past.records else commanded(past.history, device, at)
    fresh = structs.replace(past.fresh, office=structs.replace(past.fresh.office, traits=past.traits))
    heard = cast(
        "Iterable[tuple[datetime, tuple[AnyReading, ...]]]",
        chain(
            last_words(past.history, devices, start - FAR_BACK, start),
            arrivals(past.history, devices, start, at + _INSTANT),
        ),
    )
    state, since = rebuilt(fresh, heard, device, at, memory, known.desk)
    turns = tuple(turn for key, turn in known.last.items() if key[1] == device)
    return Told(explain(state, device, at, since), turns)


def commanded(history: History, device: DeviceId, at: datetime) -> Memory:
    """Our commands of the day before, out of the history: for where the audit trail is not at hand."""
    sent = [
        Sent(row.at, row.policy, int((row.command_id or "/1").rpartition("/")[2]), remedy)
        for row in history.commands(at - SENT_KEPT, at)
        if row.device == device and row.state == "commanded" and (remedy := remedy_of(row)) is not None
    ]
    return Memory(sent={device: tuple(sent)} if sent else {})


def _concerned(site: Site, device: DeviceId) -> Iterator[Device]:
    """The device, what measures it, what says that it is at work, its zone, and the weather."""
    one = site.devices[device]
    names = {device, one.meter, *one.busy_signs}
    for other in site.devices.values():
        if other.id in names or other.outdoor or (other.zone == one.zone and other.kind in _OF_ZONES):
            yield other


_OF_ZONES = frozenset({"occupancy", "environment", "contact"})
