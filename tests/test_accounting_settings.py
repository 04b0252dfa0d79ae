"""What a unit was set to, out of everything it said: what it says again and again changes nothing and costs nothing."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import cast

import pytest
from offices import ac, local
from past import Past

from daemon.accounting.settings import Setting, settings_of
from policies.office.calendar import Calendar
from policies.office.heard import Heard, hear
from policies.office.outdoor import Season
from policies.office.running import sides
from sensors.device import DeviceId
from sensors.readings import Climate

CALENDAR = Calendar("Asia/Shanghai")
START = local("2026-07-13 00:00")
END = START + timedelta(days=3)
SEASONS = {13: "summer", 14: "", 15: "winter"}


def said(seed: int) -> list[Climate]:
    """Three days of a unit that says some of its values every few minutes, mostly the same ones."""
    chance = random.Random(seed)
    values: dict[str, object] = {"mode": "auto", "is_on": True, "setpoint_celsius": 24.0}
    found: list[Climate] = []
    at = START
    while at < END:
        if chance.random() < 0.05:
            values["mode"] = chance.choice(["cool", "heat", "auto", "heat_cool", "off", "dry"])
        if chance.random() < 0.05:
            values["is_on"] = chance.random() < 0.7
        if chance.random() < 0.05:
            values[chance.choice(["setpoint_celsius", "cooling_setpoint_celsius"])] = float(chance.randint(20, 27))
        if chance.random() < 0.05:
            values["action"] = chance.choice(["cooling", "heating", "idle", "off"])
        names = [name for name in values if chance.random() < 0.6] or ["mode"]
        found.append(
            Climate(device=DeviceId("ac"), arrived_at=at, **{name: values[name] for name in names})  # type: ignore[arg-type]  # by name
        )
        at += timedelta(minutes=chance.randint(1, 20))
    return found


def one_by_one(readings: list[Climate]) -> Iterator[Setting]:
    """By hearing every word of it."""
    heard, last = Heard(), None
    for each in readings:
        heard = hear(heard, each)
        today = cast("Season | None", season_of(each.arrived_at) or None)
        side, signal = next(iter(sides(heard, each.arrived_at, lambda known=today: known)), (None, None))  # type: ignore[misc]
        setting = (side, None if signal is None else signal.value)
        if setting != last:
            yield Setting(each.arrived_at, *setting)
        last = setting


def season_of(at: datetime) -> str:
    return SEASONS[CALENDAR.local(at).day]


@pytest.mark.parametrize("seed", range(6))
def test_what_counted_is_what_hearing_every_word_gives(tmp_path: Path, seed: int) -> None:
    past = Past(tmp_path, ac())
    readings = said(seed)
    past.hear(readings)
    found = settings_of(past.history, ac(), START, END, CALENDAR, lambda day: SEASONS[day.day])
    expected = list(one_by_one(readings))

    assert len(expected) > 5
    assert found.all == tuple(expected)
