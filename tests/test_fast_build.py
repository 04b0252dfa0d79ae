"""The hot loops are compiled where that is possible; where it is not, that is said, and all is read and written the same."""

import importlib
import subprocess
import sys
from pathlib import Path

import pytest

import hatch_build
from daemon import hot_loops

ROOT = Path(__file__).parents[1]
LOOPS = hatch_build.sources(ROOT)
MODULES = [".".join(loop.relative_to(ROOT).with_suffix("").parts) for loop in LOOPS]
IN_PYTHON = ("wire", "points", "zigbee2mqtt_plain", "unchanged", "hearing_many_at_once")
"""The tests of what is compiled, by the names of their files."""


@pytest.mark.parametrize("module", MODULES)
def test_every_loop_is_compiled_where_there_is_a_compiler(module: str) -> None:
    if reason := hatch_build.missing():
        pytest.skip(reason)
    assert importlib.import_module(module).__file__.endswith(hatch_build.SUFFIX)  # type: ignore[union-attr]  # it has one


def test_what_runs_compiled_is_told() -> None:
    assert sorted(hot_loops.LOOPS) == sorted(MODULES)
    assert hot_loops.how() == ("in Python" if hatch_build.missing() else "compiled")


@pytest.mark.parametrize("loop", LOOPS, ids=lambda loop: loop.stem)
def test_every_loop_has_its_types_beside_it_and_names_what_it_does_again(loop: Path) -> None:
    assert loop.with_suffix(".pyi").is_file()
    assert loop.name.startswith("fast_")
    assert ", compiled" in loop.read_text(encoding="utf-8").split('"""')[1]


def test_what_is_missing_for_compiling_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CC", raising=False)
    assert hatch_build.missing() == "no C compiler (Debian: gcc)"


def test_a_loop_that_cannot_be_compiled_stays_in_python_and_leaves_no_stale_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    loop = tmp_path / "sensors" / "fast_nothing.pyx"
    loop.parent.mkdir()
    loop.write_text("def broken(:\n")
    stale = loop.with_suffix(hatch_build.SUFFIX)
    stale.write_bytes(b"of an older source")
    assert not hatch_build.compiled(loop, tmp_path)
    assert "fast_nothing.pyx stays in Python" in capsys.readouterr().err
    assert not stale.exists()
    assert hatch_build.sources(tmp_path) == [loop]


@pytest.mark.slow
def test_without_a_compiler_the_same_is_read_and_written() -> None:
    files = [f"tests/test_{name}.py" for name in IN_PYTHON]
    run = [sys.executable, "-m", "pytest", "-q", "-p", "without_compiled", "-p", "no:cacheprovider", *files]
    done = subprocess.run(run, cwd=ROOT, capture_output=True, text=True, timeout=110, check=False)
    assert done.returncode == 0, done.stdout[-3000:]
    assert "skipped" not in done.stdout


@pytest.mark.skipif(bool(hatch_build.missing()), reason=f"not compiled: {hatch_build.missing()}")
def test_where_attributes_stand_in_no_slots_the_loops_that_look_there_run_in_python() -> None:
    code = (
        "import policies.office.folding, policies.office.office, daemon.history.rows\n"  # dataclasses need what is taken away
        "import types; types.MemberDescriptorType = int\n"
        "from daemon.hot_loops import how; from daemon.history.points import Rows; from policies.hearing import hear_all\n"
        "print(how(), Rows.__module__, hear_all.__module__)"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60).stdout
    assert said == "2 of 6 compiled daemon.history.rows policies.office.folding\n"
