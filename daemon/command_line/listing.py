"""What `officed devices` prints: every configured device, when it was heard, and what it said."""

from datetime import UTC, datetime, timedelta

import msgspec
from rich.table import Table

from daemon.configuration.build import build_policies, build_site
from daemon.configuration.schema import Configuration
from daemon.engine.kept_rows import whole
from daemon.engine.snapshot import Cases, LastKnown
from daemon.journal.journal import Journal
from policies.office.heard import Heard
from policies.office.office import Office
from policies.state import State
from sensors.device import DeviceId

_SHOWN = (
    "mode",
    "is_on",
    "cooling_setpoint_celsius",
    "heating_setpoint_celsius",
    "setpoint_celsius",
    "room_celsius",
    "watts",
    "occupied",
    "open",
)


def kept_state(configuration: Configuration) -> tuple[State | None, datetime]:
    """The last state that a daemon with this configuration has kept (at most a minute old while it runs), and now."""
    now = datetime.now(UTC)
    if not configuration.journal.path.exists():
        return None, now
    journal = Journal(configuration.journal.path, now=lambda: datetime.now(UTC), tell=lambda _: None)
    try:
        known, cases = journal.kept("office"), whole(journal.latest_snapshot(), journal.kept_rows())
    finally:
        journal.close()
    if known is None:
        return None, now
    last = msgspec.msgpack.decode(known, type=LastKnown)
    open_cases = msgspec.msgpack.decode(cases, type=Cases).cases if cases is not None else ()
    office = Office(build_site(configuration), heard={DeviceId(name): heard for name, heard in last.heard.items()})
    policies = build_policies(configuration)
    return State(office=office, policies=policies, cases={case.key: case for case in open_cases}), now


def devices_table(state: State, now: datetime) -> Table:
    """One row a device."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("device", "zone", "family", "heard", "says", "case"):
        table.add_column(column, overflow="fold")
    cases = {case.device: str(case.finding.verdict) for case in state.cases.values()}
    for device in state.office.site.devices.values():
        heard = state.office.heard.get(device.id)
        table.add_row(
            device.id,
            device.zone,
            f"{device.address.family} {device.address.name}",
            _when(heard, now),
            _says(heard),
            cases.get(device.id, ""),
        )
    return table


def _when(heard: Heard | None, now: datetime) -> str:
    if heard is None:
        return "never"
    if heard.heard_at is None:
        return "last known only"
    ago = timedelta(seconds=round((now - heard.heard_at).total_seconds()))
    return f"silent for {ago}" if heard.is_silent(now) else f"{ago} ago"


def _says(heard: Heard | None) -> str:
    if heard is None:
        return ""
    said = ((name, getattr(heard, name)) for name in _SHOWN)
    return ", ".join(f"{name} {signal.value}" for name, signal in said if signal is not None)
