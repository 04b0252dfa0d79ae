"""Readings of one device that come together. A long row of one kind is folded: it costs little more than a few of them.

What is then known is exactly what one reading after the other leaves (`heard.hear`).
"""

from collections.abc import Sequence
from operator import attrgetter
from typing import Any

from msgspec.structs import replace

from policies.office.heard import SAID, Heard, Signal, hear, with_jobs
from policies.office.ordinary import hear_live
from sensors.readings import Climate, Power, PrintJob, Reading

_LIVE = attrgetter("live")
_WORTH_FOLDING = 9
"""Of plugs and air conditioners, fewer cost less one after the other."""


def hear_all(heard: Heard, readings: Sequence[Reading]) -> Heard:
    """The same as `hear` for one after the other; of a row that is folded only the last value of each quantity stays."""
    kind, live = type(readings[-1]), readings[-1].live
    if kind is PrintJob and all(type(one) is kind for one in readings):
        heard_at = next((one.arrived_at for one in reversed(readings) if one.live), heard.heard_at)
        return replace(heard, jobs=with_jobs(heard.jobs, readings), heard_at=heard_at)  # type: ignore[arg-type]  # all jobs
    known = SAID.get(kind) if len(readings) >= _WORTH_FOLDING else None
    if known is None or len({*map(type, readings)}) > 1 or len({*map(_LIVE, readings)}) > 1:
        for reading in readings:
            heard = hear_live(heard, reading) if reading.live else hear(heard, reading)
        return heard
    names, said = known
    changes: dict[str, object] = {"heard_at": readings[-1].arrived_at} if live else {}
    for name, old, values in zip(names, said(heard), zip(*map(said, readings), strict=True), strict=True):
        signal = _last_said(values, readings, old, live=live)
        if signal is not old:
            changes[name] = signal
    if kind is Climate or kind is Power:
        memos = [one.memo for one in readings if one.memo]  # type: ignore[attr-defined]  # all are of that kind
        if memos:
            changes["memo"] = memos[-1]
    return replace(heard, **changes) if changes else heard


def _last_said(
    values: Sequence[Any], readings: Sequence[Reading], old: Signal[Any] | None, *, live: bool
) -> Signal[Any] | None:
    """One quantity after these readings, which are all evidence or none of them; `old` where nothing has changed."""
    if old is not None and old.live and not live:  # what confirms it says nothing, what contradicts it ends it
        first = next((n for n, value in enumerate(values) if value is not None and value != old.value), None)
        if first is None:
            return old
        values, readings, known = values[first:], readings[first:], None
    else:
        known = old if old is not None and old.live is live else None
    value, before = values[-1], values[-2] if len(values) > 1 else None
    if value is not None and before is not None and value != before:  # what is measured is another one each time
        return Signal(value, readings[-1].arrived_at, readings[-1].arrived_at, live)
    if values.count(value) == len(values):
        if value is None:
            return old
        since = readings[0].arrived_at if known is None or known.value != value else known.since
        return Signal(value, readings[-1].arrived_at, since, live)
    value = at = since_then = None
    for earlier, one in zip(reversed(values), reversed(readings), strict=True):
        if earlier is None:
            continue
        if at is None:
            value, at, since_then = earlier, one.arrived_at, one.arrived_at
        elif earlier == value:
            since_then = one.arrived_at
        else:
            break
    else:
        if known is not None and known.value == value:
            since_then = known.since
    return old if at is None or since_then is None else Signal(value, at, since_then, live)
