"""The real officed on trial, days on end, under the shipped access list: the broker's log knows of no command of its."""

from collections.abc import Callable
from pathlib import Path

import pytest
from month_in_shadow import live
from offices import local

DAYS = 1.0
AFTERNOON = local("2026-07-06 16:00")


def said_to_devices(said: object, client: str, site: str) -> list[str]:
    """Topics that this client wrote to, but for those that speak about officed itself."""
    assert isinstance(said, dict)
    return sorted(topic for who, topic in said if who.startswith(client) and not topic.startswith(f"officed/{site}/"))


@pytest.mark.real
@pytest.mark.timeout(400)
def test_an_officed_on_trial_says_nothing_to_any_device(program: Callable[..., str], tmp_path: Path) -> None:
    program("mosquitto")
    found = live(tmp_path, DAYS, user="officed-shadow", mode="watch", listen_only=True)

    assert found.held_back >= DAYS, "its rules had reasons to act every day"
    assert {who for who, _ in found.said} - {"devices"}, "the log would name its client"
    assert said_to_devices(found.said, "officed", "shadow") == []
    assert dict(found.denied) == {}, "it has not even tried"


@pytest.mark.real
def test_the_log_would_have_shown_a_command(program: Callable[..., str], tmp_path: Path) -> None:
    program("mosquitto")
    found = live(tmp_path, 0.25, user="officed", mode="enforce", listen_only=False, start=AFTERNOON)

    assert [
        topic for topic in said_to_devices(found.said, "officed", "hq") if topic.endswith(("/set", "/Power", "/POWER"))
    ]
    assert dict(found.denied) == {}


@pytest.mark.real
def test_and_where_its_rules_act_by_mistake_nothing_leaves_either(program: Callable[..., str], tmp_path: Path) -> None:
    program("mosquitto")
    found = live(tmp_path, 0.25, user="officed-shadow", mode="enforce", listen_only=True, start=AFTERNOON)

    assert found.cases >= 1
    assert said_to_devices(found.said, "officed", "shadow") == []
    assert dict(found.denied) == {}, "the broker, which would have refused it, was not even asked"
