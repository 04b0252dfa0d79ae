"""From office.yaml's words to the core's: one Site and the policies that hold there."""

from collections.abc import Mapping

from daemon.configuration.calendar_files import merged, read_days
from daemon.configuration.device_checks import base_of
from daemon.configuration.device_entry import BASE_TOPICS, DeviceEntry
from daemon.configuration.energy_checks import tariff_named
from daemon.configuration.opening_hours import weekly
from daemon.configuration.pack_files import load_pack
from daemon.configuration.quantities import Language
from daemon.configuration.schema import Configuration
from policies.office.calendar import Calendar
from policies.office.season import SeasonPlan
from policies.office.site import Site, Zone
from policies.packs import resolve
from policies.policy import Policy
from sensors.device import Address, Device, DeviceId, Kind, Load, ZoneId

_LOADS: Mapping[Kind, Load] = {"climate": "air_conditioner", "light": "lighting", "printer": "printer"}
"""What hangs on a device whose configuration does not say."""


def build_site(configuration: Configuration) -> Site:
    """The site, in the order of the file. Reads the calendars that it imports: ValueError where one has become unreadable.

    `silent_after_seconds` stays None where the family's own limit holds.
    """
    site, calendar = configuration.site, configuration.calendar
    return Site(
        id=site.id,
        calendar=Calendar(
            timezone=site.timezone,
            country=site.country,
            closed_days=frozenset(calendar.closed_days),
            open_days=frozenset(calendar.open_days),
            half_days=frozenset(calendar.half_days),
            half_day_ends_minute=calendar.half_day_ends,
            imported=merged([read_days(file) for file in calendar.imports]),
        ),
        zones={
            ZoneId(name): Zone(
                id=ZoneId(name),
                hours=weekly(zone.hours),
                names=_names(zone.names),
                owner=zone.owner,
                floor=zone.floor,
                leave_hours_per_month=zone.leave_hours_per_month,
                area_m2=zone.area_m2,
                people=zone.people,
            )
            for name, zone in configuration.zones.items()
        },
        devices={DeviceId(name): _device(name, entry) for name, entry in configuration.devices.items()},
        names=_names(site.names),
        language=site.language,
        area_m2=site.area_m2,
        people=site.people,
        seasons=SeasonPlan(
            pin=configuration.season.pin,
            city=configuration.season.city or "",
            winter=configuration.season.winter,
            summer=configuration.season.summer,
            southern=configuration.season.southern,
        ),
        printing=configuration.printing.plan(),
        energy=configuration.energy.plan(
            None
            if configuration.energy.tariff is None
            else tariff_named(configuration.energy.tariff, configuration.tariffs)
        ),
    )


def build_policies(configuration: Configuration) -> tuple[Policy, ...]:
    """The packs' policies in the site's mode and with its changes, then its own; an own one replaces its namesake."""
    own = {policy.name for policy in configuration.policies}
    packed = [
        policy
        for entry in configuration.pack_entries
        for policy in resolve(load_pack(entry.pack), entry.mode, entry.overrides)
        if policy.name not in own
    ]
    return (*packed, *configuration.policies)


def _device(name: str, entry: DeviceEntry) -> Device:
    return Device(
        id=DeviceId(name),
        kind=entry.kind,
        address=Address(family=entry.family, name=entry.address, channel=entry.channel, base=base_of(entry)),
        zone=ZoneId(entry.zone),
        load=entry.load or _LOADS.get(entry.kind, "other"),
        names=_names(entry.names or {}),
        switchable=entry.switchable,
        never_off=entry.never_off,
        open_loop=entry.open_loop,
        busy_signs=tuple(DeviceId(sign) for sign in entry.busy_signs),
        outdoor=entry.outdoor,
        meter=None if entry.meter is None else DeviceId(entry.meter),
        standby_watts=entry.standby_watts,
        busy_watts=entry.busy_watts,
        minimum_celsius=16.0 if entry.min_celsius is None else entry.min_celsius,
        maximum_celsius=30.0 if entry.max_celsius is None else entry.max_celsius,
        step_celsius=entry.step_celsius or 0.5,
        silent_after_seconds=None if entry.silent_after is None else entry.silent_after.total_seconds(),
        gateway=_gateway(entry),
        mapping=None if entry.mapped is None else entry.mapped.mapping(entry.address),
    )


def _names(names: Mapping[Language, str]) -> dict[str, str]:
    return {str(language): name for language, name in names.items()}


def _gateway(entry: DeviceEntry) -> str:
    """The bridge whose coming and going concerns the device: Zigbee2MQTT's base topic."""
    return (base_of(entry) or BASE_TOPICS["zigbee2mqtt"]) if entry.family == "zigbee2mqtt" else ""
