"""The import arrows and the purity of the core, read from the source itself.

Each rule is a line in a table; each is proved by a violation planted in a test, so that no rule can go blind unseen.
"""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[1]
OURS = ("daemon", "dashboards", "policies", "sensors")

MAY_IMPORT = {
    "sensors": {"sensors"},
    "policies": {"policies", "sensors"},
    "dashboards": {"dashboards", "policies", "sensors"},
    "daemon": set(OURS),
}

STEP = 6
POLICY_RANKS = {
    "words": 0,
    "history": 1,
    "office": 1,
    "finding": 2,
    "policy": 3,
    "rules": 4,
    "control": 4,
    "packs": 5,
    "accounting": 5,
    "explain": 7,
    "lint": 7,
}
"""Inside policies an arrow runs to a lower number, or stays in its own part. What is not named belongs to the step."""

STANDARD = (
    "__future__ abc base64 binascii bisect collections copy dataclasses datetime decimal difflib enum fractions functools "
    "hashlib heapq hmac html itertools json math numbers operator re statistics string struct textwrap types typing "
    "unicodedata urllib.parse zlib zoneinfo"
)
THIRD_PARTY = "annotated_types holidays jinja2 msgspec numpy pydantic pydantic_core typing_extensions yaml"
CORE_MAY_IMPORT = {*STANDARD.split(), *THIRD_PARTY.split()}
"""What cannot read a clock, a file or a socket. (jinja2: sandboxed templates of texts; yaml: of texts, never of files.)"""

IMPURE_CALLS = {
    *(
        f"{clock}.{read}"
        for clock in ("datetime", "date", "datetime.datetime", "datetime.date")
        for read in ("now", "today")
    ),
    "datetime.utcnow",
    "datetime.datetime.utcnow",
    *("open", "print", "input", "exec", "eval", "__import__", "breakpoint"),
    "hash",  # of a text: another number in every process
}

CONCRETE = ("daemon.history", "daemon.journal", "daemon.mqtt")
KNOWS_THE_WHOLE = {"daemon/bootstrap.py", "daemon/daemon.py"}
"""The one that builds all parts, and the one that starts and stops them in order."""


class Import(NamedTuple):
    """One imported name in full: `from a.b import c` is `a.b.c`."""

    line: int
    name: str


def test_every_import_runs_down_and_the_core_is_pure() -> None:
    files = [path for name in OURS for ending in ("py", "pyx", "pxi") for path in (ROOT / name).rglob(f"*.{ending}")]
    found = [
        problem
        for path in sorted(files)
        for problem in problems(
            path.relative_to(ROOT).as_posix(), readable(path.name, path.read_text(encoding="utf-8"))
        )
    ]

    assert len(files) > len(OURS)
    assert found == []


@pytest.mark.parametrize(
    ("path", "source", "complaint"),
    [
        pytest.param(
            "sensors/a.py", "from policies.finding import Finding", "may not import policies", id="sensors-up"
        ),
        pytest.param("sensors/a.py", "import daemon.clock", "may not import daemon", id="sensors-daemon"),
        pytest.param("policies/rules/a.py", "import dashboards", "may not import dashboards", id="policies-up"),
        pytest.param("dashboards/a.py", "from daemon import web", "may not import daemon", id="dashboards-up"),
        pytest.param(
            "policies/a.py",
            "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from daemon.clock import Clock",
            "a.py:3: policies may not import daemon",
            id="for-types-only-is-an-arrow-too",
        ),
        pytest.param(
            "sensors/a.py",
            "def f():\n    import policies",
            "a.py:2: sensors may not import policies",
            id="hidden-in-a-function",
        ),
        pytest.param("sensors/a.py", "from . import units", "relative", id="relative"),
        pytest.param("policies/office/a.py", "from policies.policy import Policy", "runs up", id="office-policy"),
        pytest.param("policies/policy.py", "from policies.rules.a import A", "runs up", id="policy-rules"),
        pytest.param("policies/rules/a.py", "from policies.packs import load", "runs up", id="rules-packs"),
        pytest.param("policies/rules/a.py", "from policies import packs", "runs up", id="rules-packs-by-name"),
        pytest.param("policies/packs/a.py", "from policies.step import step", "runs up", id="packs-step"),
        pytest.param("policies/step.py", "from policies.explain import explain", "runs up", id="step-explain"),
        pytest.param("policies/rules/a.py", "from policies.control.case import Case", "runs up", id="rules-control"),
        pytest.param("policies/control/a.py", "from policies.rules.a import A", "runs up", id="control-rules"),
        pytest.param("policies/control/a.py", "from policies.accounting.slots import S", "runs up", id="control-money"),
        pytest.param("sensors/a.py", "import time", "core may not import time", id="clock"),
        pytest.param("sensors/a.py", "import threading", "core may not import threading", id="thread"),
        pytest.param("policies/a.py", "import os.path", "core may not import os.path", id="file"),
        pytest.param("policies/a.py", "from pathlib import Path", "core may not import pathlib", id="path"),
        pytest.param("policies/a.py", "import logging", "core may not import logging", id="log"),
        pytest.param("policies/a.py", "import urllib.request", "core may not import urllib.request", id="network"),
        pytest.param("sensors/families/a.py", "import random", "core may not import random", id="random"),
        pytest.param("policies/a.py", "import paho.mqtt.client", "core may not import paho", id="third-party"),
        pytest.param("sensors/virtual/a.py", "import random\nrandom.random()", "random.random", id="unseeded"),
        pytest.param(
            "sensors/virtual/a.py", "import random\nrandom.Random()", "random.Random", id="seeded-by-the-clock"
        ),
        pytest.param("sensors/virtual/a.py", "from random import choice", "random.choice", id="unseeded-by-name"),
        pytest.param("policies/a.py", "from datetime import datetime\ndatetime.now()", "datetime.now", id="now"),
        pytest.param("policies/a.py", "import datetime\ndatetime.datetime.now(z)", "datetime.now", id="now-in-full"),
        pytest.param("sensors/a.py", "from datetime import date\ndate.today()", "date.today", id="today"),
        pytest.param("sensors/a.py", "open('x')", "may not call open", id="open"),
        pytest.param("sensors/a.py", "print('x')", "may not call print", id="print"),
        pytest.param(
            "daemon/web.py",
            "from daemon.mqtt.network import Network\nfrom daemon.journal.journal import Journal",
            "only daemon/bootstrap.py",
            id="a-second-bootstrap",
        ),
    ],
)
def test_a_planted_violation_is_found(path: str, source: str, complaint: str) -> None:
    assert [complaint in problem for problem in problems(path, source)] == [True]


@pytest.mark.parametrize(
    ("path", "source"),
    [
        pytest.param(
            "daemon/bootstrap.py", "import daemon.mqtt.network\nimport daemon.journal.journal", id="bootstrap"
        ),
        pytest.param(
            "daemon/mqtt/wire.py", "import daemon.mqtt.network\nimport daemon.journal.rows", id="one-neighbour"
        ),
        pytest.param("daemon/web.py", "import time\nimport dashboards.view\nopen('x')", id="the-shell-does-io"),
        pytest.param("sensors/virtual/people.py", "from random import Random\nRandom(7).random()", id="seeded"),
        pytest.param("sensors/virtual/a.py", "import random\nrandom.Random('a').random()", id="seeded-in-place"),
        pytest.param("policies/explain.py", "from policies.step import step", id="explain-step"),
        pytest.param("policies/step.py", "from policies.packs.a import A\nfrom policies.state import State", id="step"),
        pytest.param("policies/rules/a.py", "from policies.rules.b import B\nimport math", id="its-own-part"),
        pytest.param("policies/a.py", "def f(clock):\n    return clock.now()", id="a-clock-that-was-passed-in"),
        pytest.param("sensors/a.py", "from urllib.parse import unquote", id="the-pure-half-of-a-package"),
    ],
)
def test_what_is_allowed_is_not_found(path: str, source: str) -> None:
    assert problems(path, source) == []


def test_the_core_list_names_nothing_that_is_not_there() -> None:
    assert {name for name in STANDARD.split() if name.split(".")[0] not in sys.stdlib_module_names} == set()


def test_the_imports_of_a_compiled_loop_are_read_too() -> None:
    source = "cimport cython\nfrom libc.math cimport (\n    floor,\n)\nfrom policies.a import (\n    b,\n)\ncdef int c\nimport time\n"
    assert problems("sensors/a.pyx", readable("a.pyx", source)) == [
        "sensors/a.pyx:1: sensors may not import policies",
        "sensors/a.pyx:4: the core may not import time",
    ]


IMPORT = re.compile(r"^(?:from \S+ import (?:\([^)]*\)|[^\n(]+)|import [^\n]+)$", re.MULTILINE)


def readable(name: str, source: str) -> str:
    """Python as it is; of Cython, which Python cannot parse, the imports."""
    return source if name.endswith(".py") else "\n".join(IMPORT.findall(source))


def problems(path: str, source: str) -> list[str]:
    """What is wrong with one file: `path:line: why`. `path` is relative to the repository, with slashes."""
    tree = ast.parse(source, filename=path)
    package = PurePosixPath(path).parts[0]
    imports = list(_imports(tree))
    found = list(_across(package, imports))
    if package == "policies":
        found += _inside_policies(path, imports)
    if package in {"sensors", "policies"}:
        found += _impure(path, tree, imports)
    if package == "daemon" and path not in KNOWS_THE_WHOLE:
        found += _second_bootstrap(path, imports)
    return [f"{path}:{line}: {why}" for line, why in found]


Problem = tuple[int, str]


def _imports(tree: ast.Module) -> Iterator[Import]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (Import(node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = "." * node.level + (node.module or "")
            yield from (Import(node.lineno, f"{start}.{alias.name}") for alias in node.names)


def _across(package: str, imports: list[Import]) -> Iterator[Problem]:
    for line, name in imports:
        top = name.split(".")[0]
        if name.startswith("."):
            yield line, "relative imports hide the arrow"
        elif top in OURS and top not in MAY_IMPORT[package]:
            yield line, f"{package} may not import {top}"


def _inside_policies(path: str, imports: list[Import]) -> Iterator[Problem]:
    own = PurePosixPath(path).with_suffix("").parts[1]
    for line, name in imports:
        parts = name.split(".")
        if parts[0] != "policies" or len(parts) == 1 or parts[1] == own:
            continue
        here, there = POLICY_RANKS.get(own, STEP), POLICY_RANKS.get(parts[1], STEP)
        if there > here or (there == here != STEP):
            yield line, f"the arrow from policies.{own} to policies.{parts[1]} runs up"


def _impure(path: str, tree: ast.Module, imports: list[Import]) -> Iterator[Problem]:
    virtual = path.startswith("sensors/virtual/")
    for line, name in imports:
        if name.startswith(".") or name.split(".")[0] in OURS:
            continue
        if virtual and name in {"random", "random.Random"}:
            continue
        if not any(name == allowed or name.startswith(f"{allowed}.") for allowed in CORE_MAY_IMPORT):
            yield line, f"the core may not import {name}"
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            unseeded = called in {"Random", "random.Random"} and not node.args
            shared = called.startswith("random.") and not called.startswith("random.Random")
            if called in IMPURE_CALLS or unseeded or shared:
                yield node.lineno, f"the core may not call {called}"


def _second_bootstrap(path: str, imports: list[Import]) -> Iterator[Problem]:
    own = ".".join(PurePosixPath(path).parts[:2])
    used = {
        part: line
        for line, name in imports
        for part in CONCRETE
        if part != own and (name == part or name.startswith(f"{part}."))
    }
    if len(used) > 1:
        yield max(used.values()), f"only daemon/bootstrap.py may know {' and '.join(sorted(used))} together"
