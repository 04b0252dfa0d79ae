"""A Tasmota device is heard and commanded where it really is: FullTopic, renamed prefixes, host names."""

from datetime import timedelta

import pytest
from family_office import NOW, SITE_ZONE, device, message

from sensors.commands import Command, CommandId, SwitchOff
from sensors.device import Device
from sensors.family import Refused
from sensors.readings import Announced, Power
from sensors.registry import Registry

PLAIN = device("tasmota", "plug", "desk", "desk-2")
RENAMED = device("tasmota", "plug", "desk", "desk-2", base="house/%prefix:do,said,tells%/%topic%")
HOSTED = device("tasmota", "plug", "desk", "desk-2", base="%prefix%/%hostname%/%topic%/")


def hears(*devices: Device) -> Registry:
    return Registry(list(devices), SITE_ZONE)


def off(to: Device, by: Registry) -> str:
    order = Command(CommandId("1"), SwitchOff(to.id), "", NOW, NOW + timedelta(minutes=1))
    (outgoing,) = by.encode(order, to, None, "")
    return outgoing.topic


def is_on(by: Registry, topic: str) -> bool | None:
    readings = by.decode(message(topic, '{"POWER":"ON"}'))
    return next((one.is_on for one in readings if isinstance(one, Power)), None)


def discovery(*prefixes: object, full: str = "%prefix%/%topic%/") -> str:
    words = ",".join(f'"{word}"' if isinstance(word, str) else "null" for word in prefixes)
    return f'{{"t":"desk-2","ft":"{full}","tp":[{words}],"rl":[1]}}'


def test_prefixes_that_the_configuration_names_are_used() -> None:
    by = hears(RENAMED)
    assert by.subscriptions() == [
        "house/said/desk-2/+",
        "house/tells/desk-2/+",
        "tasmota/discovery/+/config",
    ]
    assert is_on(by, "house/tells/desk-2/STATE") is True
    assert is_on(by, "house/tele/desk-2/STATE") is None
    assert off(RENAMED, by) == "house/do/desk-2/POWER"


def test_renamed_prefixes_are_learned_from_discovery_and_asked_for() -> None:
    by = hears(PLAIN)
    assert off(PLAIN, by) == "cmnd/desk-2/POWER"
    assert is_on(by, "tells/desk-2/STATE") is None
    by.decode(message("tasmota/discovery/02/config", discovery("do", "said", "tells"), retained=True))
    assert by.fresh_subscriptions() == ["tells/desk-2/+", "said/desk-2/+"]
    assert by.fresh_subscriptions() == []
    assert is_on(by, "said/desk-2/RESULT") is True
    assert off(PLAIN, by) == "do/desk-2/POWER"
    assert "tells/desk-2/+" in by.subscriptions(), "after a reconnect too"
    by.decode(message("tasmota/discovery/02/config", discovery("do", "said", "tells"), retained=True))
    assert by.fresh_subscriptions() == [], "known already"


@pytest.mark.parametrize(
    "prefixes", [(), ("a", "b"), ("a", "b", None), ("a", "b/c", "d"), ("a", "+", "d"), ("cmnd", "stat", "tele")]
)
def test_prefixes_that_are_none_change_nothing(prefixes: tuple[object, ...]) -> None:
    by = hears(PLAIN)
    by.decode(message("tasmota/discovery/02/config", discovery(*prefixes), retained=True))
    assert by.fresh_subscriptions() == []
    assert off(PLAIN, by) == "cmnd/desk-2/POWER"


def test_a_strangers_prefixes_are_announced_as_they_have_to_be_configured() -> None:
    by = Registry([], everything=True)
    told = message("tasmota/discovery/02/config", discovery("do", "said", "tells", full="x/%topic%/%prefix%/"))
    (found,) = by.decode(told)
    assert isinstance(found, Announced)
    assert found.address.base == "x/%topic%/%prefix:do,said,tells%/"


def test_any_host_is_heard_and_the_one_heard_is_answered() -> None:
    by = hears(HOSTED)
    assert by.subscriptions()[:2] == ["stat/+/desk-2/+", "tele/+/desk-2/+"]
    assert by.greetings() == [], "nobody knows yet where it listens"
    with pytest.raises(Refused, match="hostname"):
        off(HOSTED, by)
    assert is_on(by, "tele/office-7/other/STATE") is None
    assert is_on(by, "tele/a/b/desk-2/STATE") is None
    assert is_on(by, "tele/office-7/desk-2/STATE") is True
    assert off(HOSTED, by) == "cmnd/office-7/desk-2/POWER"
    assert [one.topic for one in by.greetings()] == ["cmnd/office-7/desk-2/STATUS"] * 2


def test_a_part_of_a_level_may_be_the_host_and_a_host_may_stand_twice() -> None:
    odd = device("tasmota", "plug", "desk", "desk-2", base="%prefix%/x_%hostname%/%hostname%/%topic%/")
    by = hears(odd)
    assert by.subscriptions()[0] == "stat/+/+/desk-2/+"
    assert is_on(by, "tele/x_a/b/desk-2/STATE") is None
    assert is_on(by, "tele/x_a/a/desk-2/STATE") is True
    assert off(odd, by) == "cmnd/x_a/a/desk-2/POWER"


def test_after_a_connect_each_topic_is_asked_for_state_and_sensors_once() -> None:
    strip = [device("tasmota", "plug", name, "strip", name) for name in ("1", "2")]
    asked = [(one.topic, one.payload) for one in hears(*strip).greetings()]
    assert asked == [("cmnd/strip/STATUS", b"11"), ("cmnd/strip/STATUS", b"10")]
