"""The one table of measurements, tags and fields; a name never changes its meaning or its type.

The database would fix a field's type with the first write of each shard, and differently in the next one. So types are
ours: `float` is always written as a float, `int` with an `i`, `str` quoted.
"""

from collections.abc import Mapping
from typing import Literal

import msgspec

Type = Literal["float", "int", "bool", "str"]
Value = float | int | bool | str


class Measurement(msgspec.Struct, frozen=True):
    """`tags` in the order in which they are written (sorted); `record`: few rows, kept as long as there is room."""

    name: str
    tags: tuple[str, ...]
    fields: Mapping[str, Type]
    record: bool = False


def _measurement(name: str, tags: str, *, record: bool = False, **fields: Type) -> Measurement:
    return Measurement(name, tuple(sorted(("device", "site", "zone", *tags.split()))), fields, record)


_ALL = (
    _measurement(
        "climate",
        "family",
        setpoint_celsius="float",
        cooling_setpoint_celsius="float",
        heating_setpoint_celsius="float",
        room_celsius="float",
        humidity_percent="float",
        mode="str",
        action="str",
        is_on="bool",
    ),
    _measurement("power", "family load", is_on="bool", watts="float", energy_kwh_total="float"),
    _measurement("occupancy", "family", occupied="bool"),
    _measurement(
        "environment",
        "family",
        room_celsius="float",
        humidity_percent="float",
        co2_ppm="float",
        noise_dba="float",
        smoke="bool",
        pm25_ug_m3="float",
        illuminance_lux="float",
        outdoor_celsius="float",
    ),
    _measurement("water", "family", litres_total="float", litres_per_minute="float", leak="bool"),
    _measurement("contact", "family", open="bool"),
    _measurement(
        "print_job",
        "printer department",
        record=True,
        job="str",
        state="str",
        sheets="int",
        impressions="int",
        copies="int",
        pages="int",
        two_sided="str",
        duplexable="bool",
        colour="bool",
        media="str",
        media_source="str",
        number_up="int",
        kilobytes="int",
        jammed="bool",
        user_hash="str",
        title_hash="str",
        user="str",
        title="str",
        unknown_because="str",
    ),
    _measurement(
        "print_counter",
        "printer",
        record=True,
        impressions_total="int",
        prints_total="int",
        sheets_total="int",
        colour_total="int",
        duplex_sheets_total="int",
        reasons="str",
    ),
    _measurement(
        "case",
        "policy",
        record=True,
        case_id="str",
        state="str",
        was="str",
        remedy="str",
        reason="str",
        detail="str",
        opened_at_us="int",
        counts="bool",
    ),
    _measurement(
        "command",
        "policy",
        record=True,
        command_id="str",
        case_id="str",
        state="str",
        remedy="str",
        celsius="float",
        reason="str",
        proof="str",
    ),
    _measurement(
        "override", "policy", record=True, override_id="str", state="str", until_us="int", who="str", reason="str"
    ),
    _measurement(
        "slot",
        "load",
        record=True,
        energy_kwh="float",
        on_seconds="float",
        violation_seconds="float",
        occupied_seconds="float",
        coverage_seconds="float",
        controlled="bool",
    ),
    _measurement(
        "saving",
        "ledger policy",
        record=True,
        avoided_kwh="float",
        avoided_cost="float",
        method="str",
        case_id="str",
        basis="str",
    ),
    _measurement(
        "daemon",
        "",
        readings_total="int",
        outbox_lines="int",
        dead_letters="int",
        journal_bytes="int",
        resident_bytes="int",
        cpu_seconds_total="float",
    ),
)
MEASUREMENTS: Mapping[str, Measurement] = {each.name: each for each in _ALL}
"""By name."""
