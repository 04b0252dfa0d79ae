"""What is put is taken in its order; what is surely no news wakes nobody who has something waiting already."""

import threading
import time
from datetime import timedelta

import pytest
from offices import EVENING, office, plug

from daemon.engine.gathering import NEARLY, Gathering
from daemon.engine.inbox import BATCHES_AT_ONCE, MANY, STAYING, Aside, Inbox, Item
from daemon.mqtt.batch import Batch
from policies.inputs import Tick
from sensors.messages import Message
from sensors.readings import AnyReading
from sensors.unchanged import Unchanged

LONG = 20.0
OFFICE = office(plug(), policies=[]).office


def said(payload: bytes = b'{"state":"ON"}', count: int = 1) -> list[Message]:
    return [Message("z/p", payload, EVENING)] * count


def calm(row: int) -> Batch:
    return Batch(row, EVENING, said(), is_calm=True)


def test_what_is_put_is_taken_in_its_order() -> None:
    inbox = Inbox()
    items: list[Item] = [calm(1), Tick(), Batch(2, EVENING, said()), calm(3)]
    for item in items:
        inbox.put(item)
    inbox.put_all([calm(4), Batch(5, EVENING, said())])
    assert inbox.take(0) == [*items, calm(4), Batch(5, EVENING, said())]
    assert inbox.take(0) == []


def waiting_for_news(inbox: Inbox) -> tuple[threading.Thread, list[object]]:
    """A thread that waits for anything but calm, and what it will have taken."""
    taken: list[object] = []
    waits = threading.Event()

    def wait() -> None:
        waits.set()
        taken.extend(inbox.take(LONG, calm_after=LONG))

    thread = threading.Thread(target=wait)
    thread.start()
    waits.wait()
    return thread, taken


def test_calm_ends_no_wait_for_news_and_news_does() -> None:
    inbox = Inbox()
    thread, taken = waiting_for_news(inbox)
    inbox.put(calm(1))
    inbox.put_all([calm(2), calm(3)])
    thread.join(0.05)
    assert thread.is_alive(), "a calm batch has woken it"
    inbox.put(Tick())
    thread.join(LONG / 2)
    assert not thread.is_alive()
    assert len(taken) == 4


def test_what_came_together_wakes_once_and_is_found_as_a_whole() -> None:
    inbox = Inbox()
    thread, taken = waiting_for_news(inbox)
    inbox.put_all([calm(1), Batch(2, EVENING, said()), calm(3)])
    thread.join(LONG / 2)
    assert taken == [calm(1), Batch(2, EVENING, said()), calm(3)]


def test_calm_ends_the_wait_for_anything() -> None:
    inbox = Inbox()
    began = time.monotonic()
    inbox.put(calm(1))
    assert inbox.take(LONG) == [calm(1)]
    inbox.take(0, calm_after=LONG)
    inbox.put_all([calm(2)])  # nobody is woken: it is there for the next wait
    assert inbox.take(LONG) == [calm(2)]
    assert time.monotonic() - began < LONG / 2


def test_what_does_not_fit_into_one_step_is_not_waited_for() -> None:
    inbox = Inbox()
    inbox.put_all([calm(row) for row in range(BATCHES_AT_ONCE + 3)])
    began = time.monotonic()
    assert len(inbox.take(LONG)) == BATCHES_AT_ONCE
    assert len(inbox.take(LONG, calm_after=LONG)) == 3
    assert time.monotonic() - began < LONG / 2


def test_many_at_once_are_not_looked_at_and_the_next_word_of_each_topic_is_news() -> None:
    inbox = Inbox(Unchanged(lambda _: ("state",), timedelta(hours=1)))
    heard = [said(), said(), said(b'{"state":"OFF"}', MANY), said(), said()]
    assert [inbox.is_calm(messages) for messages in heard] == [False, True, False, False, True]


def test_where_nothing_is_known_of_states_all_is_news() -> None:
    assert [Inbox().is_calm(said()) for _ in range(2)] == [False, False]


def test_calm_batches_are_handed_to_the_step_undecoded_when_the_wait_is_over() -> None:
    inbox = Inbox()
    inbox.put_all([calm(1), calm(2)])

    def decode(_: object) -> list[AnyReading]:
        raise AssertionError("it is known to be calm")

    assert Gathering(inbox, timedelta(milliseconds=10)).next(LONG, decode, OFFICE) == [calm(1), calm(2)]


def test_after_a_while_calm_ends_the_wait_too() -> None:
    inbox = Inbox()
    threading.Timer(0.05, inbox.put_all, [[calm(1)]]).start()
    threading.Timer(0.3, inbox.put, [calm(2)]).start()
    assert inbox.take(LONG, calm_after=0.2) == [calm(1), calm(2)]


def test_once_something_waits_for_its_step_only_news_ends_the_wait_until_it_is_nearly_over() -> None:
    waits: list[float] = []

    class Watched(Inbox):
        def take(self, seconds: float, *, calm_after: float = 0.0, aside: Aside = STAYING) -> list[Item]:
            waits.append(calm_after)
            return super().take(seconds, calm_after=calm_after, aside=aside)

    inbox = Watched()
    inbox.put(calm(1))
    Gathering(inbox, timedelta(milliseconds=30)).next(LONG, lambda _: [], OFFICE)
    assert waits == [0, pytest.approx(NEARLY * 0.03, abs=0.02)]


def test_a_step_begins_with_a_read_rather_than_between_two() -> None:
    inbox = Inbox()
    inbox.put(calm(1))
    threading.Timer(0.1, inbox.put_all, [[calm(2)]]).start()
    threading.Timer(0.95, inbox.put_all, [[calm(3)]]).start()
    began = time.monotonic()
    assert Gathering(inbox, timedelta(seconds=1)).next(LONG, lambda _: [], OFFICE) == [calm(1), calm(2), calm(3)]
    assert time.monotonic() - began > NEARLY
