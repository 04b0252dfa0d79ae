"""A Zigbee2MQTT plug, light or meter: the states that come most often. `energy` is kWh."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache, partial

from sensors import units
from sensors.device import Device, DeviceId
from sensors.messages import Message
from sensors.readings import AnyReading, Power

Values = Mapping[str, object]
"""A state: key to value, both as the wire has them."""
Builder = Callable[[Values, Message, datetime | None, bool], Sequence[AnyReading]]
"""(values, message, device_at, live) to the readings of one device."""


def power_builder(device: Device, suffix: str) -> Builder:
    """A Power for every state."""
    return partial(_reader(suffix), device.id)


@lru_cache(maxsize=64)
def _reader(suffix: str) -> Callable[..., Sequence[AnyReading]]:
    """What all plugs with this suffix share."""
    state, power, energy = f"state{suffix}", f"power{suffix}", f"energy{suffix}"
    truth, quantity, watts_window, kwh_window = units.truth, units.quantity, units.WATTS, units.KWH

    def build(
        name: DeviceId, values: Values, message: Message, device_at: datetime | None, live: bool
    ) -> Sequence[AnyReading]:
        return (
            Power(
                device=name,
                arrived_at=message.arrived_at,
                device_at=device_at,
                live=live,
                is_on=truth(values.get(state)),
                watts=quantity(values.get(power), watts_window),
                energy_kwh_total=quantity(values.get(energy), kwh_window),
            ),
        )

    return build
