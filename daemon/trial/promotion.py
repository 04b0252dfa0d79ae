"""From watching to acting: what a policy would have done while it watched, and the decision that it may act.

What it would have done stands in the store: each case that the guard "shadow" held back. The decision is a line of the
audit trail with a name and a reason, like one made on the board.
"""

import socket
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from daemon.accounting.past import slots_of
from daemon.engine.snapshot import Cases
from daemon.errors import StoreUnavailable
from daemon.journal.audit import Record
from daemon.journal.journal import Journal
from policies.control.deciding import decide
from policies.control.effects import Decided
from policies.history import CaseRow, History
from policies.office.office import Office
from policies.office.requests import Extend, SetMode
from policies.office.site import Site
from policies.step import seated
from policies.words import Words, say
from sensors.device import DeviceId

_LONGEST = timedelta(hours=96)


@dataclass(frozen=True, slots=True)
class Would:
    """One thing that it would have done. `conflict`: what speaks against it; None: nothing."""

    at: datetime
    device: DeviceId
    remedy: str
    conflict: Words | None = None


@dataclass(frozen=True, slots=True)
class Prospect:
    """`kwh`: used after these instants until the next opening by what would have been off: at most so much is saved.

    `unmetered`: switch-offs without a figure.
    """

    would: Sequence[Would]
    kwh: float
    unmetered: int


def prospect(
    history: History, site: Site, policy: str, start: datetime, end: datetime, decided: Sequence[Decided] = ()
) -> Prospect:
    """While it watched, in [start, end). Raises StoreUnavailable."""
    rows = [row for row in history.cases(start, end) if row.policy == policy and row.reason == "shadow"]
    firsts: dict[str, CaseRow] = {}
    for row in rows:
        if row.state == "open" and DeviceId(row.device) in site.devices:
            firsts.setdefault(row.case_id or f"{row.device} {row.at}", row)
    would: list[Would] = []
    kwh, unmetered = 0.0, 0
    for row in firsts.values():
        device = site.devices[DeviceId(row.device)]
        would.append(Would(row.at, device.id, row.remedy or "", _conflict(history, site, row, decided)))
        if row.remedy != "SwitchOff":
            continue
        until = site.calendar.next_change(site.zones[device.zone].hours, row.at) or row.at + _LONGEST
        slots = slots_of(history, device, row.at, min(until, row.at + _LONGEST, end)).values()
        said = [slot.energy_kwh for slot in slots if slot.energy_kwh is not None]
        kwh += sum(said)
        unmetered += not said
    return Prospect(would, kwh, unmetered)


def is_running(host: str, port: int) -> bool:
    """Whether somebody answers where the board is: then the decision is his to take."""
    with socket.socket() as probe:
        probe.settimeout(1.0)
        return probe.connect_ex(("127.0.0.1" if host in {"0.0.0.0", "::", ""} else host, port)) == 0  # noqa: S104  compared, not bound


def decide_in_journal(path: Path, office: Office, request: SetMode, who: str, now: datetime) -> None:
    """For a daemon that does not run: the next start takes it. Raises StoreUnavailable."""
    journal = Journal(path, now=lambda: now, tell=lambda _: None)
    try:
        kept = journal.latest_snapshot()
        cases = Cases() if kept is None else msgspec.msgpack.decode(kept, type=Cases)
        changed = msgspec.structs.replace(cases, desk=decide(seated(office, cases.desk), request, who, now))
        body = msgspec.json.encode(Decided(now, who, request))
        journal.advance(0, b"", 0, [Record(now, "step", body)], msgspec.msgpack.encode(changed))
    except msgspec.ValidationError as error:
        raise StoreUnavailable(f"{path}: the state of the last run cannot be read ({error})") from error
    finally:
        journal.close()


def _conflict(history: History, site: Site, row: CaseRow, decided: Sequence[Decided]) -> Words | None:
    device = site.devices[DeviceId(row.device)]
    for one in decided:
        request = one.request
        if not isinstance(request, Extend) or request.zone != device.zone or request.device not in {None, device.id}:
            continue
        if one.at <= row.at < request.until:
            return say("{who} had leave until {until_at}", who=one.who, until_at=request.until)
    for other in site.in_zone[device.zone]:
        if other.kind == "occupancy":
            seen = history.series(other.id, "occupancy", "occupied", row.at - timedelta(hours=1), row.at)
            if seen and seen[-1].value:
                return say("{sensor} saw somebody", sensor=other.id)
    return None
