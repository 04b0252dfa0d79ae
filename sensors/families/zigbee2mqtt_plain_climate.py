"""A thermostat's or air conditioner's state, read the quick way: a mode, what it does, its setpoints and its air.

Whoever has another key that counts (its own power key or meter, a preset, a pause, whether anybody is there) is read the
usual way.
"""

from collections.abc import Sequence
from itertools import product
from typing import Annotated, Final, Literal

import msgspec
from msgspec import UNSET, UnsetType

from sensors import units
from sensors.device import DeviceId
from sensors.families.zigbee2mqtt_climate import ACTIONS, MODES, memo_of, word
from sensors.families.zigbee2mqtt_seen import seen_at
from sensors.family import Decoder
from sensors.liveness import is_live
from sensors.messages import Message
from sensors.readings import AnyReading, Climate
from sensors.setpoints import COOLING_KEY, HEATING_KEYS

_Room = Annotated[float, units.inside(units.ROOM_CELSIUS)]
_Humidity = Annotated[float, units.inside(units.HUMIDITY_PERCENT)]
_Setpoint = Annotated[float, units.inside(units.SETPOINT_CELSIUS)]
_Absent = Literal["\0"] | UnsetType
"""A key that must not be there: with any other word it is no such state."""


class _Unit(msgspec.Struct, gc=False):
    """What is asked of a state: of a setpoint and the mode also whether they are there at all."""

    system_mode: str | UnsetType | None = UNSET
    running_state: str | None = None
    local_temperature: _Room | None = None
    humidity: _Humidity | None = None
    occupied_cooling_setpoint: _Setpoint | UnsetType | None = UNSET
    occupied_heating_setpoint: _Setpoint | UnsetType | None = UNSET
    last_seen: object = None
    current_heating_setpoint: _Absent = UNSET
    energy: _Absent = UNSET
    occupancy: _Absent = UNSET
    operating_mode: _Absent = UNSET
    power: _Absent = UNSET
    preset: _Absent = UNSET
    running_mode: _Absent = UNSET
    state: _Absent = UNSET
    thermostat_occupancy: _Absent = UNSET


_READ: Final = msgspec.json.Decoder(_Unit).decode
_MEMOS: Final = {
    (no_cooling, no_heating, no_mode): memo_of(
        "" if no_cooling else COOLING_KEY,
        "" if no_heating else HEATING_KEYS[0],
        "" if no_mode else "system_mode",
        "",
        "",
    )
    for no_cooling, no_heating, no_mode in product((False, True), repeat=3)
}


# on the wire: {"local_temperature":24.5,"occupied_cooling_setpoint":26,"running_state":"cool","system_mode":"cool"}
def plain_climate(usual: Decoder, name: DeviceId, message: Message) -> Sequence[AnyReading]:
    """What `usual` says of the message, at half the cost where it can."""
    payload = message.payload
    if len(payload) > units.STATE_BYTES:
        return usual(message)
    try:
        said = _READ(payload)
    except (RecursionError, msgspec.DecodeError, ValueError):
        return usual(message)  # which reads more, or says what is wrong with it
    mode, cooling, heating = said.system_mode, said.occupied_cooling_setpoint, said.occupied_heating_setpoint
    device_at = None if said.last_seen is None else seen_at(said.last_seen, message.arrived_at)
    return (
        Climate(
            device=name,
            arrived_at=message.arrived_at,
            device_at=device_at,
            live=is_live(message, device_at),
            mode=word(MODES, mode),
            action=word(ACTIONS, said.running_state),
            cooling_setpoint_celsius=None if cooling is UNSET else cooling,
            heating_setpoint_celsius=None if heating is UNSET else heating,
            room_celsius=said.local_temperature,
            humidity_percent=said.humidity,
            memo=_MEMOS[cooling is UNSET, heating is UNSET, mode is UNSET],
        ),
    )
