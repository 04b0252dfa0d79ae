"""How small values are read: hours, durations, sizes, names, and the traps of YAML 1.1."""

from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

from daemon.configuration.build import build_policies, build_site
from daemon.configuration.load import parse
from daemon.configuration.opening_hours import parse_days, parse_spans, weekly
from daemon.configuration.schema import Configuration
from sensors.device import Address, DeviceId, ZoneId

HEAD = """\
site: {id: hq, names: Head office, timezone: Europe/Berlin}
zones:
  hall: {names: Hall, hours: {mon-fri: 08:00-18:00}}
broker: {host: localhost}
"""


def read(more: str) -> Configuration:
    return parse(HEAD + more, file="office.yaml", directory=Path("/etc/officed"))


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("mon", (0,)),
        ("mon-fri", (0, 1, 2, 3, 4)),
        ("Sat, Sun", (5, 6)),
        ("sun-tue", (6, 0, 1)),
        ("mon-wed, fri", (0, 1, 2, 4)),
        ("daily", (0, 1, 2, 3, 4, 5, 6)),
        ("周一至周五", (0, 1, 2, 3, 4)),
        ("周六、周日", (5, 6)),
        ("周末", (5, 6)),
    ],
)
def test_days_are_read_as_people_write_them(text: str, days: tuple[int, ...]) -> None:
    assert parse_days(text) == days


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("08:30-12:00, 13:00-18:00", ((510, 720), (780, 1080))),
        ("8:30 - 12:00", ((510, 720),)),
        ("closed", ()),
        ("休息", ()),
        ("00:00-24:00", ((0, 1440),)),
        ("22:00-06:00", ((1320, 1800),)),
        ("22:00-00:00", ((1320, 1440),)),
        ("08：30–12：00，13：00–18：00", ((510, 720), (780, 1080))),
    ],
)
def test_hours_are_read_as_people_write_them(text: str, spans: tuple[tuple[int, int], ...]) -> None:
    assert parse_spans(text) == spans


@pytest.mark.parametrize("text", ["", "24:00-08:00", "08:60-09:00", "08:00-24:01", "08:00", "8-9", "08:00-09:00,", "-"])
def test_hours_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="must be"):
        parse_spans(text)


def test_spans_may_touch_but_not_overlap() -> None:
    assert weekly({"mon": ((0, 600), (600, 700))}).weekly[0] == ((0, 600), (600, 700))
    with pytest.raises(ValueError, match="Monday overlap"):
        weekly({"mon": ((0, 601), (600, 700))})


def test_a_night_may_end_when_the_next_day_begins_also_on_sunday() -> None:
    weekly({"sun": ((1320, 1800),), "mon": ((360, 700),)})
    with pytest.raises(ValueError, match="Sunday overlap"):
        weekly({"sun": ((1320, 1800),), "mon": ((359, 700),)})


def test_words_that_yaml_1_1_takes_for_something_else_stay_words() -> None:
    configuration = read(
        "devices:\n  no: {kind: plug, family: tasmota, address: off, channel: 010, zone: hall, names: yes}\n"
    )
    device = build_site(configuration).devices[DeviceId("no")]
    assert device.address == Address(family="tasmota", name="off", channel="010")
    assert device.names == {"en": "yes", "zh_CN": "yes"}


def test_a_floor_may_be_a_number_and_a_name_one_text_for_all_languages() -> None:
    configuration = parse(HEAD.replace("{names: Hall,", "{names: Hall, floor: 3,"), file="x", directory=Path())
    zone = build_site(configuration).zones[ZoneId("hall")]
    assert zone.floor == "3"
    assert zone.names == {"en": "Hall", "zh_CN": "Hall"}


@pytest.mark.parametrize(
    ("text", "span"),
    [("90s", 90), ("5m", 300), ("5 min", 300), ("1h30m", 5400), ("2 d", 172800), ("1w", 604800), ("10.5s", 10.5)],
)
def test_durations_carry_their_unit(text: str, span: float) -> None:
    devices = f"devices:\n  a: {{kind: plug, family: tasmota, address: a, zone: hall, silent_after: {text}}}\n"
    assert build_site(read(devices)).devices[DeviceId("a")].silent_after_seconds == span


def test_milliseconds_are_not_minutes() -> None:
    configuration = parse(HEAD.replace("localhost}", "localhost, max_ingest_delay: 5ms}"), file="x", directory=Path())
    assert configuration.broker.max_ingest_delay == timedelta(milliseconds=5)


@pytest.mark.parametrize(("text", "size"), [("500 MB", 500_000_000), ("2GB", 2 * 10**9), ("1.5 GiB", 1_610_612_736)])
def test_sizes_carry_their_unit(text: str, size: int) -> None:
    assert read(f"store: {{max_size: {text}}}\n").store.max_size == size


def test_silence_is_left_to_the_family_where_nothing_is_said() -> None:
    configuration = read("devices:\n  a: {kind: plug, family: tasmota, address: a, zone: hall}\n")
    assert build_site(configuration).devices[DeviceId("a")].silent_after_seconds is None


@pytest.mark.parametrize(
    ("keys", "base", "gateway"),
    [
        ("family: zigbee2mqtt", "", "zigbee2mqtt"),
        ("family: zigbee2mqtt, base_topic: zigbee2mqtt/", "", "zigbee2mqtt"),
        ("family: zigbee2mqtt, base_topic: floors/2", "floors/2", "floors/2"),
        ("family: tasmota, full_topic: '%prefix%/%topic%/'", "", ""),
        ("family: tasmota, full_topic: '%topic%/%prefix%/'", "%topic%/%prefix%/", ""),
        ("family: tasmota, full_topic: '%prefix:do,said,tells%/%topic%'", "%prefix:do,said,tells%/%topic%", ""),
        ("family: homie, base_topic: homie", "", ""),
        ("family: homie, base_topic: house/homie/5", "house/homie/5", ""),
        ("family: shelly_gen2", "", ""),
    ],
)
def test_the_family_hears_of_a_base_topic_only_where_it_is_not_its_own(keys: str, base: str, gateway: str) -> None:
    configuration = read(f"devices:\n  a: {{kind: plug, address: a, zone: hall, {keys}}}\n")
    device = build_site(configuration).devices[DeviceId("a")]
    assert (device.address.base, device.gateway) == (base, gateway)


@pytest.mark.parametrize(
    ("kind", "family", "load"),
    [
        ("climate", "tasmota", "air_conditioner"),
        ("light", "tasmota", "lighting"),
        ("printer", "print_job", "printer"),
        ("plug", "tasmota", "other"),
    ],
)
def test_the_load_follows_the_kind_where_nothing_is_said(kind: str, family: str, load: str) -> None:
    configuration = read(f"devices:\n  a: {{kind: {kind}, family: {family}, address: a, zone: hall}}\n")
    assert build_site(configuration).devices[DeviceId("a")].load == load


def test_paths_that_are_left_out_lie_beside_the_configuration_too() -> None:
    configuration = read("")
    assert configuration.journal.path == Path("/etc/officed/var/journal.sqlite")
    assert configuration.store.path == Path("/etc/officed/var/history.sqlite")


def test_a_configuration_cannot_be_changed_after_it_was_checked() -> None:
    configuration = read("")
    with pytest.raises(ValidationError, match="frozen"):
        configuration.broker.port = 1  # type: ignore[misc]  # that is the point


def test_an_absolute_path_stays_where_it_is() -> None:
    assert read("journal: {path: /var/lib/officed/journal.sqlite}\n").journal.path == Path(
        "/var/lib/officed/journal.sqlite"
    )


@pytest.mark.parametrize("bind", ["127.0.0.1:8080", "localhost:80", "'[::1]:8080'", "127.9.9.9:65535"])
def test_the_board_may_be_bound_to_any_loopback_address(bind: str) -> None:
    board = read(f"board: {{bind: {bind}}}\n").board
    assert f"{board.host}:{board.port}" == bind.replace("'", "").replace("[", "").replace("]", "")


def test_the_port_of_the_broker_follows_tls() -> None:
    assert read("").broker.effective_port == 1883
    text = HEAD.replace("localhost}", "localhost, tls: {}}")
    assert parse(text, file="x", directory=Path()).broker.effective_port == 8883


def test_a_rule_of_the_site_replaces_its_namesake_from_a_pack() -> None:
    more = "packs: [cn-2007-42]\npolicies:\n  - {kind: setpoint_limit, name: cn-2007-42-setpoint, mode: enforce, grace: 9m}\n"
    policies = build_policies(read(more))
    assert [(policy.name, policy.mode, policy.grace) for policy in policies] == [
        ("cn-2007-42-setpoint", "enforce", timedelta(minutes=9))
    ]


@pytest.mark.parametrize(("line", "mode"), [("cn-2007-42", "watch"), ("{pack: cn-2007-42, mode: enforce}", "enforce")])
def test_a_pack_watches_unless_the_site_says_enforce(line: str, mode: str) -> None:
    assert [policy.mode for policy in build_policies(read(f"packs:\n  - {line}\n"))] == [mode]
