"""A command's commit is not passed over by read after read."""

import threading

import pytest

from daemon.journal.turns import Turns


def test_whoever_lets_it_go_cannot_take_it_again_before_the_one_who_waits() -> None:
    for _ in range(200):
        lock, order = Turns(), list[str]()

        def engine(lock: Turns = lock, order: list[str] = order) -> None:
            with lock:
                order.append("engine")

        with lock:
            order.append("network")
            waiting = threading.Thread(target=engine)
            waiting.start()
            while not lock.is_awaited():
                pass
        with lock:
            order.append("network")
        waiting.join()
        assert order == ["network", "engine", "network"]


def test_it_is_let_go_when_the_block_fails() -> None:
    lock = Turns()
    with pytest.raises(ZeroDivisionError), lock:
        _ = 1 / 0
    with lock:
        assert not lock.is_awaited()
