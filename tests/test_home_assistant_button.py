"""Home Assistant's button has everything judged again: only a press of now, only where rules may be switched from there."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from home_assistant_site import Broker, after_closing
from offices import EVENING

from daemon.mqtt.batch import Batch, Handed
from daemon.ports import Reads
from dashboards.home_assistant.places import PRESSED, commanded_policy, press_topic
from policies.inputs import Asked, Tick
from sensors.messages import Message

TOPIC = "officed/test/home_assistant/SITE/press"
PRESS = b"PRESS"


def asked(broker: Broker) -> int:
    """How often everything is to be judged; nothing else may have been asked for."""
    assert not [item for item in broker.engine if isinstance(item, Asked)]
    return sum(1 for item in broker.engine if isinstance(item, Tick))


def test_a_press_has_everything_judged_after_what_was_heard_with_it() -> None:
    broker = Broker(may_arm=True)
    broker.say(TOPIC, PRESS)
    assert [type(item) for item in broker.engine] == [Batch, Tick]


@pytest.mark.parametrize(
    ("topic", "payload", "retained", "backlog"),
    [
        pytest.param(TOPIC, PRESS, True, False, id="retained"),
        pytest.param(TOPIC, PRESS, False, True, id="queued while we were away"),
        pytest.param(TOPIC, b"press", False, False, id="another word"),
        pytest.param(TOPIC, b"", False, False, id="nothing"),
        pytest.param("officed/other/home_assistant/SITE/press", PRESS, False, False, id="another site"),
        pytest.param("officed/test/home_assistant/room/press", PRESS, False, False, id="a room"),
        pytest.param("officed/test/home_assistant/SITE/set", PRESS, False, False, id="a switch's topic"),
    ],
)
def test_what_is_no_press_of_now_does_nothing(topic: str, payload: bytes, retained: bool, backlog: bool) -> None:
    broker = Broker(may_arm=True)
    broker.say(topic, payload, retained=retained, backlog=backlog)
    assert asked(broker) == 0
    broker.say(TOPIC, PRESS)
    assert asked(broker) == 1


@pytest.mark.parametrize(("enabled", "may_arm"), [(True, False), (False, True)])
def test_where_nothing_may_be_told_there_is_no_button_and_no_ear_for_it(enabled: bool, may_arm: bool) -> None:
    broker = Broker(enabled=enabled, may_arm=may_arm)
    broker.say(TOPIC, PRESS)
    broker.look(after_closing())
    assert asked(broker) == 0
    assert TOPIC not in broker.shown.subscriptions
    assert not any(b"press" in payload for _, payload in broker.log)


def test_the_announcement_says_where_and_what_to_press_and_never_to_keep_it() -> None:
    broker = Broker(may_arm=True)
    broker.look(after_closing())
    parts = broker.config("SITE")["components"]
    assert isinstance(parts, dict)
    assert parts["recheck"] == {
        "platform": "button",
        "unique_id": "officed.test.SITE.recheck",
        "name": "Check everything again now",
        "command_topic": TOPIC,
        "payload_press": PRESSED,
        "retain": False,
        "qos": 1,
    }
    assert TOPIC in broker.shown.subscriptions
    assert TOPIC not in {topic for topic, _ in broker.log}


def test_who_may_press_can_switch_no_rule_with_it() -> None:
    assert press_topic("test") == TOPIC
    assert commanded_policy("test", TOPIC) is None
    broker = Broker(may_arm=True)
    broker.say(TOPIC, b"ON")
    assert asked(broker) == 0


@pytest.mark.parametrize(("seconds", "count"), [(0, 1), (1.999, 1), (2, 2), (-60, 2)])
def test_bounces_are_one_wish_and_a_clock_set_back_locks_nobody_out(seconds: float, count: int) -> None:
    broker = Broker(may_arm=True)
    for at in (EVENING, EVENING + timedelta(seconds=seconds)):
        broker.shown.put_all([Batch(1, at, [Message(TOPIC, PRESS, at)])])
    assert asked(broker) == count


def test_what_may_be_meant_for_us_is_not_judged_before_we_have_heard_it() -> None:
    class Judging(Broker):
        def judge(self, batches: Sequence[Batch], reads: Reads) -> Sequence[Handed]:
            del batches, reads
            return ()

    broker, reads = Judging(may_arm=True), Reads([], 5)
    press, reading = (Batch(1, EVENING, [Message(topic, PRESS, EVENING)]) for topic in (TOPIC, "stat/plug/RESULT"))
    assert broker.shown.judge([reading], reads) == ()
    assert broker.shown.judge([reading, press], reads) == [reading, press]
