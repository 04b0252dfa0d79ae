"""How officed itself is, in one sentence a part: what IT wants to see first when something looks wrong."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

import msgspec

from dashboards.views.banner import unused
from policies.state import State
from policies.words import Words, say

Health = Mapping[str, str | float | bool]
_LATE = timedelta(minutes=2)


class Part(msgspec.Struct, frozen=True):
    """`is_well` None: nobody knows."""

    name: Words
    is_well: bool | None
    words: Words


class Fact(msgspec.Struct, frozen=True):
    """A number as the probes give it."""

    name: str
    value: str | float | bool


class System(msgspec.Struct, frozen=True):
    """The parts, then every fact."""

    parts: tuple[Part, ...]
    facts: tuple[Fact, ...]


def system(health: Health, state: State, now: datetime) -> System:
    """From the facts of the process and the last step."""
    return System(tuple(_parts(health, state, now)), tuple(Fact(name, health[name]) for name in sorted(health)))


def _parts(health: Health, state: State, now: datetime) -> Iterator[Part]:
    stepped_at = state.stepped_at
    if stepped_at is None:
        yield Part(say("Engine"), None, say("has not judged anything yet"))
    else:
        is_well = bool(health.get("alive", True)) and now - stepped_at < _LATE
        yield Part(say("Engine"), is_well, say("last judged {stepped_at}", stepped_at=stepped_at))
    connected = health.get("broker_connected")
    words = say("connected") if connected else say("not connected: nothing is heard, nothing can be sent")
    yield Part(
        say("Broker"), None if connected is None else bool(connected), say("no data") if connected is None else words
    )
    withholding = health.get("journal_withholding")
    words = say("full or failing: nothing is acknowledged to the broker") if withholding else say("keeps what is heard")
    yield Part(
        say("Journal"),
        None if withholding is None else not withholding,
        say("no data") if withholding is None else words,
    )
    trouble, waiting = health.get("store_trouble"), health.get("outbox_waiting_lines")
    if trouble:
        yield Part(say("Database"), False, say("{why}", why=str(trouble)))
    elif isinstance(waiting, float | int):
        yield Part(say("Database"), True, say("{count} lines wait to be stored", count=float(waiting)))
    else:
        yield Part(say("Database"), None, say("no data"))
    why = unused(health)
    if why is not None:
        yield Part(say("Configuration"), False, why)
    heard = state.office.heard
    silent = sum(state.office.of(name).is_silent(now) for name in state.office.site.devices)
    total = len(state.office.site.devices)
    yield Part(
        say("Devices"),
        None if not heard else silent == 0,
        say("{heard} of {total} are heard", heard=float(total - silent), total=float(total)),
    )
