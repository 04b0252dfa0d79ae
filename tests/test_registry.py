"""One way from a message to readings: topics are remembered, refusals counted, replays are not news."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

import msgspec
import pytest
from family_office import NOW, OFFICES, device, message, registry

from sensors.device import Address, Device
from sensors.families.zigbee2mqtt import Zigbee2Mqtt
from sensors.family import Decoder
from sensors.liveness import REPLAY
from sensors.messages import Message
from sensors.registry import REFUSALS_REMEMBERED, TOPICS_REMEMBERED, Registry

SECOND = timedelta(seconds=1)
DESK = "zigbee2mqtt/Desk/Plug 1"


def is_live(hears: Registry, topic: str = DESK, seconds: float = 0, payload: str = '{"state":"ON"}') -> bool:
    (said,) = hears.decode(message(topic, payload, at=NOW + seconds * SECOND))
    return said.live


def test_each_family_asks_for_its_own_topics_only() -> None:
    devices = [
        device("zigbee2mqtt", "plug", "a", "Desk/Plug 1"),
        device("zigbee2mqtt", "plug", "b", "Desk/Plug 1", "l2"),
        device("tasmota", "plug", "c", "desk-2"),
        device("shelly_gen2", "plug", "d", "office/7"),
        device("print_job", "printer", "e", "laser"),
    ]
    assert Registry(devices).subscriptions() == [
        "zigbee2mqtt/bridge/state",
        "zigbee2mqtt/bridge/devices",
        "zigbee2mqtt/bridge/logging",
        "zigbee2mqtt/Desk/Plug 1",
        "zigbee2mqtt/Desk/Plug 1/+",
        "stat/desk-2/+",
        "tele/desk-2/+",
        "tasmota/discovery/+/config",
        "office/7/events/rpc",
        "office/7/status/+",
        "office/7/online",
        "officed/rpc",
        "officed/print/laser/job",
        "officed/print/laser/counter",
    ]
    assert Registry([]).subscriptions() == []


def test_discovery_hears_families_that_no_device_uses() -> None:
    hears = Registry([], everything=True)
    assert "zigbee2mqtt/bridge/devices" in hears.subscriptions()
    assert "tasmota/discovery/+/config" in hears.subscriptions()
    found = hears.decode(message("zigbee2mqtt/bridge/devices", '[{"friendly_name":"New","definition":null}]'))
    assert [msgspec.to_builtins(one)["address"]["name"] for one in found] == ["New"]


def test_a_refused_payload_is_counted_by_topic_with_its_last_reason() -> None:
    hears = registry("zigbee2mqtt")
    assert hears.decode(message(DESK, "{")) == ()
    assert hears.decode(message(DESK, "[]", at=NOW + SECOND)) == ()
    refusal = hears.refusals[DESK]
    assert (refusal.count, refusal.last_at) == (2, NOW + SECOND)
    assert refusal.words == "a JSON list where an object belongs"


def test_refusals_are_bounded_and_the_oldest_goes_first() -> None:
    plugs = [device("tasmota", "plug", f"p{n}", f"p{n}") for n in range(REFUSALS_REMEMBERED + 2)]
    hears = Registry(plugs)
    for plug in plugs:
        hears.decode(message(f"tele/{plug.address.name}/STATE", "{"))
    assert len(hears.refusals) == REFUSALS_REMEMBERED
    assert "tele/p0/STATE" not in hears.refusals
    assert f"tele/p{REFUSALS_REMEMBERED + 1}/STATE" in hears.refusals


def test_a_strange_topic_is_looked_up_once_and_not_remembered_for_ever() -> None:
    class Asked(Zigbee2Mqtt):
        asked = 0

        def route(self, topic: str, devices: Mapping[Address, Device]) -> Decoder | None:
            Asked.asked += 1
            return super().route(topic, devices)

    hears = registry("zigbee2mqtt")
    hears._families["zigbee2mqtt"] = Asked()
    for _ in range(3):
        assert hears.decode(message("zigbee2mqtt/stranger", "{}")) == ()
        assert len(hears.decode(message(DESK, "{}"))) == 1
    assert Asked.asked == 2
    for number in range(TOPICS_REMEMBERED + 5):
        hears.decode(message(f"nobody/{number}", "{}"))
    assert len(hears._strangers) <= TOPICS_REMEMBERED
    assert len(hears._decoders) == 1


def test_states_that_come_with_a_gateway_are_its_cache_and_no_news() -> None:
    hears = registry("zigbee2mqtt")
    assert is_live(hears)
    hears.decode(message("zigbee2mqtt/bridge/state", '{"state":"online"}'))
    assert not is_live(hears)
    assert not is_live(hears, seconds=REPLAY.total_seconds())
    assert is_live(hears, "upstairs/z2m/Plug", seconds=1), "another bridge is not concerned"
    assert is_live(hears, seconds=REPLAY.total_seconds() + 1)
    assert is_live(hears), "and the window stays closed"


def test_availability_and_failures_are_news_while_a_gateway_replays() -> None:
    hears = registry("zigbee2mqtt")
    hears.decode(message("zigbee2mqtt/bridge/state", "online"))
    failed = '{"level":"error","message":"Publish \'set\' \'state\' to \'Desk/Plug 1\' failed"}'
    assert is_live(hears, "zigbee2mqtt/bridge/logging", payload=failed)


def test_when_a_gateway_came_that_is_online_already_is_not_known() -> None:
    hears = registry("zigbee2mqtt")
    hears.decode(message("zigbee2mqtt/bridge/state", "online", retained=True))
    assert not is_live(hears, seconds=1)


def test_a_gateway_that_leaves_replays_nothing() -> None:
    hears = registry("zigbee2mqtt")
    hears.decode(message("zigbee2mqtt/bridge/state", "online"))
    hears.decode(message("zigbee2mqtt/bridge/state", "offline", at=NOW + SECOND))
    assert is_live(hears, seconds=2)


def test_what_was_queued_for_us_is_no_news() -> None:
    queued = Message(topic=DESK, payload=b'{"state":"ON"}', arrived_at=NOW, backlog=True)
    assert [said.live for said in registry("zigbee2mqtt").decode(queued)] == [False]


def test_the_longer_name_wins_and_an_attribute_is_not_a_device() -> None:
    plugs = [device("zigbee2mqtt", "plug", "a", "x"), device("zigbee2mqtt", "plug", "b", "x/power")]
    hears = Registry(plugs)
    assert [said.device for said in hears.decode(message("zigbee2mqtt/x/power", '{"power":1}'))] == ["b"]
    assert [said.device for said in hears.decode(message("zigbee2mqtt/x/energy", "1"))] == ["a"]


@pytest.mark.parametrize(
    ("topic", "expected"),
    [
        ("zigbee2mqtt/Desk/Plug 1/set", 0),
        ("zigbee2mqtt/Desk/Plug 1/set/state", 0),
        ("zigbee2mqtt/Desk/Plug 1/get", 0),
        ("zigbee2mqtt/Desk/Plug", 0),
        ("zigbee2mqtt/desk/plug 1", 0),
        ("zigbee2mqtt/bridge/info", 0),
        ("zigbee2mqtt/bridge/request/device/remove", 0),
        ("zigbee2mqttx/Desk/Plug 1", 0),
        (DESK, 1),
    ],
)
def test_only_a_known_name_below_a_known_base_is_ours(topic: str, expected: int) -> None:
    assert len(registry("zigbee2mqtt").decode(message(topic, '{"state":"ON"}'))) == expected


def test_silence_is_longer_for_what_sleeps_and_what_is_configured_wins() -> None:
    plug, window = device("zigbee2mqtt", "plug", "a", "a"), device("zigbee2mqtt", "contact", "b", "b")
    own = msgspec.structs.replace(plug, silent_after_seconds=90)
    hears = Registry([plug, window])
    assert hears.silent_after(plug) == timedelta(hours=1)
    assert hears.silent_after(window) == timedelta(hours=25)
    assert hears.silent_after(own) == timedelta(seconds=90)
    for one in OFFICES["tasmota"]:
        assert registry("tasmota").silent_after(one) == timedelta(minutes=16), "Tasmota runs on mains"


def test_a_local_stamp_is_believed_only_with_the_zone_of_the_site() -> None:
    payload = '{"Time":"2026-03-02T16:01:30","POWER":"ON"}'
    plugs: Sequence[Device] = OFFICES["tasmota"]
    (without,) = Registry(plugs).decode(message("tele/desk-2/STATE", payload))
    (with_zone,) = Registry(plugs, ZoneInfo("Asia/Shanghai")).decode(message("tele/desk-2/STATE", payload))
    assert (without.device_at, without.live) == (None, True)
    assert (with_zone.device_at, with_zone.live) == (NOW - timedelta(minutes=13, seconds=30), False)
