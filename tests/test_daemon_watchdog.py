"""A part that has ended or hangs is told once, shows in the health, and is told once when it is well again."""

from dataclasses import dataclass, field

import pytest

from daemon.watchdog import TURN_SECONDS, Part, Watchdog


@dataclass
class House:
    """A clock, an engine, a sender; what was told."""

    now: float = 1000.0
    turned_at: float = 1000.0
    engine: bool = True
    sender: bool = True
    told: list[str] = field(default_factory=list)

    def watchdog(self) -> Watchdog:
        parts = [
            Part("engine", lambda: self.engine, lambda: self.turned_at),
            Part("sender", lambda: self.sender),
        ]
        return Watchdog(parts, self.told.append, lambda: self.now)


def test_all_is_well_and_nothing_is_told() -> None:
    house = House()
    watchdog = house.watchdog()
    watchdog.look()
    assert watchdog.facts() == {"alive": True, "engine_alive": True, "sender_alive": True}
    assert not house.told


def test_a_thread_that_ended_is_told_once_and_named_in_the_health() -> None:
    house = House(sender=False)
    watchdog = house.watchdog()
    watchdog.look()
    watchdog.look()
    assert watchdog.facts() == {"alive": False, "engine_alive": True, "sender_alive": False}
    assert house.told == ["The sender thread has ended; officed must be started again. The log says why."]


@pytest.mark.parametrize(("silent", "troubled"), [(TURN_SECONDS, False), (TURN_SECONDS + 0.1, True)])
def test_a_thread_that_is_there_and_does_not_turn_hangs(silent: float, troubled: bool) -> None:
    house = House(turned_at=1000.0 - silent)
    watchdog = house.watchdog()
    watchdog.look()
    assert watchdog.facts()["alive"] is not troubled
    assert bool(house.told) is troubled


def test_the_health_knows_before_anybody_has_looked() -> None:
    house = House(engine=False)
    assert house.watchdog().facts()["alive"] is False


def test_what_turns_again_is_told_once() -> None:
    house = House(turned_at=0.0)
    watchdog = house.watchdog()
    watchdog.look()
    house.turned_at = house.now
    watchdog.look()
    watchdog.look()
    assert house.told[1:] == ["The engine thread turns again."]
    house.turned_at = 0.0
    watchdog.look()
    assert len(house.told) == 3, "a second time is told as well"
