"""What is put is taken in its order; what is surely no news wakes nobody who has something waiting already."""

import threading
import time
from datetime import timedelta

from offices import EVENING, office, plug

from daemon.engine.gathering import Gathering
from daemon.engine.inbox import BATCHES_AT_ONCE, MANY, Calm, Inbox, Item
from daemon.mqtt.batch import Batch
from policies.inputs import Tick
from sensors.messages import Message
from sensors.readings import AnyReading
from sensors.unchanged import Unchanged

LONG = 20.0
OFFICE = office(plug(), policies=[]).office


def batch(row: int, payload: bytes = b'{"state":"ON"}', count: int = 1) -> Batch:
    return Batch(row, EVENING, [Message("z/p", payload, EVENING)] * count)


def watched() -> Inbox:
    """An inbox that knows the keys of its one topic, and has heard it once."""
    inbox = Inbox(Unchanged(lambda _: ("state",), timedelta(hours=1)))
    inbox.put(batch(0))
    inbox.take(0)
    return inbox


def test_what_is_put_is_taken_in_its_order() -> None:
    inbox = watched()
    items: list[Item] = [batch(1), Tick(), batch(2, b'{"state":"OFF"}'), batch(3, b'{"state":"OFF"}')]
    for item in items:
        inbox.put(item)
    assert inbox.take(0) == [Calm(items[0]), items[1], items[2], Calm(items[3])]  # type: ignore[arg-type]  # batches
    assert inbox.take(0) == []


def test_calm_ends_no_wait_for_news_and_news_does() -> None:
    inbox = watched()
    taken: list[object] = []
    waits = threading.Event()

    def wait() -> None:
        waits.set()
        taken.extend(inbox.take(LONG, until_calm=False))

    thread = threading.Thread(target=wait)
    thread.start()
    waits.wait()
    for row in range(1, 4):
        inbox.put(batch(row))
        thread.join(0.02)
    assert thread.is_alive(), "a calm batch has woken it"
    inbox.put(Tick())
    thread.join(LONG / 2)
    assert not thread.is_alive()
    assert len(taken) == 4


def test_calm_ends_the_wait_for_anything() -> None:
    inbox = watched()
    began = time.monotonic()
    inbox.put(batch(1))
    assert inbox.take(LONG) == [Calm(batch(1))]
    inbox.take(0, until_calm=False)
    inbox.put(batch(2))  # nobody is woken: it is there for the next wait
    assert inbox.take(LONG) == [Calm(batch(2))]
    assert time.monotonic() - began < LONG / 2


def test_what_does_not_fit_into_one_step_is_not_waited_for() -> None:
    inbox = watched()
    for row in range(BATCHES_AT_ONCE + 3):
        inbox.put(batch(row))
    began = time.monotonic()
    assert len(inbox.take(LONG)) == BATCHES_AT_ONCE
    assert len(inbox.take(LONG, until_calm=False)) == 3
    assert time.monotonic() - began < LONG / 2


def test_many_at_once_are_not_looked_at_and_the_next_word_of_each_topic_is_news() -> None:
    inbox = watched()
    many, after, later = batch(1, b'{"state":"OFF"}', MANY), batch(2), batch(3)
    for item in (many, after, later):
        inbox.put(item)
    assert inbox.take(0) == [many, after, Calm(later)]


def test_calm_batches_are_handed_to_the_step_undecoded_when_the_wait_is_over() -> None:
    inbox = watched()
    inbox.put(batch(1))
    inbox.put(batch(2))

    def decode(_: object) -> list[AnyReading]:
        raise AssertionError("it is known to be calm")

    assert Gathering(inbox, timedelta(milliseconds=10)).next(LONG, decode, OFFICE) == [batch(1), batch(2)]


def test_once_something_waits_for_its_step_only_news_ends_the_wait() -> None:
    waits: list[bool] = []

    class Watched(Inbox):
        def take(self, seconds: float, *, until_calm: bool = True) -> list[Item | Calm]:
            waits.append(until_calm)
            return super().take(seconds, until_calm=until_calm)

    inbox = Watched(Unchanged(lambda _: ("state",), timedelta(hours=1)))
    inbox.put(batch(0))
    inbox.take(0)
    inbox.put(batch(1))
    Gathering(inbox, timedelta(milliseconds=30)).next(LONG, lambda _: [], OFFICE)
    assert waits == [True, True, False]
