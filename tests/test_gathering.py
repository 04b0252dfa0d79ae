"""Readings that change no state wait for others; whatever presses is judged at once, with all that had waited."""

import time
from collections.abc import Sequence
from datetime import timedelta

import pytest
from offices import EVENING, ac, office, plug

from daemon.engine.gathering import GATHERED_AT_MOST, Gathering
from daemon.engine.inbox import BATCHES_AT_ONCE, MANY, MESSAGES_AT_ONCE, STAYING, Aside, Inbox, Item, Stop
from daemon.mqtt.batch import Batch, Decoded
from policies.inputs import Readings, Tick
from policies.pressing import is_pressing
from policies.state import State
from policies.step import step
from sensors.messages import Message
from sensors.readings import AnyReading, Busy, Climate, CommandReply, Power, PrintJob

PLUG = plug()
UNIT = ac()
LONG = timedelta(seconds=30)
SAID = {
    b"same": Power(device=PLUG.id, arrived_at=EVENING, is_on=True, watts=41.0),
    b"off": Power(device=PLUG.id, arrived_at=EVENING, is_on=False, watts=0.0),
}


def known() -> State:
    """An office that has heard a plug and an air conditioner a moment ago."""
    begun = office(PLUG, UNIT, policies=[])
    said: list[AnyReading] = [
        Power(device=PLUG.id, arrived_at=EVENING - timedelta(seconds=5), is_on=True, watts=40.0),
        Climate(device=UNIT.id, arrived_at=EVENING - timedelta(seconds=5), mode="cool", cooling_setpoint_celsius=26.0),
    ]
    return step(begun, [Readings(said)], EVENING).state


def decode(messages: Sequence[Message]) -> list[AnyReading]:
    if any(message.payload == b"broken" for message in messages):
        raise ValueError("no decoder may do that")
    return [SAID[message.payload] for message in messages]


def handed(*payloads: bytes | Item, longest: timedelta = LONG, seconds: float = 0.05) -> list[list[Item]]:
    """What each next step is over, until nothing is left."""
    inbox = Inbox()
    for row, item in enumerate(payloads):
        inbox.put(Batch(row, EVENING, [Message("z/p", item, EVENING)]) if isinstance(item, bytes) else item)
    gathering = Gathering(inbox, longest)
    steps: list[list[Item]] = []
    while sum(map(len, steps)) < len(payloads):
        steps.append(gathering.next(seconds, decode, known().office))
    return steps


@pytest.mark.parametrize(
    ("reading", "presses"),
    [
        pytest.param(Power(device=PLUG.id, arrived_at=EVENING, is_on=True, watts=99.0), False, id="more watts"),
        pytest.param(Power(device=PLUG.id, arrived_at=EVENING, watts=99.0), False, id="watts alone"),
        pytest.param(Power(device=PLUG.id, arrived_at=EVENING, is_on=False), True, id="switched off"),
        pytest.param(Power(device=PLUG.id, arrived_at=EVENING, is_on=False, live=False), False, id="no evidence"),
        pytest.param(
            Power(device=PLUG.id, arrived_at=EVENING + timedelta(days=1), is_on=True), True, id="after a silence"
        ),
        pytest.param(Climate(device=UNIT.id, arrived_at=EVENING, mode="cool", room_celsius=29.0), False, id="warmer"),
        pytest.param(Climate(device=UNIT.id, arrived_at=EVENING, mode="heat"), True, id="another mode"),
        pytest.param(Climate(device=UNIT.id, arrived_at=EVENING, cooling_setpoint_celsius=23.0), True, id="set lower"),
        pytest.param(
            Climate(device=UNIT.id, arrived_at=EVENING, heating_setpoint_celsius=20.0), True, id="never said before"
        ),
        pytest.param(PrintJob(device=PLUG.id, arrived_at=EVENING, job="1"), False, id="printed"),
        pytest.param(Busy(device=PLUG.id, arrived_at=EVENING, busy=True), True, id="at work"),
        pytest.param(CommandReply(device=PLUG.id, arrived_at=EVENING, accepted=False), True, id="an answer"),
        pytest.param(Power(device=UNIT.id, arrived_at=EVENING, is_on=True), True, id="another side of a device"),
    ],
)
def test_what_changes_a_state_presses(reading: AnyReading, presses: bool) -> None:
    assert is_pressing(known().office, [reading]) is presses


def test_the_first_evidence_of_what_was_only_last_known_presses() -> None:
    moment = EVENING - timedelta(seconds=5)
    dim = step(
        office(PLUG, policies=[]),
        [
            Readings(
                [
                    Power(device=PLUG.id, arrived_at=moment, watts=40.0),
                    Power(device=PLUG.id, arrived_at=moment, is_on=True, live=False),
                ]
            )
        ],
        EVENING,
    ).state
    assert is_pressing(dim.office, [Power(device=PLUG.id, arrived_at=EVENING, is_on=True)])
    assert not is_pressing(dim.office, [Power(device=PLUG.id, arrived_at=EVENING, watts=41.0)])


def test_a_device_that_nobody_configured_presses_nobody() -> None:
    stranger = Power(device=plug("stranger").id, arrived_at=EVENING, is_on=True)
    assert not is_pressing(known().office, [stranger])


def test_what_changes_nothing_is_judged_together() -> None:
    assert [len(step) for step in handed(b"same", b"same", b"same")] == [3]


def test_what_presses_is_judged_at_once_with_all_that_waited() -> None:
    began = time.monotonic()
    steps = handed(b"same", b"off", seconds=20)
    assert time.monotonic() - began < 10, "it waited although something pressed"
    assert [item.readings[0].live for item in steps[0] if isinstance(item, Decoded)] == [True, True]


def test_anything_but_readings_ends_the_wait_and_keeps_its_place() -> None:
    steps = handed(b"same", Tick(), b"same", Stop(), seconds=20)
    kinds = [type(item) for item in steps[0]]
    assert kinds == [Decoded, Tick, Batch, Stop]


def test_nothing_waits_longer_than_it_may() -> None:
    began = time.monotonic()
    handed(b"same", longest=timedelta(milliseconds=20), seconds=20)
    assert time.monotonic() - began < 10


def test_nothing_waits_where_nothing_may() -> None:
    began = time.monotonic()
    steps = handed(b"same", longest=timedelta(0), seconds=20)
    assert time.monotonic() - began < 10
    assert [type(item) for item in steps[0]] == [Batch]


def test_what_cannot_be_decoded_is_left_to_the_step() -> None:
    steps = handed(b"same", b"broken", b"same", seconds=20)
    assert [type(item) for item in steps[0]] == [Decoded, Batch, Batch]


def test_requests_of_people_do_not_wait() -> None:
    inbox = Inbox()
    inbox.put(Batch(1, EVENING, [Message("officed/site/request", b"same", EVENING)]))
    gathering = Gathering(inbox, LONG)
    gathering.at_once = "officed/site/request"
    began = time.monotonic()
    assert len(gathering.next(20, decode, known().office)) == 1
    assert time.monotonic() - began < 10


def test_what_only_waits_is_judged_before_a_command_would_have_to_wait_for_its_decoding() -> None:
    inbox = Inbox()
    gathering = Gathering(inbox, LONG)
    calm = [Batch(row, EVENING, [Message("z/p", b"same", EVENING)] * 400, is_calm=True) for row in range(5)]
    inbox.put_all(calm)
    began = time.monotonic()
    assert gathering.next(20, decode, known().office) == calm
    assert time.monotonic() - began < 10, "two thousand are enough"


def test_reads_of_a_flood_make_larger_steps() -> None:
    class Flooded(Inbox):
        """A large read after another."""

        def take(self, seconds: float, *, calm_after: float = 0.0, aside: Aside = STAYING) -> list[Item]:
            self.put(Batch(1, EVENING, [Message("z/p", b"same", EVENING)] * MANY))
            return super().take(seconds, calm_after=calm_after, aside=aside)

    assert MESSAGES_AT_ONCE > GATHERED_AT_MOST
    steps = Gathering(Flooded(), LONG).next(20, decode, known().office)
    assert sum(len(item.batch.messages) for item in steps if isinstance(item, Decoded)) == MESSAGES_AT_ONCE


def test_a_flood_is_not_looked_at_one_by_one_and_waits_for_one_read_more() -> None:
    inbox = Inbox()
    inbox.put(Batch(1, EVENING, [Message("z/p", b"same", EVENING)] * MANY))
    began = time.monotonic()
    (item,) = Gathering(inbox, LONG).next(20, decode, known().office)
    assert time.monotonic() - began < 10
    assert isinstance(item, Decoded)
    assert len(item.readings) == MANY


def test_what_was_handed_out_is_not_handed_out_again() -> None:
    inbox = Inbox()
    gathering = Gathering(inbox, timedelta(0))
    inbox.put(Tick())
    assert gathering.next(0.01, decode, known().office) == [Tick()]
    calm = Batch(1, EVENING, [], True)
    inbox.put(calm)
    assert gathering.everything() == [calm]
    assert gathering.everything() == []
    assert gathering.next(0.01, decode, known().office) == []


def test_what_is_not_said_by_devices_or_asks_for_something_is_the_engines() -> None:
    inbox = Inbox()
    gathering = Gathering(inbox, timedelta(0))
    gathering.at_once = "office/requests"
    calm = Batch(1, EVENING, [], True)
    for other in (Tick(), Batch(2, EVENING, [Message("office/requests", b"{}", EVENING)])):
        inbox.put(calm)
        inbox.put(other)
        assert gathering.everything() is None
        assert gathering.next(0.01, decode, known().office) == [calm, other]


def test_a_request_is_looked_at_by_the_engine_alone() -> None:
    gathering = Gathering(Inbox(), timedelta(0))
    gathering.at_once = "office/requests"
    asking = [Batch(2, EVENING, [Message("office/requests", b"{}", EVENING)])]
    assert gathering.look(asking, lambda _: [], known().office) == (asking, False)


def test_what_is_put_back_comes_first() -> None:
    inbox = Inbox()
    gathering = Gathering(inbox, timedelta(0))
    first, second = Batch(1, EVENING, [], True), Batch(2, EVENING, [], True)
    inbox.put(first)
    taken = gathering.everything()
    assert taken == [first]
    inbox.put(second)
    inbox._bell.acquire(blocking=False)
    gathering.put_back(taken)
    assert inbox._bell.acquire(blocking=False), "nobody would look"
    inbox.put(Tick())
    assert gathering.next(0.01, decode, known().office) == [first, second, Tick()]


@pytest.mark.parametrize("reads", [(GATHERED_AT_MOST + 1,), (1,) * (BATCHES_AT_ONCE + 1)])
def test_what_is_too_much_for_a_step_before_its_time_stays_in_its_order_and_is_found_at_once(
    reads: tuple[int, ...],
) -> None:
    inbox = Inbox()
    calm = [Batch(row, EVENING, [Message("z/p", b"same", EVENING)] * count, True) for row, count in enumerate(reads)]
    inbox.put_all(calm)
    gathering = Gathering(inbox, timedelta(0))
    assert gathering.everything() is None
    taken: list[Item] = []
    while len(taken) < len(calm):
        taken += gathering.next(20, decode, known().office)
    assert taken == calm
