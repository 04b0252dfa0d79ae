"""A virtual office is a function of its plan, its seed and the calls: the same ones bring the same bytes."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sensors.virtual.building import VirtualOffice
from sensors.virtual.plan import Plan
from sensors.virtual.plans import demo_faults, demo_plan, plan, room_plan
from sensors.virtual.said import Said

MORNING = datetime(2026, 7, 8, 23, 0, tzinfo=UTC)


def day(office: VirtualOffice, hours: int = 6) -> list[Said]:
    return [said for hour in range(hours + 1) for said in office.advance(MORNING + timedelta(hours=hour))]


def by_topic(said: list[Said]) -> Mapping[str, list[bytes]]:
    topics: dict[str, list[bytes]] = {}
    for each in said:
        topics.setdefault(each.topic, []).append(each.payload)
    return topics


def joined(first: Plan, second: Plan) -> Plan:
    return replace(first, zones=first.zones + second.zones, devices=first.devices + second.devices)


def test_the_same_seed_says_the_same_bytes_with_all_faults_on() -> None:
    first, second = (day(VirtualOffice(demo_plan(), 7, demo_faults())) for _ in range(2))
    assert len(first) > 4000
    assert first == second


def test_another_seed_is_another_office() -> None:
    assert day(VirtualOffice(demo_plan(), 7)) != day(VirtualOffice(demo_plan(), 8))


def test_it_does_not_matter_how_often_the_clock_is_shown() -> None:
    seldom = VirtualOffice(demo_plan(), 3)
    often = VirtualOffice(demo_plan(), 3)
    said = day(seldom, 2)
    steps = [often.advance(MORNING + timedelta(seconds=7 * step)) for step in range(2 * 3600 // 7)]
    steps.append(often.advance(MORNING + timedelta(hours=2)))
    assert [each for step in steps for each in step] == said


def test_messages_come_in_the_order_of_their_instants_and_never_from_the_future() -> None:
    office = VirtualOffice(demo_plan(), 5)
    last = datetime.min.replace(tzinfo=UTC)
    for minute in range(0, 240, 7):
        now = MORNING + timedelta(minutes=minute)
        for said in office.advance(now):
            assert last <= said.at <= now
            last = said.at


def test_a_device_in_another_room_changes_nothing_for_the_others() -> None:
    room = room_plan("cool2", "eye", "pc", "gang", "water", "air", "window", people=3)
    more = joined(room, room_plan("cool1", "pc", "eye", zone="annex"))
    alone = by_topic(day(VirtualOffice(room, 4), 12))
    together = by_topic(day(VirtualOffice(more, 4), 12))
    assert any(topic.startswith("zigbee2mqtt/annex/") for topic in together)
    for topic, payloads in alone.items():
        if topic != "zigbee2mqtt/bridge/devices":
            assert together[topic] == payloads, topic


def test_a_house_has_exactly_as_many_devices_as_asked_for_and_all_ids_and_addresses_differ() -> None:
    for wanted in (1, 10, 97, 100, 1000):
        house = plan(wanted)
        ids = {planned.id for planned in house.devices}
        assert len(ids) == len({planned.device.address for planned in house.devices}) == wanted
        assert all(planned.device.meter is None or planned.device.meter in ids for planned in house.devices)
        assert len(house.gateways) == max(1, -(-wanted // 100))
