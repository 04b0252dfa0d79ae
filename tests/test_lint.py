"""Each file in tests/lint is a valid configuration with one fault, and says in its first lines where it is and its mend."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from daemon.command_line.lint import placed
from daemon.configuration.build import build_policies, build_site
from daemon.configuration.document import read_document
from daemon.configuration.load import parse
from dashboards.language.catalogs import languages
from policies.lint import lint
from policies.office.heard import NOTHING, Heard, hear
from policies.office.office import Office
from sensors.device import DeviceId
from sensors.readings import Climate, Occupancy, Power, Reading

FAULTY = sorted((Path(__file__).parent / "lint").glob("*.yaml"))
EXPECT, HEARD, ON = "# expect: ", "# heard: ", "# now: "
NOW = datetime(2026, 7, 15, 2, 0, tzinfo=UTC)


def said(path: Path, language: str = "en") -> list[str]:
    """What lint says about a file, without its name."""
    text = path.read_text(encoding="utf-8")
    configuration = parse(text, file=path.name, directory=path.parent)
    day = next((line.removeprefix(ON) for line in text.splitlines() if line.startswith(ON)), "")
    now = datetime.fromisoformat(day).replace(hour=2, tzinfo=UTC) if day else NOW
    office = Office(build_site(configuration), heard=heard(text))
    faults = lint(office, build_policies(configuration), now)
    spoken = languages(configuration.site.timezone)[language]
    document = read_document(text, path.name)
    return [one.sentence(path.name, spoken, now).removeprefix(f"{path.name}:") for one in placed(faults, document)]


def heard(text: str) -> Mapping[DeviceId, Heard]:
    """What the lines `# heard: device quantity value [days-ago]` say."""
    found: dict[DeviceId, Heard] = {}
    for line in text.splitlines():
        if line.startswith(HEARD):
            name, quantity, value, *old = line.removeprefix(HEARD).split()
            at = NOW - timedelta(days=3 if old else 0, minutes=1)
            found[DeviceId(name)] = hear(found.get(DeviceId(name), NOTHING), reading(name, quantity, float(value), at))
    return found


def reading(name: str, quantity: str, value: float, at: datetime) -> Reading:
    device = DeviceId(name)
    match quantity:
        case "room_celsius":
            return Climate(device=device, arrived_at=at, room_celsius=value)
        case "occupied":
            return Occupancy(device=device, arrived_at=at, occupied=bool(value))
        case "is_on":
            return Power(device=device, arrived_at=at, is_on=bool(value))
        case "watts":
            return Power(device=device, arrived_at=at, watts=value)
        case _:
            return Power(device=device, arrived_at=at, energy_kwh_total=value)


@pytest.mark.parametrize("path", FAULTY, ids=lambda path: path.stem)
def test_a_fault_is_told_with_its_place_and_its_mend(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    expected = [line.removeprefix(EXPECT) for line in lines if line.startswith(EXPECT)]

    assert said(path) == expected
    assert bool(expected) == (path.stem != "clean")


@pytest.mark.parametrize("path", FAULTY, ids=lambda path: path.stem)
def test_it_is_told_in_chinese_as_well(path: Path) -> None:
    english, chinese = said(path), said(path, "zh_CN")

    assert len(english) == len(chinese)
    for one, other in zip(english, chinese, strict=True):
        assert one.split(": ")[:2] == other.split(": ")[:2]
        assert any("一" <= letter <= "鿿" for letter in other.split(": ", 2)[2]), other


def test_there_are_at_least_twenty_five_faults_each_with_a_code_of_its_own() -> None:
    codes = {line.rpartition("[")[2] for path in FAULTY for line in said(path)}

    assert len(codes) >= 25
