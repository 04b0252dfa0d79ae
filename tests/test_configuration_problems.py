"""Each broken configuration in tests/configs says in its first lines what officed says about it, all of it."""

from pathlib import Path

import pytest

from daemon.configuration.load import load
from daemon.configuration.problem import ConfigError

CONFIGS = Path(__file__).parent / "configs"
BROKEN = sorted(CONFIGS.glob("*.yaml"))
MARK = "# expect: "


def problems(path: Path) -> list[str]:
    """What is said about a file, without its name."""
    with pytest.raises(ConfigError) as caught:
        load(path)
    return [line.removeprefix(f"{path}:") for line in str(caught.value).split("\n")]


def expected(path: Path) -> list[str]:
    beside = path.with_suffix(".txt")
    if beside.exists():
        return beside.read_text(encoding="utf-8").splitlines()
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    return [line.removeprefix(MARK) for line in lines if line.startswith(MARK)]


@pytest.mark.parametrize("path", BROKEN, ids=lambda path: path.stem)
def test_a_broken_configuration_is_told_everything_at_once_and_in_order(path: Path) -> None:
    assert expected(path)
    assert problems(path) == expected(path)


def test_there_are_at_least_forty_broken_configurations() -> None:
    assert len(BROKEN) >= 40


def test_no_answer_shows_what_was_meant_to_be_secret() -> None:
    said = "\n".join("\n".join(problems(path)) for path in BROKEN)
    assert "hunter2" not in said
    assert "***" in said


def test_each_problem_names_the_file_as_it_was_called(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "office.yaml").write_text("site: {}\n")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigError) as caught:
        load(Path("office.yaml"))
    assert all(line.startswith("office.yaml:1: ") for line in str(caught.value).split("\n"))


def test_a_missing_file_is_a_problem_and_no_traceback(tmp_path: Path) -> None:
    assert problems(tmp_path / "none.yaml") == ["1: there is no such file; make one from office.example.yaml"]


def test_a_folder_is_a_problem_and_no_traceback(tmp_path: Path) -> None:
    assert problems(tmp_path) == ["1: is a folder; name the file, such as office.yaml"]


def test_a_file_name_that_cannot_be_is_a_problem_and_no_traceback() -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        load(Path("office\0.yaml"))


def test_a_path_through_a_file_is_a_problem_and_no_traceback(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="cannot be read: not a directory"):
        load(tmp_path / "file" / "office.yaml")
