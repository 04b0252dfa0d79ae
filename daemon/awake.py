"""Where a command may not wait, the processor is not let sleep: to wake it takes as long as to decide.

Linux keeps all cores polling as long as somebody holds this file open with a bound of 0 µs (docs.kernel.org/power/pm_qos_interface.html),
and lets them sleep again when that process ends, however it ends. It costs some watts, so only whoever asks for no delay gets it.
"""

import logging
import struct
from contextlib import ExitStack, suppress
from io import FileIO
from pathlib import Path
from typing import Final

_log = logging.getLogger(__name__)

LATENCY: Final = Path("/dev/cpu_dma_latency")
_NO_MICROSECONDS: Final = struct.pack("=i", 0)


class Awake:
    """Main thread. Where it may not be done (no root, no Linux) that is said, and commands take some tenths of a millisecond more."""

    def __init__(self, *, wanted: bool, file: Path = LATENCY) -> None:
        self.is_wanted = wanted
        """May no command wait?"""
        self._path = file
        self._file: FileIO | None = None

    @property
    def is_held(self) -> bool:
        """Is the processor kept awake now?"""
        return self._file is not None

    def hold(self) -> None:
        """From now on."""
        if not self.is_wanted or self._file is not None:
            return
        try:
            with ExitStack() as held:
                file = held.enter_context(FileIO(self._path, "r+"))
                file.write(_NO_MICROSECONDS)
                held.pop_all()
        except OSError as trouble:
            _log.info("max_ingest_delay 0: the processor may sleep (%s)", trouble)
        else:
            self._file = file

    def let_go(self) -> None:
        """It may sleep again."""
        held, self._file = self._file, None
        if held is not None:
            with suppress(OSError):
                held.close()
