"""Whatever the file holds, the answer is a Configuration or a ConfigError: no traceback, no secret, no long wait."""

from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from time import process_time

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from daemon.configuration.build import build_policies, build_site
from daemon.configuration.load import MAX_BYTES, load, parse
from daemon.configuration.problem import ConfigError

EXAMPLE = (Path(__file__).parents[1] / "office.example.yaml").read_text(encoding="utf-8")
SECRET = "tr0ub4dor-and-3"
HEAD = """\
site: {id: hq, names: Head office, timezone: Europe/Berlin}
zones:
  hall: {names: Hall, hours: {mon-fri: 08:00-18:00}}
broker: {host: localhost}
"""


def answer(text: str) -> str:
    """The problems, or nothing; anything but a ConfigError ends the test."""
    try:
        configuration = parse(text, file="office.yaml", directory=Path("/etc"))
    except ConfigError as error:
        return checked(error)
    build_site(configuration)
    build_policies(configuration)
    return ""


def checked(error: ConfigError) -> str:
    """One line a problem, each with its place."""
    assert error.problems
    assert all(str(problem).startswith("office.yaml:") for problem in error.problems)
    assert len(str(error).split("\n")) == len(error.problems)
    return str(error)


def places(node: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    found = [path] if path else []
    if isinstance(node, dict):
        for key, value in node.items():
            found += places(value, (*path, key))
    elif isinstance(node, list):
        for index, value in enumerate(node):
            found += places(value, (*path, index))
    return found


WHOLE = yaml.load(EXAMPLE, Loader=yaml.CBaseLoader)  # noqa: S506  BaseLoader makes nothing but texts
PLACES = places(WHOLE)
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from(["nan", "1e999", "-1", "08:30", "off", "9" * 5000, "2026-13-45", "\ud7ff", "a\nb", "=", "<<"]),
    st.lists(st.text(max_size=3), max_size=3),
    st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=3),
)


@settings(max_examples=250, deadline=None)
@given(place=st.sampled_from(PLACES), value=ODD, delete=st.booleans())
@example(place=("site", "timezone"), value="../../etc/passwd", delete=False)
@example(place=("site", "timezone"), value="a" * 5000, delete=False)
@example(place=("zones",), value={}, delete=False)
def test_a_part_deleted_or_replaced_gives_a_configuration_or_problems(
    place: tuple[str | int, ...], value: object, delete: bool
) -> None:
    root = deepcopy(WHOLE)
    here = root
    for step in place[:-1]:
        here = here[step]
    if delete:
        del here[place[-1]]
    else:
        here[place[-1]] = value
    answer(yaml.dump(root, Dumper=yaml.CSafeDumper, allow_unicode=True))


@settings(max_examples=250, deadline=None)
@given(cut=st.integers(0, len(EXAMPLE)), length=st.integers(0, 60), inserted=st.text(max_size=8))
def test_letters_cut_out_or_put_in_give_a_configuration_or_problems(cut: int, length: int, inserted: str) -> None:
    answer(EXAMPLE[:cut] + inserted + EXAMPLE[cut + length :])


@settings(max_examples=300, deadline=None)
@given(raw=st.binary(max_size=200))
def test_any_bytes_give_problems(raw: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.getbasetemp() / "office.yaml"
    path.write_bytes(raw)
    with pytest.raises(ConfigError):
        load(path)


@pytest.mark.parametrize(
    "line",
    [
        f"broker: {{host: localhost, password: {SECRET}}}",
        f"broker: {{host: localhost, pasword: {SECRET}}}",
        f"broker: {{host: localhost, username: a, password_env: {SECRET}}}",
        f"broker: {{host: localhost, password: {{{SECRET}: {SECRET}, {SECRET}: 1}}}}",
        f"broker: {{host: localhost, password: [{SECRET}]}}",
        f"broker: {{host: localhost, password: !{SECRET} x}}",
        f"broker: {{host: localhost, password: *{SECRET}}}",
        f"broker: {{host: localhost, password: &{SECRET} x}}",
        f"broker: {{host: localhost, password: %{SECRET}}}",
        f"broker: {{host: localhost, password: '{SECRET}}}",
        f'broker: {{host: localhost, password: "\\{SECRET}"}}',
        f"broker: {{host: 'mqtt://me:{SECRET}@host'}}",
        f"broker:\n  host: localhost\n  password: a: {SECRET}",
        f"broker:\n  host: localhost\n  password {SECRET}\n  port: 1",
        f"influxdb: {{url: 'http://me:{SECRET}@db', org: a, bucket: b, token: {SECRET}}}",
        f"influxdb: {{url: 'http://me:{SECRET}@db:port', org: a, bucket: b, token_env: {SECRET}}}",
        f"notices: [{{to: owner, url: 'https://example.org/{SECRET}'}}]",
        f"notices: [{{to: owner, url_env: 'https://example.org/{SECRET}'}}]",
        f"token: {SECRET}",
    ],
)
def test_a_secret_in_the_wrong_place_is_refused_and_not_shown(line: str) -> None:
    head = HEAD if not line.startswith("broker") else HEAD.replace("broker: {host: localhost}\n", "")
    said = answer(head + line + "\n")
    assert said
    assert SECRET not in said


def test_a_file_beyond_four_mebibytes_is_not_even_parsed(tmp_path: Path) -> None:
    path = tmp_path / "office.yaml"
    path.write_bytes(b"#" * (MAX_BYTES + 1))
    with pytest.raises(ConfigError, match="is larger than 4 MiB"):
        load(path)


def test_more_than_twenty_thousand_devices_are_refused() -> None:
    one = "{kind: plug, family: tasmota, address: %d, zone: hall}"
    devices = "".join(f"  d{number}: {one % number}\n" for number in range(20_001))
    assert "devices: must have at most 20000 entries" in answer(f"{HEAD}devices:\n{devices}")


def bomb() -> str:
    return "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 40))


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(bomb, id="aliases that double forty times"),
        pytest.param(lambda: "[" * 2_000_000, id="two million brackets"),
        pytest.param(lambda: "- " * 1_000_000, id="a million dashes"),
        pytest.param(lambda: "".join(f"{' ' * depth}a:\n" for depth in range(2000)), id="two thousand levels"),
        pytest.param(lambda: "[" + "a," * 1_500_000 + "]", id="a million and a half values"),
        pytest.param(lambda: HEAD + "".join(f"key{n}: 1\n" for n in range(150_000)), id="unknown keys"),
        pytest.param(
            lambda: (
                HEAD.replace("  hall", "".join(f"  hal{n}: {{}}\n" for n in range(20_000)) + "  hall")
                + "devices:\n"
                + "".join(f"  d{n}: {{kind: plug, family: tasmota, address: x, zone: hill}}\n" for n in range(20_000))
            ),
            id="wrong zones among very many zones",
        ),
    ],
)
def test_a_hostile_file_is_answered_in_bounded_time_and_length(text: Callable[[], str]) -> None:
    content = text()[:MAX_BYTES]
    started = process_time()
    said = answer(content)
    assert said
    assert len(said) < 200_000
    assert process_time() - started < 20
