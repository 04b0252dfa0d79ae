"""Home Assistant is told of rooms and cases in its own words, again when it asks, and never of people."""

import re
from datetime import timedelta

import msgspec
from changed import replace
from home_assistant_site import NORTH, RULE, Broker, Past, after_closing, two_rooms
from offices import EVENING, ROOM, WEDNESDAY

from daemon.engine.inbox import Item
from dashboards.home_assistant.values import closed_kwh, figures
from policies.history import JobRow, SlotRow
from policies.inputs import Asked
from policies.office.requests import SetMode
from sensors.families.homeassistant import HomeAssistant
from sensors.families.homeassistant_discovery import Component, announcement, place_of
from sensors.messages import Message

STATUS = "homeassistant/status"


def components(broker: Broker) -> list[Component]:
    """All that is announced, read by the decoder that reads other people's announcements."""
    found: list[Component] = []
    for topic, payload in sorted(broker.retained.items()):
        place = place_of("homeassistant", topic)
        if place is not None:
            found += announcement(place, payload).components
    return found


def requests(items: list[Item]) -> list[SetMode]:
    return [item.request for item in items if isinstance(item, Asked) and isinstance(item.request, SetMode)]


def test_a_room_with_a_plug_left_on_has_a_problem_and_an_unheard_room_neither_a_problem_nor_calm() -> None:
    broker = Broker()
    broker.look(after_closing())
    assert broker.values("room")["problems"] == {RULE.name: "ON"}
    assert broker.values("room")["cases"] == 1
    reasons = broker.values("room")["reasons"]
    assert isinstance(reasons, dict)
    assert reasons[RULE.name]["reasons"][0].startswith("Screen: ")
    assert broker.values("north")["problems"] == {RULE.name: None}
    assert broker.values("north")["cases"] is None
    assert broker.values("SITE")["breaking"] == 1


def test_a_case_within_its_grace_is_no_problem_yet() -> None:
    broker = Broker()
    broker.look(after_closing(minutes=0.5))
    assert broker.values("room")["problems"] == {RULE.name: "OFF"}


def test_our_own_decoder_reads_every_part_back_with_its_topics_and_takes_none_for_a_device() -> None:
    broker = Broker(may_arm=True)
    broker.look(after_closing())
    found = components(broker)
    assert len({one.key for one in found}) == len(found) == 10
    for one in found:
        assert one.config["availability_topic"] == "officed/test/status"
        assert one.config["state_topic"] in broker.retained
        assert one.origin == "officed"
    family = HomeAssistant()
    for topic, payload in broker.retained.items():
        decoder = family.route(topic, {})
        if decoder is not None:
            assert not decoder(Message(topic, payload, EVENING, retained=True))


def test_every_template_finds_its_value() -> None:
    broker = Broker(may_arm=True)
    broker.look(after_closing())
    for one in components(broker):
        values = msgspec.json.decode(broker.retained[str(one.config["state_topic"])])
        found = re.fullmatch(r"\{\{ value_json\.(\w+)(?:\['([a-z-]+)'\])? \}\}", str(one.config["value_template"]))
        assert found is not None
        assert found[1] in values
        assert found[2] is None or found[2] in values[found[1]]


def test_unique_ids_stay_the_same_when_names_change() -> None:
    first, second = Broker(), Broker()
    state = after_closing()
    first.look(state)
    site = state.office.site
    zones = {name: replace(zone, names={"en": "Renamed"}) for name, zone in site.zones.items()}
    second.look(replace(state, office=replace(state.office, site=replace(site, zones=zones, language="zh_CN"))))
    assert {one.key for one in components(first)} == {one.key for one in components(second)}
    assert second.config("SITE") != first.config("SITE")


def test_no_person_is_named() -> None:
    broker = Broker(may_arm=True)
    broker.look(after_closing())
    assert all(b"Li Na" not in payload for _, payload in broker.log)


def test_everything_is_on_topics_of_our_own() -> None:
    broker = Broker(may_arm=True)
    broker.look(after_closing())
    assert all(
        topic.startswith(("officed/test/home_assistant/", "homeassistant/device/officed/test-"))
        for topic, _ in broker.log
    )


def test_values_come_before_announcements_and_only_changes_are_said_again() -> None:
    broker = Broker()
    state = after_closing()
    said = [topic for topic, _ in broker.look(state)]
    assert [topic.endswith("/config") for topic in said] == [False] * 3 + [True] * 3
    assert broker.look(state) == []
    assert [topic for topic, _ in broker.look(two_rooms())] == [
        "officed/test/home_assistant/room",
        "officed/test/home_assistant/SITE",
    ]


def test_birth_of_home_assistant_and_a_new_connection_repeat_everything_and_its_death_nothing() -> None:
    broker = Broker()
    state = after_closing()
    first = broker.look(state)
    broker.say(STATUS, b"offline")
    assert broker.look(state) == []
    broker.say(STATUS, b"online")
    assert broker.look(state) == first
    broker.connection = "second"
    assert broker.look(state) == first
    broker.connection = None
    assert broker.look(two_rooms()) == []


def test_a_room_that_is_gone_is_taken_back() -> None:
    broker = Broker()
    state = after_closing()
    broker.look(state)
    site = state.office.site
    zones = {name: zone for name, zone in site.zones.items() if name != NORTH}
    devices = {name: device for name, device in site.devices.items() if device.zone != NORTH}
    smaller = replace(state, office=replace(state.office, site=replace(site, zones=zones, devices=devices)))
    broker.look(smaller)
    assert not any("north" in topic for topic in broker.retained)


def test_what_an_earlier_run_announced_is_taken_back_and_what_others_announce_is_not() -> None:
    broker = Broker()
    ours = "homeassistant/device/officed/test-ROOM-old/config"
    others = ["homeassistant/device/officed/test2-ROOM-old/config", "homeassistant/device/lamp/config"]
    for topic in (ours, *others):
        broker.say(topic, b'{"components":{}}', retained=True)
    said = broker.look(after_closing())
    assert (ours, b"") in said
    assert not {topic for topic, _ in said} & set(others)


def test_a_rule_that_is_gone_is_removed_by_its_platform_alone_and_then_left_out() -> None:
    broker = Broker()
    state = after_closing()
    broker.look(state)
    said = broker.look(replace(state, policies=(), cases={}))
    configs = [msgspec.json.decode(payload) for topic, payload in said if topic.endswith("test-ROOM-room/config")]
    assert configs[0]["components"][f"problem-{RULE.name}"] == {"platform": "binary_sensor"}
    assert list(configs[1]["components"]) == ["cases"]
    again = Broker()
    before = msgspec.json.encode({"components": {"problem-old": {"platform": "binary_sensor", "unique_id": "x"}}})
    again.say("homeassistant/device/officed/test-ROOM-room/config", before, retained=True)
    first = next(payload for topic, payload in again.look(state) if topic.endswith("test-ROOM-room/config"))
    assert msgspec.json.decode(first)["components"]["problem-old"] == {"platform": "binary_sensor"}
    assert "problem-old" not in str(again.config("ROOM-room"))


def test_our_own_announcement_that_comes_back_to_us_changes_nothing() -> None:
    broker = Broker()
    state = after_closing()
    broker.look(state)
    broker.say("homeassistant/device/officed/test-ROOM-room/config", b'{"components":{"a":{"platform":"sensor"}}}')
    assert broker.look(state) == []


def test_a_case_about_a_print_job_is_not_shown_because_it_is_about_somebody() -> None:
    state = after_closing()
    past = {
        key: msgspec.structs.replace(case, finding=msgspec.structs.replace(case.finding, past=True))
        for key, case in state.cases.items()
    }
    broker = Broker()
    broker.look(replace(state, cases=past))
    assert broker.values("room")["problems"] == {RULE.name: "OFF"}


def test_what_a_meter_measures_is_not_counted_twice() -> None:
    site = two_rooms().office.site
    devices = {
        name: msgspec.structs.replace(one, meter="lamp" if name == "plug" else None)
        for name, one in site.devices.items()
    }
    at = EVENING + timedelta(hours=1)
    slots = [SlotRow(at=at, device=name, zone=ROOM, energy_kwh=0.5) for name in devices]
    assert closed_kwh(replace(site, devices=devices), slots) == 0.5


def test_nonsense_under_our_name_is_overwritten() -> None:
    broker = Broker()
    broker.say("homeassistant/device/officed/test-SITE/config", b"\xff[", retained=True)
    broker.look(after_closing())
    assert "components" in broker.config("SITE")


def test_switched_off_it_takes_back_what_was_announced_and_says_nothing_else() -> None:
    broker = Broker(enabled=False, may_arm=True)
    broker.say("homeassistant/device/officed/test-SITE/config", b"{}", retained=True)
    assert broker.look(after_closing()) == [("homeassistant/device/officed/test-SITE/config", b"")]
    assert not any("/set" in topic for topic in broker.shown.subscriptions)


def test_a_switch_asks_for_a_mode_in_the_audit_trail_and_shows_what_the_desk_decided() -> None:
    broker = Broker(may_arm=True)
    broker.say("officed/test/home_assistant/after-hours/set", b"ON")
    broker.say("officed/test/home_assistant/after-hours/set", b"OFF")
    assert requests(broker.engine) == [
        SetMode("after-hours", "enforce", "switched in Home Assistant"),
        SetMode("after-hours", "watch", "switched in Home Assistant"),
    ]
    broker.look(after_closing())
    assert broker.values("SITE")["acts"] == {"after-hours": "OFF"}


def test_no_rule_is_armed_by_retained_or_queued_or_foreign_or_odd_messages_nor_where_it_is_not_allowed() -> None:
    broker = Broker(may_arm=True)
    topic = "officed/test/home_assistant/after-hours/set"
    broker.say(topic, b"ON", retained=True)
    broker.say(topic, b"ON", backlog=True)
    broker.say(topic, b"on")
    broker.say("officed/other/home_assistant/after-hours/set", b"ON")
    silent = Broker()
    silent.say(topic, b"ON")
    silent.look(after_closing())
    assert requests(broker.engine) == requests(silent.engine) == []
    assert not any("/set" in filter_ for filter_ in silent.shown.subscriptions)
    assert not any(one.platform == "switch" for one in components(silent))


def test_batches_reach_the_engine_as_they_are() -> None:
    broker = Broker()
    broker.say("zigbee2mqtt/plug", b"{}")
    assert len(broker.engine) == 1


def test_the_figures_are_of_closed_hours_and_of_what_could_be_printed_on_both_sides() -> None:
    site = two_rooms().office.site
    slots = [
        SlotRow(at=WEDNESDAY, device="plug", zone=ROOM, energy_kwh=5.0),
        SlotRow(at=EVENING + timedelta(hours=1), device="plug", zone=ROOM, energy_kwh=0.25),
        SlotRow(at=EVENING + timedelta(hours=2), device="plug", zone=ROOM, energy_kwh=None),
        SlotRow(at=EVENING + timedelta(hours=2), device="plug", zone="gone", energy_kwh=7.0),
    ]
    jobs = [
        JobRow(
            at=EVENING,
            device="copier",
            job=str(number),
            state="completed",
            sheets=2,
            impressions=impressions,
            duplexable=could,
            two_sided=word,
        )
        for number, (impressions, could, word) in enumerate([(4, True, "yes"), (4, True, "no"), (2, False, "no")])
    ]
    assert closed_kwh(site, slots) == 0.25
    assert closed_kwh(site, slots[:1]) is None
    found = figures([None, 0.25, 0.5], jobs)
    assert (found.after_hours_kwh, found.duplex_percent, found.sheets) == (0.75, 50.0, 6)
    empty = figures([], [])
    assert (empty.after_hours_kwh, empty.duplex_percent, empty.sheets) == (None, None, None)


def test_the_months_figures_reach_the_office() -> None:
    slot = SlotRow(at=EVENING - timedelta(hours=20), device="plug", zone=ROOM, energy_kwh=0.25)
    past = Past([slot])
    broker = Broker(past=past)
    broker.look(after_closing())
    assert broker.values("SITE")["after_hours_kwh"] == 0.25
    assert broker.values("SITE")["duplex_percent"] is None
    asked = len(past.asked)
    assert asked == 15  # 1 July to the 15th, day by day
    broker.shown._count(two_rooms().office.site, EVENING)
    assert [start.day for start in past.asked[asked:]] == [10, 11, 12, 13, 14]  # UTC: midnight in Shanghai is 16:00
