"""The fields of each kind of reading, spelt out: a loop over a table would cost three times the budget.

Each function gives `,name=value,name=value` of what was said, or an empty text. NaN and the infinities are left out, whatever
let them through before: one of them would poison the whole request.
"""

from collections.abc import Callable, Mapping, Sequence
from operator import attrgetter, getitem
from typing import Any, get_args

from daemon.history.escaping import text
from daemon.history.schema import MEASUREMENTS, Type, Value
from sensors.readings import (
    Action,
    Climate,
    Contact,
    Environment,
    Mode,
    Occupancy,
    Power,
    PrintCounter,
    PrintJob,
    Reading,
    Water,
)

MOST = 1.7e308
"""Beyond it a float is no measurement."""
_LARGEST_INT = 2**63 - 1
_REMEMBERED = 8_192
"""Values of one field, a megabyte or two."""
_SHORT = 64
"""Characters of a text that is remembered."""
_Getter = Callable[[Any], tuple[Any, ...]]


class _Floats(dict[float | None, str]):
    """One field's values as text, made once each: readings come in few different values, and looking is cheap.

    Not said (None) and not finite are the empty text, the latter not remembered: a NaN is never equal to itself.
    """

    def __init__(self, name: str) -> None:
        super().__init__({None: ""})
        self._head = f",{name}="

    def __missing__(self, value: float) -> str:
        if not -MOST < value < MOST:
            return ""
        if len(self) >= _REMEMBERED:
            self.clear()
            self[None] = ""
        made = self[value] = f"{self._head}{float(value)!r}"
        return made


def _flags(name: str) -> dict[bool | None, str]:
    return {None: "", True: f",{name}=true", False: f",{name}=false"}


def _words(name: str, values: Sequence[str]) -> dict[str | None, str]:
    return {None: "", **{value: f",{name}={text(value)}" for value in values}}


def is_storable(value: Value | None) -> bool:
    """Not None and, for numbers, finite and inside what the database can hold."""
    if value is None or isinstance(value, bool | str):
        return value is not None
    return -MOST < value < MOST if isinstance(value, float) else -_LARGEST_INT <= value <= _LARGEST_INT


def field(type_name: str, value: Value | None) -> str:
    """One value as it stands in a line. Raises TypeError where it is not of this type."""
    match type_name, value:
        case "bool", bool():
            return "true" if value else "false"
        case "str", str():
            return text(value)
        case "int", int() if not isinstance(value, bool):
            return f"{value}i"
        case "float", float() | int() if not isinstance(value, bool):
            return repr(float(value))
        case _:
            raise TypeError(f"{value!r} is no {type_name}")


_C_SETPOINT_CELSIUS = _Floats("setpoint_celsius")
_C_COOLING_SETPOINT_CELSIUS = _Floats("cooling_setpoint_celsius")
_C_HEATING_SETPOINT_CELSIUS = _Floats("heating_setpoint_celsius")
_C_ROOM_CELSIUS = _Floats("room_celsius")
_C_HUMIDITY_PERCENT = _Floats("humidity_percent")
_C_MODE = _words("mode", get_args(Mode))
_C_ACTION = _words("action", get_args(Action))
_C_IS_ON = _flags("is_on")


def _climate(r: Climate) -> str:
    return (
        _C_SETPOINT_CELSIUS[r.setpoint_celsius]
        + _C_COOLING_SETPOINT_CELSIUS[r.cooling_setpoint_celsius]
        + _C_HEATING_SETPOINT_CELSIUS[r.heating_setpoint_celsius]
        + _C_ROOM_CELSIUS[r.room_celsius]
        + _C_HUMIDITY_PERCENT[r.humidity_percent]
        + _C_MODE[r.mode]
        + _C_ACTION[r.action]
        + _C_IS_ON[r.is_on]
    )


_P_IS_ON = _flags("is_on")
_P_WATTS = _Floats("watts")


def _power(r: Power) -> str:
    kwh = r.energy_kwh_total  # a counter is never the same: remembering it would only cost
    if kwh is None or not -MOST < kwh < MOST:
        return _P_IS_ON[r.is_on] + _P_WATTS[r.watts]
    return f"{_P_IS_ON[r.is_on]}{_P_WATTS[r.watts]},energy_kwh_total={float(kwh)!r}"


_E_ROOM_CELSIUS = _Floats("room_celsius")
_E_HUMIDITY_PERCENT = _Floats("humidity_percent")
_E_CO2_PPM = _Floats("co2_ppm")
_E_NOISE_DBA = _Floats("noise_dba")
_E_SMOKE = _flags("smoke")
_E_PM25_UG_M3 = _Floats("pm25_ug_m3")
_E_ILLUMINANCE_LUX = _Floats("illuminance_lux")
_E_OUTDOOR_CELSIUS = _Floats("outdoor_celsius")


def _environment(r: Environment) -> str:
    return (
        _E_ROOM_CELSIUS[r.room_celsius]
        + _E_HUMIDITY_PERCENT[r.humidity_percent]
        + _E_CO2_PPM[r.co2_ppm]
        + _E_NOISE_DBA[r.noise_dba]
        + _E_SMOKE[r.smoke]
        + _E_PM25_UG_M3[r.pm25_ug_m3]
        + _E_ILLUMINANCE_LUX[r.illuminance_lux]
        + _E_OUTDOOR_CELSIUS[r.outdoor_celsius]
    )


_W_LITRES_TOTAL = _Floats("litres_total")
_W_LITRES_PER_MINUTE = _Floats("litres_per_minute")
_W_LEAK = _flags("leak")


def _water(r: Water) -> str:
    return _W_LITRES_TOTAL[r.litres_total] + _W_LITRES_PER_MINUTE[r.litres_per_minute] + _W_LEAK[r.leak]


def _occupancy(r: Occupancy) -> str:
    return ",occupied=true" if r.occupied else ",occupied=false"


def _contact(r: Contact) -> str:
    return ",open=true" if r.open else ",open=false"


class _Texts(dict[str | None, str]):
    """One field's texts, made once each as long as they are short: states, media and departments come again and again."""

    def __init__(self, name: str) -> None:
        super().__init__({None: "", "": ""})
        self._head = f",{name}="

    def __missing__(self, value: str) -> str:
        made = f"{self._head}{text(value)}"
        if len(value) <= _SHORT:
            if len(self) >= _REMEMBERED:
                self.clear()
                self.update({None: "", "": ""})
            self[value] = made
        return made


class _Ints(dict[int | None, str]):
    """One field's counts, made once each."""

    def __init__(self, name: str) -> None:
        super().__init__({None: ""})
        self._head = f",{name}="

    def __missing__(self, value: int) -> str:
        if not -_LARGEST_INT <= value <= _LARGEST_INT:
            return ""
        if len(self) >= _REMEMBERED:
            self.clear()
            self[None] = ""
        made = self[value] = f"{self._head}{value}i"
        return made


def _writers(types: Mapping[str, Type], reading: type[Reading]) -> tuple[_Getter, tuple[Mapping[Any, str], ...]]:
    """What takes the fields that this reading has out of it, and what makes each of them text."""
    made: dict[str, Mapping[Any, str]] = {}
    for name in [name for name in types if name in reading.__struct_fields__]:
        match types[name]:
            case "str":
                made[name] = _Texts(name)
            case "int":
                made[name] = _Ints(name)
            case "float":
                made[name] = _Floats(name)
            case "bool":
                made[name] = _flags(name)
    return attrgetter(*made), tuple(made.values())


_JOB_SAID, _JOB_WRITE = _writers(
    {name: kind for name, kind in MEASUREMENTS["print_job"].fields.items() if name != "job"}, PrintJob
)
"""Without the job's own name: no two have one, so it is not worth remembering."""
_COUNTER_SAID, _COUNTER_WRITE = _writers(MEASUREMENTS["print_counter"].fields, PrintCounter)


def _print_job(r: PrintJob) -> str:
    named = f",job={text(r.job)}" if r.job else ""
    return named + "".join(map(getitem, _JOB_WRITE, _JOB_SAID(r)))


def _print_counter(r: PrintCounter) -> str:
    return "".join(map(getitem, _COUNTER_WRITE, _COUNTER_SAID(r)))


KINDS: Mapping[type[Reading], tuple[str, Callable[[Any], str]]] = {
    Climate: ("climate", _climate),
    Power: ("power", _power),
    Occupancy: ("occupancy", _occupancy),
    Environment: ("environment", _environment),
    Water: ("water", _water),
    Contact: ("contact", _contact),
    PrintJob: ("print_job", _print_job),
    PrintCounter: ("print_counter", _print_counter),
}
"""The readings that are stored: their measurement, and how to write their fields."""
