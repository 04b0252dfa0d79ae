"""A pytest plugin (`-p without_compiled`): the run is one on a machine that had no compiler."""

import sys

from daemon.hot_loops import LOOPS

for loop in LOOPS:
    sys.modules[loop] = None  # type: ignore[assignment]  # so that it cannot be imported
