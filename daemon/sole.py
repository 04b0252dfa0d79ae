"""One `officed run` at a time at one journal: two would each believe that they alone decide. A lock of the kernel's.

It is on a file beside the journal and ends with the process, however that ends; the file stays and means nothing.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from daemon.errors import StoreUnavailable


def lock_file(journal: Path) -> Path:
    """Where the lock of a journal is."""
    return journal.with_name(f"{journal.name}.lock")


@contextmanager
def sole(journal: Path) -> Iterator[None]:
    """Be the only one. Raises StoreUnavailable where somebody else is, or the folder cannot be written."""
    try:
        journal.parent.mkdir(parents=True, exist_ok=True)
        file = lock_file(journal).open("a")
    except OSError as error:
        raise StoreUnavailable(f"{lock_file(journal)}: {error.strerror or error}") from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise StoreUnavailable(f"another officed runs with {journal}") from error
        yield


def is_held(journal: Path) -> bool:
    """Whether an `officed run` works with this journal now. Raises StoreUnavailable."""
    if not lock_file(journal).exists():
        return False
    try:
        with sole(journal):
            return False
    except StoreUnavailable:
        return True
