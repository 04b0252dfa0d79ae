"""A thermostat's or air conditioner's state, read the quick way: a mode, what it does, its setpoints and its air.

Whoever has another key that counts (its own power key or meter, a preset, a pause, whether anybody is there) is read the
usual way.
"""

from collections.abc import Sequence
from typing import Final

import msgspec
from msgspec import UNSET

from sensors import units
from sensors.device import DeviceId
from sensors.families.zigbee2mqtt_climate import ACTIONS, MODES, memo_of, word
from sensors.families.zigbee2mqtt_seen import seen_at
from sensors.family import Decoder
from sensors.liveness import is_live
from sensors.messages import Message
from sensors.readings import AnyReading, Climate
from sensors.setpoints import COOLING_KEY, HEATING_KEYS


class _Unit(msgspec.Struct, gc=False):
    """What is asked of a state. Of a key with UNSET it counts whether it is there."""

    system_mode: object = UNSET
    running_state: object = None
    local_temperature: object = None
    humidity: object = None
    occupied_cooling_setpoint: object = UNSET
    occupied_heating_setpoint: object = UNSET
    last_seen: object = None
    current_heating_setpoint: object = UNSET
    energy: object = UNSET
    occupancy: object = UNSET
    operating_mode: object = UNSET
    power: object = UNSET
    preset: object = UNSET
    running_mode: object = UNSET
    state: object = UNSET
    thermostat_occupancy: object = UNSET


_READ: Final = msgspec.json.Decoder(_Unit).decode


# on the wire: {"local_temperature":24.5,"occupied_cooling_setpoint":26,"running_state":"cool","system_mode":"cool"}
def plain_climate(usual: Decoder, name: DeviceId, message: Message) -> Sequence[AnyReading]:
    """What `usual` says of the message, at half the cost where it can."""
    payload = message.payload
    if len(payload) > units.STATE_BYTES:
        return usual(message)
    try:
        said = _READ(payload)
    except (RecursionError, msgspec.DecodeError, ValueError):
        return usual(message)  # which says what is wrong with it
    if _is_unusual(said):
        return usual(message)
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
            cooling_setpoint_celsius=None if cooling is UNSET else units.quantity(cooling, units.SETPOINT_CELSIUS),
            heating_setpoint_celsius=None if heating is UNSET else units.quantity(heating, units.SETPOINT_CELSIUS),
            room_celsius=units.quantity(said.local_temperature, units.ROOM_CELSIUS),
            humidity_percent=None if said.humidity is None else units.quantity(said.humidity, units.HUMIDITY_PERCENT),
            memo=memo_of(
                "" if cooling is UNSET else COOLING_KEY,
                "" if heating is UNSET else HEATING_KEYS[0],
                "" if mode is UNSET else "system_mode",
                "",
                "",
            ),
        ),
    )


def _is_unusual(said: _Unit) -> bool:
    return not (
        said.current_heating_setpoint
        is said.energy
        is said.occupancy
        is said.operating_mode
        is said.power
        is said.preset
        is said.running_mode
        is said.state
        is said.thermostat_occupancy
        is UNSET
    )
