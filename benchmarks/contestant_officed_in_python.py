"""officed where nothing could be compiled: the same, with every loop in Python (decision 0012)."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from daemon.hot_loops import LOOPS

sys.modules.update(dict.fromkeys(LOOPS))  # type: ignore[arg-type]  # None: it cannot be imported

import contestant_officed  # noqa: E402  only now

if __name__ == "__main__":
    contestant_officed.main()
