"""Nothing but what all tests share: where the real programs are."""

import os
import shutil
from collections.abc import Callable

import pytest


@pytest.fixture(scope="session")
def program() -> Callable[..., str]:
    """The path of a real program; skips, naming it, where it is not installed. Debian hides daemons in /usr/sbin."""

    def find(*names: str) -> str:
        path = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin"])
        for name in names:
            if found := shutil.which(name, path=path):
                return found
        pytest.skip(f"not installed: {' or '.join(names)}")

    return find
