"""From what a wire carries to a number in our unit, or to "unknown".

Every family reads its values through this file, so that what counts as a number, which values are sentinels in disguise
(999, -8000, 127.5) and how big a payload may be is decided once. All windows are closed: both ends are plausible.
"""

from typing import Final

import msgspec

from sensors.errors import PayloadError

Window = tuple[float, float]
"""Lowest and highest plausible value, both included."""

ROOM_CELSIUS: Final[Window] = (-20.0, 60.0)
OUTDOOR_CELSIUS: Final[Window] = (-60.0, 60.0)
SETPOINT_CELSIUS: Final[Window] = (4.0, 40.0)
HUMIDITY_PERCENT: Final[Window] = (0.0, 100.0)
WATTS: Final[Window] = (-1_000_000.0, 1_000_000.0)
KWH: Final[Window] = (0.0, 1_000_000_000.0)
CO2_PPM: Final[Window] = (100.0, 40_000.0)
NOISE_DBA: Final[Window] = (0.0, 160.0)
PM25_UG_M3: Final[Window] = (0.0, 5_000.0)
LUX: Final[Window] = (0.0, 200_000.0)
LITRES: Final[Window] = (0.0, 1_000_000_000.0)
LITRES_PER_MINUTE: Final[Window] = (0.0, 100_000.0)

STATE_BYTES: Final = 64 * 1024
"""No state of a device is longer."""
INVENTORY_BYTES: Final = 8 * 1024 * 1024
"""No list of devices is longer."""

_ON: Final = frozenset({"on", "true", "1", "yes"})
_OFF: Final = frozenset({"off", "false", "0", "no"})
_NUMERAL_LENGTH: Final = 32
_DECODE: Final = msgspec.json.Decoder().decode


def quantity(value: object, window: Window) -> float | None:
    """The number in `value` if it lies in the window; None for everything else.

    Numbers spelled as text count ("21.5"); booleans, nan, inf, "", "N/A" and "unavailable" do not.
    """
    kind = type(value)
    if kind is float or kind is int:
        if window[0] <= value <= window[1]:  # type: ignore[operator]  # the two types are tested above; nan fails here
            return float(value)  # type: ignore[arg-type]  # as above; inside the window nothing overflows
        return None
    if kind is str:
        return _spelled(value, window)  # type: ignore[arg-type]  # tested above
    return None


def inside(window: Window) -> msgspec.Meta:
    """The window for a decoder that checks while it reads, on an `Annotated[float, ...]`. It takes numbers, no numerals."""
    return msgspec.Meta(ge=window[0], le=window[1])


def fahrenheit(value: object, window: Window) -> float | None:
    """The same for a temperature told in Fahrenheit; the window is in Celsius, and so is the answer."""
    told = quantity(value, (-1000.0, 1000.0))
    return None if told is None else quantity(round((told - 32.0) / 1.8, 2), window)


def watt_hours(value: object) -> float | None:
    """A counter told in Wh, as kWh."""
    return _scaled(value, 1000.0)


def watt_minutes(value: object) -> float | None:
    """A counter told in watt-minutes, as kWh."""
    return _scaled(value, 60_000.0)


def truth(value: object) -> bool | None:
    """True or False for the usual spellings (`ON`, `off`, true, 1, "0"), None for any other word."""
    kind = type(value)
    if kind is str:
        if value == "ON":
            return True
        if value == "OFF":
            return False
        word = value.strip().lower()  # type: ignore[attr-defined]  # tested above
        return True if word in _ON else False if word in _OFF else None
    if kind is bool:
        return value  # type: ignore[return-value]  # tested above
    if kind is int or kind is float:
        return True if value == 1 else False if value == 0 else None
    return None


def json_value(payload: bytes, limit: int = STATE_BYTES) -> object:
    """The JSON in a payload. NaN, Infinity, bad UTF-8, too long and too deep are PayloadErrors."""
    if len(payload) > limit:
        message = f"{len(payload)} bytes, more than the {limit} that are read"
        raise PayloadError(message)
    try:
        value: object = _DECODE(payload)
    except RecursionError:
        message = "JSON nested too deeply"
    except (msgspec.DecodeError, ValueError) as error:
        message = f"not JSON: {error}"
    else:
        return value
    raise PayloadError(message)


def json_object(payload: bytes, limit: int = STATE_BYTES) -> dict[str, object]:
    """The JSON object in a payload; anything else is a PayloadError."""
    if len(payload) <= limit:
        try:
            value = _DECODE(payload)
        except (RecursionError, msgspec.DecodeError, ValueError):
            value = json_value(payload, limit)  # which says what is wrong with it
    else:
        value = json_value(payload, limit)
    if type(value) is dict:
        return value
    message = f"a JSON {type(value).__name__} where an object belongs"
    raise PayloadError(message)


def text(payload: bytes, limit: int = 1024) -> str:
    """A short bare value, without the white space around it. Too long or not UTF-8 is a PayloadError."""
    if len(payload) > limit:
        message = f"{len(payload)} bytes where a word belongs"
        raise PayloadError(message)
    try:
        return payload.decode().strip()
    except UnicodeDecodeError as error:
        message = f"not UTF-8: {error}"
        raise PayloadError(message) from error


def _spelled(numeral: str, window: Window) -> float | None:
    """A number in text. `float` alone would take "nan", "1_000" and an unlimited length."""
    if len(numeral) > _NUMERAL_LENGTH or "_" in numeral:
        return None
    try:
        number = float(numeral)
    except ValueError:
        return None
    return number if window[0] <= number <= window[1] else None


def _scaled(value: object, divisor: float) -> float | None:
    number = quantity(value, (0.0, KWH[1] * divisor))
    return None if number is None else round(number / divisor, 6)
