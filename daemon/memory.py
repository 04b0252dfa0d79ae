"""How memory is looked after once everything is there: what the start has used goes back, what each second uses stays.

The C library gives free memory back to the system at every occasion, and a second later each page of it is fetched anew and
filled with zeros: a tenth of what a steady office costs. And what parsing and importing have left behind would never go: it
is 7 MB with 5,000 devices. Only glibc is asked (gnu.org/software/libc/manual, 3.2.3.9); elsewhere all stays as it is.
"""

import ctypes
import gc
from typing import Final

NEW_BEFORE_LOOKING: Final = 20_000
"""Objects between two searches for circles: what a flood brings makes none, and is looked through thirty times less."""
FEW_BEFORE_LOOKING: Final = 1_000
"""The same where no command may wait: a search for so many takes 0.2 ms, for the others 2 ms, which is longer than all the rest."""

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
_FREE_BYTES = 2 << 20
_OWN_MAPPING_BYTES = 1 << 20


def settle(*, no_command_waits: bool) -> None:
    """To be called once, before the threads are started."""
    library = ctypes.CDLL(None)
    if hasattr(library, "malloc_trim") and hasattr(library, "mallopt"):
        library.malloc_trim(0)
        library.mallopt(_MMAP_THRESHOLD, _OWN_MAPPING_BYTES)
        library.mallopt(_TRIM_THRESHOLD, _FREE_BYTES)
    gc.freeze()  # what is there now stays: no need to look through it again and again
    gc.set_threshold(FEW_BEFORE_LOOKING if no_command_waits else NEW_BEFORE_LOOKING)
