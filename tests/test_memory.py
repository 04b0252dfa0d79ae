"""What is freed is not fetched anew every second, and what the start has left behind is given back."""

import ctypes
import gc
import subprocess
import sys

import pytest

from daemon import memory

needs_glibc = pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "mallopt"), reason="the C library is not glibc")

A_SECOND_AFTER_ANOTHER = """
import resource, sys, threading
if sys.argv[1] == "settled":
    from daemon.memory import settle
    settle(no_command_waits=False)

def faults():
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt

def seconds():
    global count
    [bytes(100_000) for _ in range(10)]
    before = faults()
    for _ in range(100):
        kept = [bytes(100_000) for _ in range(10)]
        del kept
    count = faults() - before

thread = threading.Thread(target=seconds)
thread.start()
thread.join()
print(count)
"""
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


def said_by(program: str, *arguments: str) -> int:
    """Its only word."""
    return int(subprocess.run([sys.executable, "-c", program, *arguments], check=True, capture_output=True).stdout)


@needs_glibc
def test_what_each_second_frees_is_there_for_the_next() -> None:
    assert said_by(A_SECOND_AFTER_ANOTHER, "settled") < said_by(A_SECOND_AFTER_ANOTHER, "as it comes") / 10


@needs_glibc
def test_what_the_start_has_left_behind_is_given_back() -> None:
    assert said_by(LEFT_BEHIND) > 20_000_000


def test_another_c_library_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda _: object())
    before = gc.get_threshold()
    try:
        memory.settle(no_command_waits=True)
        assert gc.get_threshold()[0] == memory.FEW_BEFORE_LOOKING
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
