"""What the start has left behind is given back, where the C library can."""

import ctypes
import gc
import subprocess
import sys

import pytest

from daemon import memory

needs_glibc = pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "malloc_trim"), reason="the C library is not glibc")

LEFT_BEHIND = """
import resource
from daemon.memory import settle

def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize()

parsed = [bytes(2_000) for _ in range(20_000)]
kept = parsed[::50]
del parsed
before = resident()
settle(no_command_waits=False)
print(before - resident())
"""


@needs_glibc
def test_what_the_start_has_left_behind_is_given_back() -> None:
    done = subprocess.run([sys.executable, "-c", LEFT_BEHIND], check=True, capture_output=True)
    assert int(done.stdout) > 20_000_000


def test_another_c_library_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda _: object())
    before = gc.get_threshold()
    try:
        memory.settle(no_command_waits=True)
        assert gc.get_threshold()[0] == memory.FEW_BEFORE_LOOKING
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
