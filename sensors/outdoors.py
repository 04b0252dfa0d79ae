"""A thermometer in the yard says what every thermometer says; that its air is no room's is known to whoever hung it up."""

from collections.abc import Collection, Sequence

from msgspec.structs import replace

from sensors.device import DeviceId
from sensors.family import Decoder
from sensors.messages import Message
from sensors.readings import AnyReading, Environment


def outdoors(decoder: Decoder, devices: Collection[DeviceId]) -> Decoder:
    """The same decoder, with the temperatures of these devices called outdoor ones. Humidity out there is nobody's."""

    def decode(message: Message) -> Sequence[AnyReading]:
        said = decoder(message)
        for one in said:
            if one.device in devices:
                return [_moved(each) if each.device in devices else each for each in said]
        return said

    return decode


def _moved(reading: AnyReading) -> AnyReading:
    if not isinstance(reading, Environment) or reading.room_celsius is None:
        return reading
    return replace(reading, outdoor_celsius=reading.room_celsius, room_celsius=None, humidity_percent=None)
