"""office.example.yaml is what people start from: it loads as it stands, and shows every family of the first day."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from daemon.configuration.build import build_policies, build_site
from daemon.configuration.load import load
from daemon.configuration.schema import Configuration
from policies.office.site import Site
from sensors.device import Address, DeviceId, ZoneId

EXAMPLE = Path(__file__).parents[1] / "office.example.yaml"


@pytest.fixture(scope="module", name="configuration")
def _configuration() -> Configuration:
    return load(EXAMPLE)


@pytest.fixture(scope="module", name="site")
def _site(configuration: Configuration) -> Site:
    return build_site(configuration)


def test_the_example_points_editors_to_its_schema() -> None:
    assert EXAMPLE.read_text(encoding="utf-8").startswith("# yaml-language-server: $schema=office.schema.json\n")


def test_the_example_loads_without_a_problem_and_is_a_whole_office(site: Site) -> None:
    assert len(site.zones) == 6
    assert len(site.devices) >= 20
    families = {device.address.family for device in site.devices.values()}
    assert families == {"zigbee2mqtt", "tasmota", "shelly_gen2", "mapped", "print_job"}
    assert all(set(zone.names) == {"en", "zh_CN"} for zone in site.zones.values())


def test_nothing_in_the_example_acts_before_somebody_says_so(configuration: Configuration) -> None:
    policies = build_policies(configuration)
    assert [policy.name for policy in policies] == ["cn-2007-42-setpoint", "after-hours"]
    assert {policy.mode for policy in policies} == {"watch"}


def test_the_change_to_the_pack_reaches_its_rule_with_the_citation(configuration: Configuration) -> None:
    setpoint = build_policies(configuration)[0]
    assert setpoint.grace == timedelta(minutes=5)
    assert setpoint.citation is not None
    assert setpoint.citation.document == "国办发〔2007〕42号"


def test_a_device_is_built_as_written(site: Site) -> None:
    device = site.devices[DeviceId("open-plan-monitors")]
    assert device.address == Address(family="tasmota", name="plug-monitors")
    assert (device.zone, device.load, device.switchable) == ("open-plan", "monitor", True)
    assert (device.standby_watts, device.busy_watts) == (4.0, 400.0)
    assert device.names == {"en": "Monitors in row 1", "zh_CN": "第一排显示器"}


def test_a_preset_and_a_bridge_of_ones_own_know_their_topics(site: Site) -> None:
    unit, boiler = (site.devices[DeviceId(name)].mapping for name in ("pantry-ac", "pantry-boiler"))
    assert unit is not None
    assert unit.instructions.setpoint is not None
    assert unit.instructions.setpoint.topic == "hvac/pantry/temp/set"
    assert boiler is not None
    assert {signal.source.topic for signal in boiler.signals} == {"modbus/7/registers", "modbus/7/status"}
    assert boiler.instructions.off is not None
    assert (boiler.instructions.off.topic, boiler.instructions.off.payload) == (
        "modbus/7/write",
        '{"coil":0,"value":false}',
    )


def test_the_guard_room_is_open_across_midnight(site: Site) -> None:
    hours = site.zones[ZoneId("guard-room")].hours
    friday_night = datetime(2026, 11, 20, 15, 30, tzinfo=UTC)  # 23:30 in Shanghai
    assert site.calendar.is_open(hours, friday_night)
    assert site.calendar.is_open(hours, friday_night + timedelta(hours=8))
    assert not site.calendar.is_open(hours, friday_night + timedelta(hours=9))


def test_files_are_found_from_the_folder_of_the_configuration(configuration: Configuration) -> None:
    assert configuration.store.path == EXAMPLE.parent / "var" / "history.sqlite"
    assert configuration.journal.path == EXAMPLE.parent / "var" / "journal.sqlite"


def test_the_quoted_parts_of_the_example_load_as_well(tmp_path: Path) -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    text = text.replace("store:\n  path", "xstore:\n  path").replace("notices: []\n", "")
    for key in ("username", "password_file", "tls"):
        text = text.replace(f"  # {key}", f"  {key}")
    for line in ("influxdb:", "  url:", "  org:", "  bucket:", "  token_file:", "notices:", "  - to:", "    url_file:"):
        text = text.replace(f"\n# {line}", f"\n{line}")
    start, end = text.index("xstore:"), text.index("\nboard:")
    path = tmp_path / "office.yaml"
    path.write_text(text[:start] + text[end:], encoding="utf-8")
    configuration = load(path)
    assert configuration.influxdb is not None
    assert configuration.influxdb.token_file == tmp_path / "secrets" / "influxdb-token"
    assert configuration.broker.tls is not None
    assert configuration.notices[0].to == "manager"
