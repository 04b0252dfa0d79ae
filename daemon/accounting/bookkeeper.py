"""Keeps the site's books while the engine runs: looks at every state, and every quarter of an hour writes what is complete.

Whoever thinks calls it: `watch` looks at most once a second of office time and writes a few lines a device and hour, so it costs next
to nothing. What cannot be written is kept and written with the next quarter. Nothing is lost at a restart: `begin` hears the
last hours again from the history, and counters tell what was used meanwhile.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from daemon.accounting.in_force import InForce
from daemon.accounting.replay import replay, since_when
from daemon.errors import StoreUnavailable
from daemon.history.points import Points
from daemon.history.schema import Value
from policies.accounting.books import Books, SiteSlot
from policies.accounting.day_types import slot_start
from policies.control.case import Case
from policies.history import History
from policies.office.same_keys import same_keys
from policies.office.site import Site
from policies.policy import CaseKey
from policies.rules.setpoint_limit import SetpointLimit
from policies.state import State
from sensors.device import DeviceId

_log = logging.getLogger(__name__)

LOOK_EVERY = timedelta(seconds=1)
LINES_KEPT = 100_000

Write = Callable[[bytes, int], None]
"""Puts so many lines into the outbox, durably. Raises StoreUnavailable."""


class Bookkeeper:
    """Of one site. `write`: see `Write`. `keep`: where the slots go instead, not made into lines."""

    def __init__(self, site: Site, write: Write, keep: Callable[[Sequence[SiteSlot]], None] | None = None) -> None:
        self._site = site
        self._keep = keep
        self._books = Books(site)
        self._points = Points(site.id)
        self._write = write
        self._in_force = InForce()
        self._looked_at: datetime | None = None
        self._slot: datetime | None = None
        self._kinds: tuple[object, frozenset[str]] = ((), frozenset())
        self._violating: tuple[Mapping[CaseKey, Case] | None, frozenset[DeviceId]] = (None, frozenset())
        self._lines: list[bytes] = []

    def begin(self, history: History, now: datetime) -> None:
        """Hear the last hours again. Main thread, before the engine starts; a store that is away costs only resolution."""
        try:
            since = since_when(history, now)
            if since is not None:
                replay(self._books, self._site, history, since, now)
        except StoreUnavailable as trouble:
            _log.warning("accounting: the last hours cannot be heard again (%s); slots begin anew", trouble)

    def watch(self, state: State) -> None:
        """After every step. Never raises for what the journal cannot take."""
        now = state.stepped_at
        if now is None or (self._looked_at is not None and timedelta(0) <= now - self._looked_at < LOOK_EVERY):
            return
        self._looked_at = now
        if state.office.site is not self._site:
            self._site = state.office.site
            self._books.configure(self._site)
        self._books.note(state.office, now, self._breaking(state), self._in_force.after(state, now))
        if self._slot is None or slot_start(now) != self._slot:
            self._slot = slot_start(now)
            (self._keep or self._put)(list(self._books.ready(now)))

    def _breaking(self, state: State) -> frozenset[DeviceId]:
        """Devices with a case of the rule that `violation_seconds` counts: for climate devices their setting's."""
        if self._kinds[0] is not state.policies:
            names = frozenset(policy.name for policy in state.policies if isinstance(policy, SetpointLimit))
            self._kinds = (state.policies, names)
            self._violating = (None, frozenset())
        if not same_keys(self._violating[0], state.cases):
            names, climate = self._kinds[1], {device.id for device in self._site.by_kind.get("climate", ())}
            devices = frozenset(
                case.device for case in state.cases.values() if case.device not in climate or case.policy in names
            )
            self._violating = (state.cases, devices)
        return self._violating[1]

    def _put(self, slots: Sequence[SiteSlot]) -> None:
        self._lines += [line for line in (slot_line(self._points, each) for each in slots) if line is not None]
        if len(self._lines) > LINES_KEPT:
            del self._lines[: len(self._lines) - LINES_KEPT]
        if not self._lines:
            return
        try:
            self._write(b"\n".join(self._lines), len(self._lines))
        except StoreUnavailable as trouble:
            _log.warning("accounting: %d slots wait for the journal: %s", len(self._lines), trouble)
        else:
            self._lines = []


def slot_line(points: Points, each: SiteSlot) -> bytes | None:
    """The point of one slot; the same slot given out again takes the place of the first."""
    return points.record_line("slot", slot_tags(each), slot_fields(each), each.slot.at)


def slot_tags(each: SiteSlot, site: str | None = None) -> dict[str, str]:
    """The tags of that point; `site` is added where a line would get it by itself."""
    slot = each.slot
    tags: dict[str, str] = {"device": slot.device, "zone": slot.zone, "load": slot.load}
    return tags if site is None else {**tags, "site": site}


def slot_fields(each: SiteSlot) -> dict[str, Value | None]:
    """The fields of that point."""
    slot = each.slot
    return {
        "energy_kwh": None if slot.energy_kwh is None else round(slot.energy_kwh, 9),
        "on_seconds": round(slot.on_seconds, 3),
        "violation_seconds": round(slot.violation_seconds, 3),
        "occupied_seconds": None if each.occupied_seconds is None else round(each.occupied_seconds, 3),
        "coverage_seconds": round(slot.coverage_seconds, 3),
        "controlled": slot.controlled,
    }
