"""A pytest plugin (`-p without_compiled`): the run is one on a machine that had no compiler."""

import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
LOOPS = [path for path in ROOT.glob("[dps]*/**/fast_*.pyx") if not path.relative_to(ROOT).parts[0].startswith(".")]

for loop in LOOPS:
    sys.modules[".".join(loop.relative_to(ROOT).with_suffix("").parts)] = None  # type: ignore[assignment]  # so it cannot be imported
