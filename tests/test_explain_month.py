"""For five hundred instants of a simulated month, explain gives the reason that the engine acted on.

What explain knows: the stored readings, the stored commands. What it is held against: the effects of the live run.
"""

import random
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from lived import Life, Store, fresh
from offices import local

from daemon.command_line.explaining import Past, explained
from policies.control.case import Case
from policies.control.effects import Record
from policies.explain import Explanation, Ruling
from policies.rules.silent_device import SilentDevice
from sensors.device import DeviceId
from sensors.virtual.faults import Faults
from sensors.virtual.plans import room_plan

PLAN = room_plan("cool2", "eye", "pc", "monitor", "water", "lights")
START, END = local("2026-07-06 00:00"), local("2026-08-05 00:00")
INSTANTS = 500
FAULTS = Faults(liars=frozenset({DeviceId("room-water-1")}), silent={DeviceId("room-monitor-1"): timedelta(days=20)})
LATEST = timedelta(minutes=6)
"""The engine looks at everything at least every five minutes."""


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Life]:
    store = Store(tmp_path_factory.mktemp("lived"))
    policies = (*fresh(PLAN)[0].policies, SilentDevice(name="silent"))
    yield Life(PLAN, store, policies=policies, faults=FAULTS).run(START, END)
    store.close()


def instants(life: Life) -> list[tuple[datetime, DeviceId]]:
    """Any instant, and as many soon after something was decided: at random the office mostly rests."""
    lot = random.Random(7)
    devices = [device.id for device in life.state.office.site.devices.values() if device.kind != "occupancy"]
    seconds = int((END - START).total_seconds())
    first = START + timedelta(days=1)
    found = [
        (first + timedelta(seconds=lot.randrange(seconds - 90000)), lot.choice(devices)) for _ in range(INSTANTS // 2)
    ]
    turns = [turn for turn in life.turns if turn.at >= first]
    while len(found) < INSTANTS:
        turn = lot.choice(turns)
        found.append((turn.at + timedelta(seconds=lot.randrange(1, 1200)), turn.case.device))
    return sorted(found)


def recorded_at(life: Life, device: DeviceId, at: datetime) -> dict[str, Record]:
    """By policy, the last turn of the device's case until then; none for what was closed."""
    last = {turn.case.policy: turn for turn in life.turns if turn.case.device == device and turn.at <= at}
    return {policy: turn for policy, turn in last.items() if turn.case.phase != "closed"}


def soon_after(life: Life, device: DeviceId, at: datetime) -> bool:
    """Whether the engine itself turned this device's case within the next look: the instant lay between two looks."""
    return any(turn.case.device == device and at < turn.at <= at + LATEST for turn in life.turns)


def agrees(ruling: Ruling, case: Case | None) -> bool:
    if case is None or case.phase == "pending":
        return ruling.standing in {"unbroken", "pending"}
    if ruling.words.pattern.startswith("silent since"):
        return True  # silence closes no case, and nothing about the device is evidence
    if case.phase in {"open", "suspended"} and case.refusal is not None:
        if case.refusal.reason == "no_remedy":
            return ruling.standing == "no_remedy"
        return ruling.standing == "refused" and ruling.reason == case.refusal.reason
    if case.phase == "open":
        return ruling.standing == "free"
    return ruling.standing != "pending"


def _short(told: Explanation, cases: dict[str, Record]) -> str:
    rules = [f"{one.policy} {one.standing} {one.reason} ({one.words})" for one in told.rulings]
    turns = [f"{turn.at} {turn.case.policy} {turn.case.phase} {turn.words}" for turn in cases.values()]
    return f"{told.at} {told.device}: {rules} but {turns}"


def test_explain_gives_the_reason_that_the_engine_acted_on(lived: Life) -> None:
    assert lived.store is not None
    past = Past(lived.store.history, fresh(PLAN, lived.state.policies)[0], lived.state.office.traits)
    seen: Counter[str] = Counter()
    wrong: list[tuple[Explanation, dict[str, Record]]] = []
    for at, device in instants(lived):
        told = explained(past, device, at).rebuilt
        cases = recorded_at(lived, device, at)
        for ruling in told.rulings:
            turn = cases.get(ruling.policy)
            seen[f"{ruling.standing} {ruling.reason or ''}".strip()] += 1
            if not agrees(ruling, None if turn is None else turn.case) and not soon_after(lived, device, at):
                wrong.append((told, cases))
    assert not wrong, "\n".join(_short(*one) for one in wrong)
    assert seen["free"] > 20
    assert len([reason for reason in seen if reason.startswith("refused")]) >= 3
