"""Whoever asks in Chinese is answered in Chinese, by every command that checks; and rules that compete are named."""

from datetime import timedelta
from pathlib import Path

import pytest
from offices import WEDNESDAY, Run, ac, cooling, heard, office
from test_trust_commands import Left, left

from daemon.command_line.explaining import Told
from daemon.command_line.explaining_words import sentences
from dashboards.language.catalogs import languages
from policies.explain import explain
from policies.rules.setpoint_limit import SetpointLimit
from sensors.device import DeviceId

__all__ = ["left"]
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:typer")


def is_chinese(line: str) -> bool:
    return any("一" <= letter <= "鿿" for letter in line)


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (["explain", "room-ac-1", "--at", "2026-07-07 19:00"], 0),
        (["lint"], 1),
        (["verify-audit"], 0),
        (["verify-audit", "--head", "1:" + "0" * 64], 1),
        (["promote", "after-hours"], 0),
        (["promote", "after-hours", "--who", "Chen"], 2),
        (["promote", "nothing"], 2),
        (["explain", "nothing"], 2),
    ],
    ids=lambda value: " ".join(value[:2]) if isinstance(value, list) else "",
)
def test_every_sentence_is_chinese(left: Left, command: list[str], code: int) -> None:
    done = left(*command, "--language", "zh_CN")

    assert done.exit_code == code, done.output
    told = [line for line in done.output.splitlines() if line.strip() and not line.startswith("    ")]
    assert told
    assert [line for line in told if not is_chinese(line)] == []


def test_a_backtest_too(left: Left, tmp_path: Path) -> None:
    policy = tmp_path / "new.yaml"
    policy.write_text("- {kind: after_hours_power, name: after-hours, mode: watch}\n")
    done = left(
        "backtest", "--policy", str(policy), "--from", "2026-07-07", "--to", "2026-07-09", "--language", "zh_CN"
    )

    assert done.exit_code == 0, done.output
    assert [line for line in done.output.splitlines() if line.strip() and not is_chinese(line)] == []
    assert left("backtest", "--policy", str(policy), "--from", "2026-07-07", "--language", "fr").exit_code == 2


def test_a_copy_of_a_trail_is_verified_where_there_is_no_configuration(left: Left, tmp_path: Path) -> None:
    from typer.testing import CliRunner  # noqa: PLC0415

    from daemon.command_line.commands import app  # noqa: PLC0415  beside its only use

    copy = tmp_path / "elsewhere.jsonl"
    assert left("verify-audit", "--export", str(copy)).exit_code == 0
    lines = copy.read_text().splitlines(keepends=True)
    nowhere = ["--config", str(tmp_path / "none.yaml"), "--language", "zh_CN"]
    whole = CliRunner().invoke(app, ["verify-audit", str(copy), *nowhere])
    assert (whole.exit_code, "完整" in whole.output) == (0, True), whole.output
    copy.write_text("".join([*lines[:4], *lines[5:]]))
    broken = CliRunner().invoke(app, ["verify-audit", str(copy), *nowhere])
    assert (broken.exit_code, "在第 5 条处断裂" in broken.output) == (1, True), broken.output


@pytest.mark.parametrize("code", ["en", "zh_CN"])
def test_rules_that_are_broken_at_once_are_named_with_what_each_asks_for(code: str) -> None:
    rules = [
        SetpointLimit(name=f"limit-{celsius}", mode="enforce", cooling_minimum_celsius=celsius) for celsius in (26, 27)
    ]
    run = Run(office(ac(), policies=rules), WEDNESDAY)
    run.at(0, *heard(cooling(WEDNESDAY, 23.0)))
    now, language = WEDNESDAY + timedelta(seconds=1), languages("Asia/Shanghai")[code]
    lines = list(sentences(Told(explain(run.state, DeviceId("ac"), now), ()), language, now))

    at = lines.index(language.gettext("Broken at once; each rule asks for its own remedy:"))
    assert [line.split(":")[0].strip() for line in lines[at + 1 : at + 3]] == ["limit-26", "limit-27"]
    assert "26.0" in lines[at + 1]
    assert "27.0" in lines[at + 2]
    alone = list(sentences(Told(explain(Run(office(ac(), policies=rules[:1]), WEDNESDAY).state, DeviceId("ac"), now), ()), language, now))  # fmt: skip
    assert lines[at] not in alone
