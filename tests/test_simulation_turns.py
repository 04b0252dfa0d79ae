"""Long runs turn less often: what is only measured waits for company, what changes a state never does, nothing is lost."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from daemon.configuration.build import build_policies, build_site
from daemon.configuration.load import parse
from daemon.silence import with_silence
from daemon.simulation.loop import Lockstep
from policies.control.effects import Effect
from policies.office.office import Office
from policies.pressing import is_pressing
from policies.state import State
from sensors.readings import AnyReading
from sensors.registry import Registry
from sensors.virtual.building import VirtualOffice
from sensors.virtual.faults import MILD
from sensors.virtual.office_yaml import office_yaml
from sensors.virtual.plans import room_plan

EVERY = timedelta(seconds=30)
MONDAY = datetime(2026, 7, 12, 23, 0, tzinfo=UTC)
"""07:00 in Shanghai."""
ROOM = room_plan("cool2", "eye", "lights", "pc", "monitor", "water", "printer", "gang", people=2)
Turn = tuple[datetime, Sequence[AnyReading], Sequence[AnyReading]]
"""When, over what, and which of it said something new about a state."""


def turns(measured: timedelta) -> list[Turn]:
    """Six hours in which officed only watches: so what is said does not depend on when it is judged."""
    configuration = parse(office_yaml(ROOM), file="virtual office", directory=Path())
    registry = Registry(list(build_site(configuration).devices.values()), ZoneInfo(configuration.site.timezone))
    site = with_silence(build_site(configuration), registry)
    watching = tuple(policy.model_copy(update={"mode": "watch"}) for policy in build_policies(configuration))
    found: list[Turn] = []
    before = Office(site)

    def note(now: datetime, state: State, readings: Sequence[AnyReading], _effects: Sequence[Effect]) -> None:
        nonlocal before
        found.append((now, readings, [one for one in readings if is_pressing(before, [one])]))
        before = state.office

    lockstep = Lockstep(VirtualOffice(ROOM, 1, MILD), registry, State(before, watching), note, EVERY, measured=measured)
    lockstep.run(MONDAY, MONDAY + timedelta(hours=6))
    return found


def test_nothing_is_lost_or_said_twice_by_waiting() -> None:
    at_once, waited = turns(timedelta(0)), turns(timedelta(minutes=1))
    assert [one for _, said, _ in waited for one in said] == [one for _, said, _ in at_once for one in said]
    assert len(waited) < 0.75 * len(at_once)


def test_what_changes_a_state_is_judged_in_its_slice_and_what_is_measured_within_the_minute() -> None:
    waited = turns(timedelta(minutes=1))
    pressing = [now - one.arrived_at for now, _, news in waited for one in news]
    assert len(pressing) > 20
    assert max(pressing) < EVERY
    delays = [now - one.arrived_at for now, said, _ in waited for one in said if one.live]
    assert max(delays) < timedelta(minutes=1) + EVERY
    assert max(delays) > EVERY
