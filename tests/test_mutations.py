"""Mistakes made on purpose in the setpoint rule, the lifecycle and the guards: each must turn a test red.

Every mutation is one piece of source text and what stands there instead; the tests run on a changed copy of the core.
"""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
RULE, LIFE, GUARDS = "policies/rules/setpoint_limit.py", "policies/control/lifecycle.py", "policies/control/guards.py"
PEOPLE, DEVICES = "policies/control/guards_of_people.py", "policies/control/guards_of_devices.py"
PROOF, STEP, EVENING = "policies/control/proof.py", "policies/step.py", "policies/rules/after_hours_power.py"
RUNNING, HEARD = "policies/office/running.py", "policies/office/heard.py"
TABLES = (
    "test_setpoint_limit.py",
    "test_lifecycle.py",
    "test_guards.py",
    "test_guards_of_crowds.py",
    "test_after_hours_power.py",
)
PROPERTY = ("test_incremental_judgement.py",)

MUTATIONS = [
    pytest.param(
        RULE,
        "self.cooling_minimum_celsius - _SLACK",
        "self.cooling_minimum_celsius + _SLACK",
        id="the limit itself is illegal",
    ),
    pytest.param(
        RULE, "self.cooling_minimum_celsius - _SLACK", "self.cooling_minimum_celsius - 0.5", id="half a degree free"
    ),
    pytest.param(RULE, "celsius > self.heating", "celsius < self.heating", id="heating the wrong way round"),
    pytest.param(RULE, "math.ceil(steps - _SLACK)", "math.floor(steps - _SLACK)", id="cooling rounded the wrong way"),
    pytest.param(RULE, "math.floor(steps + _SLACK)", "math.ceil(steps + _SLACK)", id="heating rounded the wrong way"),
    pytest.param(
        RULE, "None if target > high + _SLACK", "None if target > high + 5", id="a value the unit cannot take"
    ),
    pytest.param(RULE, "* step, low)", "* step, 0)", id="below what the unit can"),
    pytest.param(RULE, "if not self.concerns(device.zone):", "if False:", id="every zone"),
    pytest.param(
        RULE, 'if side == "cooling" else self.heating', 'if side == "heating" else self.heating', id="sides exchanged"
    ),
    pytest.param(RUNNING, "not power.value:", "power.value:", id="a power key read backwards"),
    pytest.param(
        RUNNING, "if setpoint is not None and setpoint.live:", "if setpoint is not None:", id="last known is evidence"
    ),
    pytest.param(
        RUNNING, "heard.cooling_setpoint_celsius or heard.setpoint", "heard.setpoint", id="the cooling setpoint unread"
    ),
    pytest.param(
        RUNNING,
        "or heard.setpoint_celsius or heard.heating_setpoint_celsius",
        "or heard.setpoint_celsius",
        id="named heating unread",
    ),
    pytest.param(
        HEARD,
        "now - self.heard_at > self.silent_after",
        "now - self.heard_at >= self.silent_after",
        id="silent a moment early",
    ),
    pytest.param(LIFE, "due_at=now + policy.grace,", "due_at=now,", id="no grace"),
    pytest.param(
        LIFE,
        "if case.due_at is not None and at.now < case.due_at:\n        return case\n    case = replace(case, due_at=None)",
        "if case.due_at is not None and at.now <= case.due_at:\n        return case\n    case = replace(case, due_at=None)",
        id="the grace one moment longer",
    ),
    pytest.param(LIFE, "act_at=at.now + at.policy.warn", "act_at=at.now", id="no warning"),
    pytest.param(
        LIFE,
        "if case.act_at is not None and at.now < case.act_at:\n        return replace(_warn",
        "if case.act_at is not None and at.now <= case.act_at:\n        return replace(_warn",
        id="the countdown never ends on time",
    ),
    pytest.param(LIFE, "attempt = case.attempts + 1", "attempt = case.attempts", id="attempts not counted"),
    pytest.param(
        LIFE, "case.attempts < at.policy.attempts", "case.attempts <= at.policy.attempts", id="one attempt too many"
    ),
    pytest.param(LIFE, 'and proof.standing != "reported"', "", id="reported off is tried again"),
    pytest.param(
        LIFE, "again_at = at.now + at.policy.retry_after", "again_at = at.now", id="no pause between attempts"
    ),
    pytest.param(
        LIFE, "expires_at = min(expires_at, case.finding.until)", "pass", id="a command that outlives the night"
    ),
    pytest.param(
        "policies/control/people.py",
        "(case.told_at or case.phase_since) + policy.escalate_after",
        "(case.told_at or case.phase_since)",
        id="escalated at once",
    ),
    pytest.param(
        LIFE,
        "gone = finding is None and not at.is_silent and",
        "gone = finding is None and",
        id="silence mends",
    ),
    pytest.param(
        LIFE,
        "and not at.device.open_loop:\n        return _close",
        ":\n        return _close",
        id="infrared believed at once",
    ),
    pytest.param(LIFE, "first_refusal(Request(", "(lambda _: None)(Request(", id="no guards at all"),
    pytest.param(
        LIFE,
        "attempts=max(0, case.attempts - 1)",
        "attempts=case.attempts",
        id="a command that never left is an attempt",
    ),
    pytest.param(PEOPLE, 'request.policy.mode) == "enforce":', "request.policy.mode):", id="a watching policy acts"),
    pytest.param(DEVICES, "and request.device.is_protected:", "and False:", id="never-off forgotten"),
    pytest.param(DEVICES, "and not request.device.switchable:", "and False:", id="anything may be switched"),
    pytest.param(GUARDS, "    override,\n    unknown_day,", "    unknown_day,", id="leave ignored"),
    pytest.param(GUARDS, "    unknown_day,\n    hold_out,", "    hold_out,", id="doubtful days ignored"),
    pytest.param(GUARDS, "    unknown_day,\n    hold_out,", "    unknown_day,", id="no lot is drawn"),
    pytest.param(GUARDS, "    busy,\n    inverter_plug,", "    inverter_plug,", id="busy loads cut"),
    pytest.param(GUARDS, "    inverter_plug,\n    compressor,", "    compressor,", id="a running unit cut at the wall"),
    pytest.param(GUARDS, "    compressor,\n    give_way,", "    give_way,", id="compressors worn out"),
    pytest.param(GUARDS, "    give_way,\n    write_rate,", "    write_rate,", id="fights with people"),
    pytest.param(GUARDS, "    give_way,\n    write_rate,", "    give_way,", id="flash worn out"),
    pytest.param(GUARDS, "    blast_radius,\n    gateway_rate,", "    gateway_rate,", id="an office off by mistake"),
    pytest.param(GUARDS, "    blast_radius,\n    gateway_rate,", "    blast_radius,", id="a radio flooded"),
    pytest.param(DEVICES, "metered.watts.value > floor", "metered.watts.value >= floor", id="busy at the floor itself"),
    pytest.param(
        PEOPLE,
        "times < most",
        "times <= most",
        id="gives way one late",
    ),
    pytest.param(
        PROOF,
        "watts.value <= ceiling_watts",
        "watts.value < ceiling_watts",
        id="the ceiling itself is on",
    ),
    pytest.param(PROOF, "if watts.value <= ceiling_watts:", "if True:", id="the meter is not believed"),
    pytest.param(PROOF, "<= max(device.step_celsius / 2, 0.3)", "<= 5", id="anything near is proof"),
    pytest.param(PROOF, "and not heard.is_on.value:\n        return", ":\n        return", id="on is off"),
    pytest.param(EVENING, "watts.at > since_off", "watts.at >= since_off", id="cached watts accuse"),
    pytest.param(
        EVENING,
        "in_use = in_use or office.is_occupied(zone, now) is True",
        "pass",
        id="people at work are waste",
    ),
    pytest.param(EVENING, "if in_use or device.is_protected", "if in_use", id="servers are waste"),
    pytest.param(STEP, "tuple(sorted(dirty | due))", "tuple(sorted(dirty))", id="due cases sleep on"),
]


@pytest.fixture(scope="session")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The core and its tests, to be spoilt."""
    there = tmp_path_factory.mktemp("core")
    for name in ("sensors", "policies"):
        shutil.copytree(ROOT / name, there / name, ignore=shutil.ignore_patterns("__pycache__"))
    (there / "tests").mkdir()
    for name in (*TABLES, *PROPERTY, "changed.py", "offices.py"):
        shutil.copy(ROOT / "tests" / name, there / "tests" / name)
    return there


def run(copy: Path, names: tuple[str, ...]) -> subprocess.CompletedProcess[str]:
    """The tests of the copy, stopping at the first that fails."""
    tests = [f"tests/{name}" for name in names]
    options = ["-x", "-q", "-p", "no:cacheprovider", "--rootdir", str(copy), "-o", "pythonpath=. tests"]
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": f"{copy}:{copy / 'tests'}", "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "pytest", *options, *tests]
    return subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True, check=False, timeout=110)


def test_the_unspoilt_core_is_green(copy: Path) -> None:
    done = run(copy, TABLES)
    assert done.returncode == 0, done.stdout[-2000:]


@pytest.mark.parametrize(("file", "text", "instead"), MUTATIONS)
def test_a_mistake_is_noticed(copy: Path, file: str, text: str, instead: str) -> None:
    source = (ROOT / file).read_text(encoding="utf-8")
    assert source.count(text) >= 1, "the mutation has lost its place: adapt it"
    try:
        (copy / file).write_text(source.replace(text, instead, 1), encoding="utf-8")
        done = run(copy, PROPERTY if file == STEP else TABLES)
    finally:
        (copy / file).write_text(source, encoding="utf-8")
    assert done.returncode == 1, (
        "no test has noticed" if done.returncode == 0 else done.stdout[-2000:] + done.stderr[-500:]
    )
