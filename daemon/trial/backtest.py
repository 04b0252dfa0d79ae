"""`officed backtest`: a policy run over the stored past, beside what really happened.

The sandbox starts a day early, so that what is said every few hours is there and the guards that count by the day are
right. Nothing is sent. kWh come from the slots; a device that has no meter adds none, and how many those are is said.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from msgspec import structs

from daemon.trial.stored import arrivals, remedy_of
from dashboards.language.language import Language
from policies.backtest import Backtest, backtest, with_policies
from policies.control.effects import Decided
from policies.control.sentences import doing
from policies.history import History, SlotRow
from policies.inputs import Asked
from policies.office.requests import SetMode
from policies.otherwise import Otherwise, Really
from policies.policy import Policy
from policies.recorded import recorded
from policies.state import State
from policies.step import seated
from policies.words import Words, say
from sensors.commands import Remedy, SetSetpoint
from sensors.device import DeviceId, Traits

WARM_UP = timedelta(days=1)
TICK = timedelta(seconds=30)
NEAR = timedelta(minutes=2)

Deed = tuple[datetime, Remedy]


@dataclass(frozen=True, slots=True)
class Difference:
    """`only_then`: sent then, not in this run; `only_here`: the other way round. Times are those of sending.

    `comfort`: how long units would have stood at a setpoint that nobody had then, during opening hours. `kwh`: used then
    by devices that this run switches off, from there to the next opening; `unmetered`: switch-offs without a figure.
    """

    both: Sequence[Deed]
    only_then: Sequence[Deed]
    only_here: Sequence[Deed]
    comfort: timedelta
    kwh: float
    unmetered: int


def run(
    history: History,
    fresh: State,
    traits: Mapping[DeviceId, Traits],
    policies: Sequence[Policy],
    start: datetime,
    end: datetime,
    decided: Iterable[Decided] = (),
) -> tuple[Backtest, Difference]:
    """Run [start, end). Raises StoreUnavailable.

    `decided`: what staff decided, from the first on; of a policy that is tried, its own mode counts, not what was decided of it.
    """
    named = {policy.name for policy in policies}
    granted = [
        one
        for one in decided
        if one.refused is None and not (isinstance(one.request, SetMode) and one.request.policy in named)
    ]
    began = start - WARM_UP
    desk = recorded([one for one in granted if one.at < began], began, fresh.office).desk
    seat = seated(structs.replace(fresh.office, traits=traits), desk)
    state = with_policies(structs.replace(fresh, office=seat), *policies)
    really = sent(history, start - WARM_UP, end)
    heard = arrivals(history, state.office.site.devices.values(), start - WARM_UP, end)
    decisions = [(one.at, Asked(one.request, one.who)) for one in granted if began <= one.at < end]
    done = backtest(
        state,
        heard,
        start - WARM_UP,
        end,
        TICK,
        decisions=decisions,
        otherwise=Otherwise(really),
    )
    here = [(one.issued_at, one.remedy) for one in done.commands if one.issued_at >= start]
    then = sorted(((at, remedy) for deeds in really.values() for at, remedy in deeds if at >= start), key=_at)
    return done, difference(history, state, then, here)


def sent(history: History, start: datetime, end: datetime) -> Really:
    """The commands that really went out, by device."""
    found: dict[DeviceId, list[Deed]] = {}
    for row in history.commands(start, end):
        device = DeviceId(row.device)
        remedy = remedy_of(row)
        if row.state == "commanded" and remedy is not None:
            found.setdefault(device, []).append((row.at, remedy))
    return found


def difference(history: History, state: State, then: Sequence[Deed], here: Sequence[Deed]) -> Difference:
    """What one did and the other did not; the same command within two minutes is the same."""
    left = list(here)
    both: list[Deed] = []
    only_then: list[Deed] = []
    for at, remedy in then:
        twin = next((one for one in left if one[1] == remedy and abs(one[0] - at) <= NEAR), None)
        if twin is None:
            only_then.append((at, remedy))
        else:
            left.remove(twin)
            both.append((at, remedy))
    comfort, kwh, unmetered = timedelta(0), 0.0, 0
    for at, remedy in left:
        device = state.office.site.devices[remedy.device]
        until = state.office.next_change(device.zone, at) or at
        if isinstance(remedy, SetSetpoint):
            comfort += until - at if state.office.is_open(device.zone, at) else timedelta(0)
            continue
        used = _used(history, device.meter or device.id, at, min(until, at + timedelta(days=4)))
        kwh += used or 0.0
        unmetered += used is None
    return Difference(both, only_then, left, comfort, kwh, unmetered)


def _used(history: History, device: DeviceId, start: datetime, end: datetime) -> float | None:
    rows: list[SlotRow] = [row for row in history.slots(start, end) if row.device == device]
    said = [row.energy_kwh for row in rows if row.energy_kwh is not None]
    return sum(said) if said else None


LIMITS: Sequence[Words] = (
    say("What this cannot know: rooms warm and cool as they really did, and people did what they really did."),
    say("A command that was not sent then is taken to be obeyed after two seconds."),
    say(
        "Not stored, so not replayed: which values were only retained, signs of busy devices, gateways that were away."
    ),
)
"""Where a replay ends and a guess begins."""


def summary(done: Backtest, found: Difference, language: Language) -> Iterator[str]:
    """For a terminal, in local time."""
    words, zone = language.words, ZoneInfo(language.timezone)
    yield words(say("{steps} steps. The same commands: {count}", steps=float(done.steps), count=float(len(found.both))))
    for title, deeds in (
        (say("Sent then, not by this policy: {count}", count=float(len(found.only_then))), found.only_then),
        (say("Only by this policy: {count}", count=float(len(found.only_here))), found.only_here),
    ):
        yield words(title)
        for at, remedy in deeds:
            yield f"  {at.astimezone(zone):%Y-%m-%d %H:%M:%S}  {remedy.device}  {words(doing(remedy))}"
    minutes = found.comfort.total_seconds() / 60
    yield words(say("Comfort: {count} minutes at a setpoint that nobody had then", count=float(round(minutes))))
    yield words(say("Energy used then by what this policy switches off: {used_kwh}", used_kwh=found.kwh))
    if found.unmetered:
        yield words(say("{count} switch-offs without a figure", count=float(found.unmetered)))
    yield from (words(one) for one in LIMITS)


def _at(deed: Deed) -> datetime:
    return deed[0]
