"""What holds of the repository as a whole: locks, licence, records of decisions, and the house style that can be counted."""

import ast
import importlib.metadata
import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
OURS = ("daemon", "dashboards", "policies", "sensors")
LOCKS = ("requirements.lock", "requirements-build.lock", "requirements-dev.lock")
LONGEST_FILE = 250
LONGEST_TEST = 400

ADDRESS = re.compile(r"https?://|--(?:extra-)?index-url|--find-links|--trusted-host| @ ")
PINNED = re.compile(r"^([a-z0-9-]+)==\S+ \\$")
MACHINE_PATH = re.compile(r"(?<![\w.])/(?:home/(?!officed)[a-z]\w*|root|Users/\w+|work|mnt|opt/wheels)/[\w.-]")
FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "const", "manager", "event", "alert", "alarm", "entity"}


def tracked() -> list[Path]:
    """What git knows of, or what lies there where there is no git: a released archive."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        ignored = {".venv", ".git", "var", "__pycache__"}
        return [path for path in ROOT.rglob("*") if path.is_file() and not ignored & set(path.relative_to(ROOT).parts)]
    return [path for name in listed.stdout.split("\0") if name and (path := ROOT / name).is_file()]


def code() -> Iterator[Path]:
    """Every module of ours, tests included."""
    for folder in (*OURS, "tests"):
        yield from sorted((ROOT / folder).rglob("*.py"))


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_pins_by_hash_and_names_no_address(lock: str) -> None:
    text = (ROOT / lock).read_text()

    assert ADDRESS.findall(text) == []
    assert unpinned(text) == []


def test_an_address_or_a_missing_hash_in_a_lock_would_be_found() -> None:
    digest = "    --hash=sha256:" + "0" * 64 + "\n"

    assert unpinned("a==1 \\\n" + digest) == []
    assert unpinned("a>=1 \\\n" + digest) == ["a>=1 \\"]
    assert unpinned("a==1\nb==2 \\\n" + digest) == ["a==1"]
    for line in ("--index-url x", "--find-links /x", "a @ file:///x", "# from https://x"):
        assert ADDRESS.search(line)


def unpinned(lock: str) -> list[str]:
    """The requirements that are not `name==version` followed by a hash."""
    lines = lock.splitlines()
    return [
        line
        for line, after in zip(lines, [*lines[1:], ""], strict=True)
        if line and not line.startswith((" ", "#")) and not (PINNED.match(line) and "--hash=sha256:" in after)
    ]


def test_the_locks_agree_with_each_other_and_with_what_is_asked_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    pinned = {
        lock: dict(re.findall(r"^([a-z0-9-]+)==(\S+)", (ROOT / lock).read_text(), re.MULTILINE)) for lock in LOCKS
    }
    asked = {re.split(r"[^A-Za-z0-9-]", need)[0].lower() for need in project["dependencies"]}
    extras = {
        re.split(r"[^A-Za-z0-9-]", need)[0].lower()
        for needs in project["optional-dependencies"].values()
        for need in needs
    }

    assert asked - pinned["requirements.lock"].keys() == set(), "run make lock"
    assert (asked | extras) - pinned["requirements-dev.lock"].keys() == set(), "run make lock"
    for lock in LOCKS[:2]:
        assert pinned[lock].items() - pinned["requirements-dev.lock"].items() == set(), (
            f"{lock} and the dev lock differ"
        )


def test_every_dependency_has_its_line_in_the_decisions() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    record = (ROOT / "docs/decisions/0006-dependencies.md").read_text()
    names = [re.split(r"[^A-Za-z0-9-]", need)[0] for need in project["dependencies"]]

    assert [name for name in names if f"**{name}**" not in record] == []


def test_no_index_may_take_the_package() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]

    assert "Private :: Do Not Upload" in project["classifiers"]


def test_no_other_distribution_claims_one_of_our_names() -> None:
    owners = importlib.metadata.packages_distributions()

    assert strangers({name: owners.get(name, []) for name in OURS}) == {}
    assert strangers({"daemon": ["officed", "python-daemon"], "sensors": ["officed"]}) == {"daemon": {"python-daemon"}}


def strangers(owners: dict[str, list[str]]) -> dict[str, set[str]]:
    """Who else installs a package of that name."""
    return {name: others for name, claims in owners.items() if (others := set(claims) - {"officed"})}


def test_the_licence_is_apache() -> None:
    text = (ROOT / "LICENSE").read_text()

    assert "Apache License" in text
    assert "Version 2.0, January 2004" in text


def test_no_tracked_file_names_a_path_of_somebodys_machine() -> None:
    assert MACHINE_PATH.search("see /home/anna/office.yaml") is not None
    assert MACHINE_PATH.search("topic home/floor/room") is None
    found = []
    for path in tracked():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        if path != Path(__file__) and (match := MACHINE_PATH.search(text)):
            found.append(f"{path.relative_to(ROOT)}: {match.group()}")
    assert found == []


def test_no_secret_is_tracked() -> None:
    names = [path.relative_to(ROOT).as_posix() for path in tracked()]

    assert [
        name for name in names if name.startswith(("deploy/secrets/", "var/")) or name.endswith((".sqlite", ".pem"))
    ] == []


def test_every_decision_says_context_decision_and_cost() -> None:
    records = sorted((ROOT / "docs/decisions").glob("*.md"))

    assert len(records) >= 6
    for path in records:
        assert re.match(r"\d{4}-[a-z0-9-]+\.md$", path.name), path.name
        assert re.findall(r"^## (.+)$", path.read_text(), re.MULTILINE) == ["Context", "Decision", "Cost"], path.name
    numbers = [path.name[:4] for path in records]
    assert len(numbers) == len(set(numbers)), "two decisions have one number"


def test_every_module_says_why_it_exists() -> None:
    assert [str(path.relative_to(ROOT)) for path in code() if not ast.get_docstring(ast.parse(path.read_text()))] == []


def test_no_file_holds_more_than_one_idea() -> None:
    loops = [path for folder in OURS for path in (ROOT / folder).rglob("*.px[di]")]
    loops += [path for folder in OURS for path in (ROOT / folder).rglob("*.pyx")]
    lengths = {path.relative_to(ROOT).as_posix(): len(path.read_text().splitlines()) for path in (*code(), *loops)}
    longest = {name: LONGEST_TEST if name.startswith("tests/") else LONGEST_FILE for name in lengths}

    assert {name: lines for name, lines in lengths.items() if lines > longest[name]} == {}


def test_no_file_has_a_name_that_says_nothing() -> None:
    assert [str(path.relative_to(ROOT)) for path in code() if path.stem in FORBIDDEN_NAMES] == []


def test_tests_are_flat() -> None:
    assert [str(path.relative_to(ROOT)) for path in (ROOT / "tests").rglob("__init__.py")] == []
    assert [str(path.relative_to(ROOT)) for path in (ROOT / "tests").glob("*/**/test_*.py")] == []
