"""A lock that goes to whoever waits. Python's may be taken again at once by the thread that has just let it go.

The network thread commits read after read; a command that waits for its own commit would lose to it several times over.
"""

import threading
from types import TracebackType


class Turns:
    """Used with `with`, as a lock; not to be taken twice by one thread."""

    def __init__(self) -> None:
        self._next = threading.Lock()
        self._held = threading.Lock()

    def __enter__(self) -> None:
        with self._next:
            self._held.acquire()

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        self._held.release()

    def is_awaited(self) -> bool:
        """Whether somebody waits for it: then it is theirs next."""
        return self._next.locked()
