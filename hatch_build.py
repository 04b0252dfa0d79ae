"""Compiles the few hot loops (`*.pyx`) where there is a C compiler; where there is none, the same loops run in Python.

Called by hatchling for a wheel and for an editable installation. A loop that cannot be compiled fails nothing: it is said, and
the file of the same name without `fast_` does its work.
"""

import os
import shlex
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PACKAGES = ("daemon", "dashboards", "policies", "sensors")
SUFFIX = str(sysconfig.get_config_var("EXT_SUFFIX"))
SECONDS = 300


class CompileHotLoops(BuildHookInterface):  # type: ignore[type-arg]  # the configuration's type, which is not used
    """Puts each compiled loop beside its source, and into the wheel, which is then one for this machine."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Before the files are collected."""
        del version
        root = Path(self.root)
        reason = missing()
        if reason:
            say(f"hot loops stay in Python: {reason}")
        built = [] if reason else [each for each in sources(root) if compiled(each, root)]
        if built:
            build_data["artifacts"] += [f"/{each.relative_to(root).with_suffix(SUFFIX)}" for each in built]
            build_data["pure_python"] = False
            build_data["infer_tag"] = True


def sources(root: Path) -> list[Path]:
    """The loops."""
    return sorted(each for package in PACKAGES for each in (root / package).rglob("*.pyx"))


def missing() -> str:
    """What is missing here for compiling; empty: nothing."""
    if shutil.which(compiler()[0]) is None:
        return "no C compiler (Debian: gcc)"
    if not (Path(sysconfig.get_path("include")) / "Python.h").is_file():
        return "no Python.h (Debian: python3-dev)"
    return ""


def compiler() -> list[str]:
    """`CC`, or what Python itself was built with, or `cc`."""
    for words in (os.environ.get("CC"), sysconfig.get_config_var("CC"), "cc"):
        command = shlex.split(words or "")
        if command and shutil.which(command[0]):
            return command
    return ["cc"]


def compiled(source: Path, root: Path) -> bool:
    """Whether it is beside its source now; a stale one is removed where it cannot be made anew."""
    target = source.with_suffix(SUFFIX)
    target.unlink(missing_ok=True)
    module = ".".join(source.relative_to(root).with_suffix("").parts)
    with tempfile.TemporaryDirectory() as folder:
        made, library = Path(folder) / "loop.c", Path(folder) / "loop.so"
        steps = [
            [
                sys.executable,
                "-m",
                "cython",
                "-3",
                "-I",
                str(root),
                "--module-name",
                module,
                str(source),
                "-o",
                str(made),
            ],
            [
                *compiler(),
                "-O2",
                "-fPIC",
                "-shared",
                "-w",
                "-I",
                sysconfig.get_path("include"),
                str(made),
                "-o",
                str(library),
            ],
        ]
        for step in steps:
            done = subprocess.run(step, cwd=root, capture_output=True, text=True, timeout=SECONDS, check=False)  # noqa: S603  our own words
            if done.returncode != 0:
                say(f"{source.name} stays in Python: {done.stderr.strip()[-2000:]}")
                return False
        shutil.move(library, target)
    return True


def say(words: str) -> None:
    """To whoever installs."""
    sys.stderr.write(f"officed: {words}\n")
