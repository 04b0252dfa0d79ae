"""What a device said, decoded: typed, in our units, one record a measurement.

A field that is None was not said (absent, null, `unavailable`, implausible): it is *unknown*, never off and never 0.
Values are finite and inside the windows of `sensors.units`. `arrived_at` is our clock; `device_at` the device's own
stamp where it has one that can be believed. `live` is False for retained values, replayed caches, backlog and old stamps:
such a reading is "last known", never evidence.
"""

from datetime import datetime
from typing import Literal

import msgspec

from sensors.device import Address, DeviceId, Traits

Mode = Literal["off", "cool", "heat", "auto", "heat_cool", "dry", "fan_only"]
Action = Literal["off", "idle", "cooling", "heating", "drying", "fan", "defrosting"]
TwoSided = Literal["yes", "no", "unknown"]


class Reading(msgspec.Struct, frozen=True, kw_only=True, tag=True, gc=False):
    """Common to all readings."""

    device: DeviceId
    arrived_at: datetime
    device_at: datetime | None = None
    live: bool = True


class Climate(Reading, frozen=True, kw_only=True, tag=True, gc=False):
    """A thermostat or an air conditioner.

    `setpoint_celsius` is a target whose name does not say what it is for; `cooling_…` and `heating_…` are what the
    device calls so (some cool with a setpoint that is *named* heating: which one counts is the rule's business).
    `is_on` is the unit's own power key where it has one beside the mode. `memo` is opaque: the family's note to itself,
    handed back to it when it must answer in the device's words.
    """

    mode: Mode | None = None
    action: Action | None = None
    is_on: bool | None = None
    setpoint_celsius: float | None = None
    cooling_setpoint_celsius: float | None = None
    heating_setpoint_celsius: float | None = None
    room_celsius: float | None = None
    humidity_percent: float | None = None
    memo: str = ""


class Power(Reading, frozen=True, kw_only=True, tag=True, gc=False):
    """A plug, relay, light or meter. `energy_kwh_total` is the device's own counter, as it stands.

    `memo`: who or what has switched it, in the device's own word (Shelly's `source`); only beside `is_on`.
    """

    is_on: bool | None = None
    watts: float | None = None
    energy_kwh_total: float | None = None
    memo: str = ""


class Occupancy(Reading, frozen=True, kw_only=True, tag=True, gc=False):
    """Somebody is there, or nobody."""

    occupied: bool


class Environment(Reading, frozen=True, kw_only=True, tag=True, gc=False):
    """Air, light and noise of a zone."""

    room_celsius: float | None = None
    humidity_percent: float | None = None
    co2_ppm: float | None = None
    noise_dba: float | None = None
    smoke: bool | None = None
    pm25_ug_m3: float | None = None
    illuminance_lux: float | None = None
    outdoor_celsius: float | None = None


class Water(Reading, frozen=True, kw_only=True, tag=True, gc=False):
    """A water meter, a tap, a leak detector."""

    litres_total: float | None = None
    litres_per_minute: float | None = None
    leak: bool | None = None


class Contact(Reading, frozen=True, kw_only=True, tag=True, gc=False):
    """A door or window. (Zigbee says `contact: false` when it is open.)"""

    open: bool


class PrintJob(Reading, frozen=True, kw_only=True, tag=True, gc=False):
    """One finished print job. `sheets` is computed by us (copies x ceil(sides/2)); None with `unknown_because` set.

    `device_at` is when it ended. `jammed`: the printer spoke of a jam shortly before. `user` and `title` are empty unless
    the site has asked its agent for clear names.
    """

    job: str
    state: Literal["completed", "cancelled", "aborted", "unknown"] = "unknown"
    sheets: int | None = None
    impressions: int | None = None
    copies: int | None = None
    pages: int | None = None
    two_sided: TwoSided = "unknown"
    duplexable: bool | None = None
    colour: bool | None = None
    media: str = ""
    media_source: str = ""
    number_up: int | None = None
    kilobytes: int | None = None
    jammed: bool | None = None
    department: str = ""
    user_hash: str = ""
    title_hash: str = ""
    user: str = ""
    title: str = ""
    unknown_because: str = ""

    @property
    def ended_at(self) -> datetime:
        """When the printer had done with it; the arrival where the agent could not say."""
        return self.device_at or self.arrived_at


class PrintCounter(Reading, frozen=True, kw_only=True, tag=True, gc=False):
    """A printer's own life counters, as they stand: copies and faxes are in them, and some roll over.

    `prints_total`: sides without copies and faxes, of printers that tell them apart. `duplex_sheets_total`: sheets with two
    printed sides. `reasons`: what the printer complains of, in IPP's words.
    """

    impressions_total: int | None = None
    prints_total: int | None = None
    sheets_total: int | None = None
    colour_total: int | None = None
    duplex_sheets_total: int | None = None
    reasons: str = ""


class Busy(Reading, frozen=True, kw_only=True, tag=True, gc=False):
    """Somebody's word that work is going on: a terminal's session, a print queue, a backup. Switch nothing off meanwhile."""

    busy: bool


class Availability(Reading, frozen=True, kw_only=True, tag=True, gc=False):
    """The family's word on whether the device can be reached (last will, ping). Not evidence about its state."""

    online: bool


class Gateway(Reading, frozen=True, kw_only=True, tag=True, gc=False):
    """A bridge came or went; `device` is its name (`zigbee2mqtt`). After it comes, caches are replayed."""

    online: bool


class CommandReply(Reading, frozen=True, kw_only=True, tag=True, gc=False):
    """The device, or its gateway, answered a command: accepted, or refused with these words.

    `command` is the number that `encode` put on the wire, where the dialect carries one; else empty.
    """

    accepted: bool
    command: str = ""
    words: str = ""


class Announced(Reading, frozen=True, kw_only=True, tag=True, gc=False):
    """Discovery: a device exists and can do this. `device` is empty where nobody has configured it."""

    address: Address
    traits: Traits


AnyReading = (
    Climate
    | Power
    | Occupancy
    | Environment
    | Water
    | Contact
    | PrintJob
    | PrintCounter
    | Busy
    | Availability
    | Gateway
    | CommandReply
    | Announced
)
