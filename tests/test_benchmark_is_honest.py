"""A contestant that does less than the others has no figure: the benchmark's own check must see it."""

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
sys.path.insert(0, str(BENCHMARKS))

from equal_work import Work, counted, differences  # noqa: E402  scripts, not a package
from report import BEGIN, END, Table, shown  # noqa: E402  same
from workload import TOPICS, expected, messages, payload, room_celsius, topic, watts  # noqa: E402  same

COUNT = 2 * TOPICS


@pytest.fixture
def honest() -> Work:
    return expected(COUNT)


def lines() -> Iterator[bytes]:
    """What an honest contestant sends, one point a message."""
    for index in range(COUNT):
        kind = topic(index).removeprefix("zigbee2mqtt/")[0]
        if kind == "t":
            yield b"climate,device=%d room_celsius=%.2f %d" % (index % TOPICS, room_celsius(index), index)
        elif kind == "p":
            yield b"power,device=%d watts=%.1f,is_on=true %d" % (index % TOPICS, watts(index, COUNT), index)
        else:
            yield b"print_job,device=%d impressions=%di %d" % (index % TOPICS, 2 * (1 + index % 3), index)


def judged(bodies: list[bytes], honest: Work) -> list[str]:
    return differences(honest, replace(counted(bodies), violations=honest.violations))


def test_equal_work_is_accepted(honest: Work) -> None:
    assert judged([b"\n".join(lines())], honest) == []


def test_whoever_drops_a_point_is_refused(honest: Work) -> None:
    assert judged([b"\n".join(list(lines())[1:])], honest)[0] == "159 climate points instead of 160"


def test_whoever_sends_a_point_twice_to_make_up_the_number_is_refused(honest: Work) -> None:
    sent = list(lines())
    assert "1 points overwrite others" in judged([b"\n".join([sent[1], *sent[1:]])], honest)


def test_whoever_makes_values_up_is_refused(honest: Work) -> None:
    sent = [line.replace(b"watts=", b"watts=1") for line in lines()]
    (told,) = judged(sent, honest)
    assert told.startswith("watts adds up to")


def test_whoever_misses_or_invents_a_violation_is_refused(honest: Work) -> None:
    assert honest.violations
    some = sorted(honest.violations)
    lying = replace(counted(lines()), violations=frozenset({*some[1:], "setpoint_limit nobody"}))
    assert differences(honest, lying) == [f"1 violations missed and 1 invented of {len(some)}"]


def test_whoever_judges_nothing_is_held_to_the_points_alone(honest: Work) -> None:
    assert differences(honest, counted(lines())) == []


def test_messages_are_of_three_kinds_and_of_the_promised_size() -> None:
    sizes = [len(said) for _, said in messages(TOPICS * 5, 1_795_500_000.123)]
    assert 125 <= sum(sizes) / len(sizes) <= 155
    assert {name.split("/")[0] for name, _ in messages(TOPICS, 0.0)} == {"zigbee2mqtt", "officed"}
    assert payload(0, COUNT, 0.0) != payload(TOPICS, COUNT, 0.0)


def test_the_table_of_the_last_run_takes_the_place_of_the_one_before_it() -> None:
    before = f"above\n{BEGIN}\nan old table\n{END}\nbelow {END}\n"
    table: Table = {"officed": {"drain": [1.0, 3.0, 2.0]}, "usual": {"drain": [8.0]}}
    after = shown(before, table, ["drain"])
    assert "an old table" not in after
    assert "| usual | 8.00 (8.00-8.00), 4.0 × |" in after
    assert after.startswith("above\n")
    assert after.endswith(f"\n{END}\nbelow {END}\n")
    assert shown(after, table, ["drain"]) == after


@pytest.mark.parametrize("name", ["README.md", "README.zh_CN.md"])
def test_readme_has_a_place_for_the_table(name: str) -> None:
    text = (BENCHMARKS.parent / name).read_text()
    assert 0 <= text.index(BEGIN) < text.index(END)
