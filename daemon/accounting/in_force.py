"""Which devices are as they are because officed commanded it: a slot in which that holds is no baseline."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import msgspec

from policies.control.memory import Sent
from policies.office.office import Office
from policies.state import State
from sensors.commands import SwitchOff
from sensors.device import DeviceId

_AT_MOST = timedelta(hours=24)
_ON_AGAIN_AFTER = timedelta(minutes=1)
"""Said on, again, later than this after the command: somebody's doing, not the command's echo."""


class _Hold(msgspec.Struct, frozen=True):
    sent: Sent
    until: datetime


class InForce:
    """Remembers from state to state; one thread. The commands of the last day come back with the state after a restart."""

    def __init__(self) -> None:
        self._holds: dict[DeviceId, _Hold] = {}
        self._seen: Mapping[DeviceId, tuple[Sent, ...]] = {}
        self._devices: frozenset[DeviceId] = frozenset()

    def after(self, state: State, now: datetime) -> frozenset[DeviceId]:
        """The devices on which a command holds after this step."""
        if state.memory.sent is not self._seen:
            self._seen = state.memory.sent
            for name, sent in self._seen.items():
                if sent:
                    self._take(state.office, name, sent[-1])
        if not self._holds:
            self._devices = frozenset()
            return self._devices
        ended = [name for name, hold in self._holds.items() if _is_over(state.office, name, hold, now)]
        for name in ended:
            del self._holds[name]
        if ended or len(self._devices) != len(self._holds):
            self._devices = frozenset(self._holds)
        return self._devices

    def _take(self, office: Office, name: DeviceId, sent: Sent) -> None:
        before = self._holds.get(name)
        device = office.site.devices.get(name)
        if device is None or (before is not None and before.sent.at >= sent.at):
            return
        change = office.next_change(device.zone, sent.at)
        until = sent.at + _AT_MOST
        if change is not None and (isinstance(sent.remedy, SwitchOff) or change < until):
            until = change
        self._holds[name] = _Hold(sent, until)


def _is_over(office: Office, name: DeviceId, hold: _Hold, now: datetime) -> bool:
    if now >= hold.until:
        return True
    if not isinstance(hold.sent.remedy, SwitchOff):
        return False
    heard = office.of(name)
    signal = heard.is_on
    if signal is None or not signal.live or not signal.value:
        return False
    return signal.since > hold.sent.at + _ON_AGAIN_AFTER
