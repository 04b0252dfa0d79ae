"""How memory is looked after once everything is there: what the start has used goes back, and what stays is not searched for ever.

What parsing and importing leave behind free would never go by itself: 7 MB with 5,000 devices. Only glibc is asked
(gnu.org/software/libc/manual, 3.2.3.9: malloc_trim); elsewhere it stays.
"""

import ctypes
import gc
from typing import Final

NEW_BEFORE_LOOKING: Final = 20_000
"""Objects between two searches for circles: what a flood brings makes none, and is looked through thirty times less."""
FEW_BEFORE_LOOKING: Final = 1_000
"""The same where no command may wait: a search for so many takes 0.2 ms, for the others 2 ms, which is longer than all the rest."""


def settle(*, no_command_waits: bool) -> None:
    """To be called once, before the threads are started."""
    library = ctypes.CDLL(None)
    if hasattr(library, "malloc_trim"):
        library.malloc_trim(0)
    gc.freeze()  # what is there now stays: no need to look through it again and again
    gc.set_threshold(FEW_BEFORE_LOOKING if no_command_waits else NEW_BEFORE_LOOKING)
