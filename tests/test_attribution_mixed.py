"""Ten thousand changes of every cause, shuffled over days: ours, panel, app, power, the unit's own range, a programme."""

import random
from collections import Counter
from collections.abc import Iterator

from msgspec.structs import replace
from test_attribution import AC, AT, SITE, UNIT, later, said, sent

from policies.control.changes import Cause
from policies.control.memory import Memory, Sent
from policies.control.observing import observe
from policies.office.heard import Heard
from policies.office.office import Office
from policies.office.site import Site

SMALL = replace(UNIT, maximum_celsius=25.0)
SMALL_SITE = Site("hq", SITE.calendar, SITE.zones, {AC: SMALL})
PROGRAMME = 20.0


def slot(kind: str, start: float, chance: random.Random) -> Iterator[tuple[float, float | bool | Sent, Cause | None]]:
    """What happens in one hour: at how many seconds, a value, the network (bool) or a command of ours, and who does it."""
    at = start + chance.uniform(0, 1200)
    other = chance.choice((21.0, 22.5, 23.5, 24.5))
    match kind:
        case "ours":  # a hand comes between the command and its echo
            late = chance.uniform(20, 850)
            yield at, sent(at, 26.0), None
            yield at + chance.uniform(1, late - 5), other, "person"
            yield at + late, 26.0 + chance.choice((0.0, 0.1, -0.2)), "ours"
        case "panel" | "app":
            yield at, other, "person"
        case "power":
            yield at, False, None
            yield at + 300, True, None
            yield at + 300 + chance.uniform(0, 55), 19.0, "power_return"
        case "firmware":
            yield at, sent(at, 26.0), None
            yield at + chance.uniform(1, 55), 25.0, "device"
        case "programme":
            yield start + 1500 + chance.uniform(-1.4, 1.4), PROGRAMME, "controller"


def value_of(heard: Heard) -> float | None:
    signal = heard.cooling_setpoint_celsius
    return None if signal is None else signal.value


def test_of_ten_thousand_changes_of_all_causes_shuffled_over_days_none_is_mistaken() -> None:
    """A programme is a person three days long, because nobody can tell: these are left out. Everything else is told."""
    chance = random.Random(20260716)
    right = Counter[Cause]()
    for _ in range(340):
        memory, was, known = Memory(), said(23.0, AT), list[Cause | None]()
        kinds = ["ours", "panel", "app", "power", "firmware"]
        for day in range(5):
            chance.shuffle(kinds)
            hours = [*kinds[:3], "programme", *kinds[3:]]
            happened = [
                one for hour, kind in enumerate(hours) for one in slot(kind, 86_400 * day + 3600 * hour, chance)
            ]
            for seconds, what, cause in happened:
                if isinstance(what, Sent):
                    memory = replace(memory, sent={AC: (*memory.sent_to(AC), what)[-8:]})
                    continue
                now = later(seconds)
                is_now = replace(was, available=what, heard_at=now) if isinstance(what, bool) else said(what, now)
                memory = observe(memory, Office(SMALL_SITE, {AC: was}), Office(SMALL_SITE, {AC: is_now}), [AC], now)
                if cause is not None and value_of(is_now) != value_of(was):
                    found = memory.changes[AC][-1]
                    assert found.change.at == now
                    known.append(cause)
                    if cause != "controller" or known.count("controller") > 3:
                        assert found.cause == cause, (found, what)
                        right[cause] += 1
                was = is_now
    assert right.total() > 10_000
    assert min(right.values()) > 600, right
