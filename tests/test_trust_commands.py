"""The commands for whoever wants to check, as typed: over a store and a journal that an office has left behind."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest
from lived import Life, Store
from offices import local
from typer.testing import CliRunner, Result

from daemon.command_line.commands import app
from daemon.journal.journal import Journal
from sensors.virtual.office_yaml import office_yaml
from sensors.virtual.plans import room_plan

PLAN = room_plan("cool2", "eye", "pc", "monitor", "lights")
START, END = local("2026-07-06 00:00"), local("2026-07-09 00:00")
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:typer")


@dataclass(frozen=True)
class Left:
    folder: Path
    life: Life

    def __call__(self, *arguments: str) -> Result:
        return CliRunner().invoke(app, [*arguments, "--config", str(self.folder / "office.yaml")])


@pytest.fixture(scope="module")
def left(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Left]:
    folder = tmp_path_factory.mktemp("left")
    (folder / "var").mkdir()
    text = office_yaml(PLAN)
    (folder / "office.yaml").write_text(
        text + f"store: {{path: {folder}/history.sqlite}}\njournal: {{path: {folder}/journal.sqlite}}\n"
    )
    store = Store(folder)
    life = Life(PLAN, store).run(START, END)
    journal = Journal(folder / "journal.sqlite", now=lambda: END, tell=pytest.fail)
    journal.record([msgspec.json.encode(effect) for effect in life.decided])
    journal.close()
    yield Left(folder, life)
    store.close()


def test_explain_names_rule_source_readings_and_guards(left: Left) -> None:
    turn = next(turn for turn in left.life.turns if turn.what == "commanded" and turn.case.policy == "after-hours")
    at = turn.at.astimezone().isoformat()

    done = left("explain", turn.case.device, "--at", at)

    assert done.exit_code == 0, done.output
    assert "On record then: after-hours, commanded" in done.output
    assert "after-hours: broken; it is corrected" in done.output
    assert "lets it pass: shadow, exempt" in done.output
    assert "watts" in done.output
    assert "国办发〔2007〕42号" in done.output


def test_explain_says_why_nothing_was_done(left: Left) -> None:
    done = left("explain", "room-monitor-1", "--at", "2026-07-07 11:00", "--language", "zh_CN")

    assert done.exit_code == 0, done.output
    assert "区域开放至" in done.output
    assert "not broken" not in done.output


def test_explain_refuses_what_is_not_there(left: Left) -> None:
    assert left("explain", "nobody").exit_code == 2
    assert left("explain", "room-monitor-1", "--at", "yesterday").exit_code == 2


def test_lint_names_line_and_mend_and_says_so_by_its_exit_code(left: Left) -> None:
    done = left("lint")

    assert done.exit_code == 1
    assert "office.yaml:" in done.output
    assert "[no_country]" in done.output


def test_verify_audit_is_content_with_a_whole_trail_and_names_a_break(left: Left, tmp_path: Path) -> None:
    exported = tmp_path / "trail.jsonl"
    whole = left("verify-audit", "--export", str(exported))
    assert whole.exit_code == 0, whole.output
    assert "whole" in whole.output
    lines = exported.read_text().splitlines(keepends=True)
    exported.write_text("".join(lines[:3] + lines[4:]))

    broken = left("verify-audit", str(exported))

    assert broken.exit_code == 1
    assert "broken at entry 4" in broken.output
    assert left("verify-audit", "--head", "nonsense").exit_code == 2


def test_backtest_tells_what_another_rule_would_have_done(left: Left, tmp_path: Path) -> None:
    policy = tmp_path / "new.yaml"
    policy.write_text("- {kind: after_hours_power, name: after-hours, mode: watch}\n")

    done = left("backtest", "--policy", str(policy), "--from", "2026-07-07", "--to", "2026-07-09")

    assert done.exit_code == 0, done.output
    assert "Only by this policy: 0" in done.output
    assert "room-monitor-1  switched off" in done.output
    policy.write_text("- {kind: after_hours_power, name: after-hours, grace: soon}\n")
    assert left("backtest", "--policy", str(policy), "--from", "2026-07-07").exit_code == 2
