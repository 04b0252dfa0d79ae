"""Who hears of what: the ladder and its deadlines, once, in their language, not at night, and never whose fault it is."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from offices import EVENING, ROOM, Run, cooling, heard, office, plug, power
from offices import ac as air_conditioner

from daemon.configuration.load import parse
from daemon.configuration.problem import ConfigError
from daemon.notices.delivery import Delivery, Send, by_apprise
from daemon.notices.display import Display
from daemon.notices.letter import Letter
from daemon.notices.notice import Recipient
from daemon.notices.notices import Notices
from daemon.notices.spool import MOST_WAITING, PAUSES, REPEATED_WITHIN, Spool
from policies.control.effects import Notify
from policies.inputs import Asked, Tick
from policies.office.requests import Acknowledge, Contest, Extend, Review, Silence
from policies.rules.after_hours_power import AfterHoursPower
from policies.rules.setpoint_limit import SetpointLimit
from policies.words import say
from sensors.device import DeviceId

LIMITS = SetpointLimit(
    name="limits", mode="enforce", grace="0s", attempts=1, confirm_within="60s", escalate_after="600s",
    acknowledged_for="1000s", ladder={"manager": {"en": "Second step.", "zh_CN": "第二步。"}},
)  # fmt: skip
EVENINGS = AfterHoursPower(name="evenings", mode="enforce", grace="0s", warn="600s")
NIGHT = datetime(2026, 7, 15, 15, 0, tzinfo=UTC)
"""23:00 in Shanghai."""
HEAD = """
site: {id: test, names: Test, timezone: Asia/Shanghai}
zones: {room: {names: Room, hours: {mon-sun: "00:00-24:00"}, owner: Anna}}
broker: {host: localhost}
notices:
"""


def stuck() -> Run:
    """Set too low at 0 s; does not obey: stuck, and the owner told, at 60 s."""
    run = Run(office(air_conditioner(), policies=[LIMITS]), EVENING - timedelta(hours=8))
    run.at(0, *heard(cooling(run.start, 23.0)))
    run.at(60, *heard(cooling(run.start, 23.0)))
    return run


def told(run: Run, until: int, every: int = 10) -> list[tuple[int, str]]:
    """(second, to whom) from 60 s on, stepping like ticks."""
    found: list[tuple[int, str]] = []
    for second in range(60, until + 1, every):
        found += [(second, one.to) for one in run.at(second, Tick()) if isinstance(one, Notify)]
        assert run.wake_at > run.start + timedelta(seconds=second), "it would turn without a pause"
    return found


def case_id(run: Run) -> str:
    (case,) = run.state.cases.values()
    return case.id


def test_owner_manager_and_lead_are_told_in_turn_each_once() -> None:
    run = stuck()
    assert [one.to for one in run.effects if isinstance(one, Notify)] == ["owner"]
    assert told(run, 5000) == [(660, "manager"), (1260, "lead")]


def test_whoever_acknowledges_stops_the_ladder_until_a_deadline() -> None:
    run = stuck()
    run.at(600, Asked(Acknowledge(case_id(run)), "Li"))
    assert told(run, 5000) == [(1600, "manager"), (2200, "lead")]


def test_to_acknowledge_again_gives_more_time() -> None:
    run = stuck()
    run.at(600, Asked(Acknowledge(case_id(run)), "Li"))
    run.at(1590, Asked(Acknowledge(case_id(run)), "Li"))
    assert told(run, 2589) == []
    assert told(run, 2590) == [(2590, "manager")] or told(run, 2600) == [(2600, "manager")]


@pytest.mark.parametrize(
    ("upheld", "expected"), [(True, [(2600, "manager"), (3200, "lead")]), (False, [])], ids=["upheld", "wrong"]
)
def test_a_contest_freezes_the_ladder_until_somebody_reviews_it(upheld: bool, expected: object) -> None:
    run = stuck()
    run.at(100, Asked(Contest(case_id(run), "a visitor is ill"), "Wu"))
    assert told(run, 1990) == []
    run.at(2000, Asked(Review(case_id(run), upheld, "seen"), "Sun"))
    assert told(run, 6000) == expected


def test_a_mute_silences_people_and_not_the_case() -> None:
    run = stuck()
    run.at(70, Asked(Silence("m", ROOM, run.start + timedelta(seconds=1000), "works", DeviceId("ac")), "Li"))
    assert told(run, 2000) == [(1260, "lead")]


# the spool


def letter(text: str = "words", **more: object) -> Letter:
    return replace_letter(Letter(0, "case", "title", text), **more)


def replace_letter(old: Letter, **more: object) -> Letter:
    fields = {name: getattr(old, name) for name in old.__struct_fields__}
    return Letter(**{**fields, **more})


def test_the_same_words_about_the_same_case_are_said_once() -> None:
    spool = Spool()
    assert spool.put(letter(link="a"), NIGHT)
    assert not spool.put(letter(link="b"), NIGHT + REPEATED_WITHIN - timedelta(seconds=1))
    assert spool.put(letter(case="another"), NIGHT)
    assert spool.put(letter(), NIGHT + REPEATED_WITHIN)
    assert spool.repeated == 1


def test_what_does_not_arrive_is_tried_again_with_growing_pauses_and_then_given_up() -> None:
    spool, now = Spool(), NIGHT
    spool.put(letter(), now)
    for pause in PAUSES:
        one = spool.take(now)
        assert one is not None
        assert spool.failed(one, now)
        assert spool.take(now + pause - timedelta(seconds=1)) is None
        now += pause
    last = spool.take(now)
    assert last is not None
    assert not spool.failed(last, now)
    assert (len(spool), spool.dropped) == (0, 1)


def test_the_spool_is_bounded_and_gives_up_the_oldest_that_can_wait() -> None:
    spool = Spool()
    spool.put(letter("cannot wait", urgent=True), NIGHT)
    for number in range(MOST_WAITING + 9):
        spool.put(letter(str(number)), NIGHT)
    assert (len(spool), spool.dropped) == (MOST_WAITING, 10)
    first = spool.take(NIGHT)
    assert first is not None
    assert first.letter.text == "cannot wait"


@pytest.mark.parametrize(
    ("wall", "until"),
    [("21:59", None), ("22:00", "2026-07-16 07:00"), ("23:59", "2026-07-16 07:00"), ("06:59", "2026-07-15 07:00"), ("07:00", None)],
)  # fmt: skip
def test_quiet_hours_end_on_the_right_morning(wall: str, until: str | None) -> None:
    from offices import local  # noqa: PLC0415  beside its only use

    quiet = Recipient("manager", 0, "en", quiet=(22 * 60, 7 * 60)).quiet_until(
        local(f"2026-07-15 {wall}"), "Asia/Shanghai"
    )
    assert quiet == (None if until is None else local(until))


def test_quiet_hours_hold_back_what_can_wait_and_drop_what_is_over_by_then() -> None:
    over: set[str] = set()
    spool, morning = Spool(over.__contains__), NIGHT + timedelta(hours=8)
    spool.put(letter("stays", case="a"), NIGHT, morning)
    spool.put(letter("goes", case="b"), NIGHT, morning)
    spool.put(letter("now", case="c", urgent=True), NIGHT, morning)
    first = spool.take(NIGHT)
    assert first is not None
    assert first.letter.text == "now"
    assert spool.take(morning - timedelta(seconds=1)) is None
    over.add("b")
    assert [one.letter.text for _ in range(3) if (one := spool.take(morning)) is not None] == ["stays"]


# the whole


@dataclass
class Bench:
    """Notices about an office, with addresses that write down what they get."""

    entries: str
    run: Run
    now: datetime = NIGHT
    got: list[tuple[str, str, str]] = field(default_factory=list)
    answers: bool = True

    def __post_init__(self) -> None:
        environment = {"ONE": "one://secret", "TWO": "two://secret"}
        self.notices = Notices(lambda: self.run.state, lambda: self.now, environment, self.apprise)
        self.notices.configure(parse(HEAD + self.entries, file="office.yaml", directory=Path()))

    def apprise(self, urls: Sequence[str]) -> Sequence[Send]:
        def address(url: str) -> Send:
            def send(title: str, text: str) -> bool:
                self.got.append((url.partition(":")[0], title, text))
                return self.answers

            return send

        return [address(url) for url in urls]

    def deliver(self) -> None:
        while self.notices.delivery.turn():
            pass


def test_each_hears_what_is_theirs_in_their_language_with_the_words_of_the_rule_and_no_names() -> None:
    run = stuck()
    bench = Bench("  - {to: owner, url_env: ONE}\n  - {to: manager, url_env: TWO, language: both}\n", run)
    for step in ("owner", "manager"):
        bench.notices(Notify(NIGHT, step, ROOM, DeviceId("ac"), case_id(run), say("does not obey")))
    bench.deliver()
    first, second = bench.got
    assert first == ("one", "room · ac", "room · ac · does not obey")
    assert second[0] == "two"
    assert second[2].splitlines() == [
        "room · ac · does not obey",
        "Second step.",
        "room · ac · 不听从指令",
        "第二步。",
    ] or ("Second step." in second[2] and "第二步。" in second[2])
    assert "Anna" not in str(bench.got)


def test_an_address_that_fails_is_never_shown_and_gets_its_letter_later(caplog: pytest.LogCaptureFixture) -> None:
    run = stuck()
    bench = Bench("  - {to: owner, url_env: ONE}\n", run, answers=False)
    bench.notices(Notify(NIGHT, "owner", ROOM, DeviceId("ac"), case_id(run), say("does not obey")))
    bench.deliver()
    assert bench.notices.delivery.facts()["notices_failing"]
    assert "secret" not in caplog.text
    bench.answers, bench.now = True, NIGHT + PAUSES[0]
    bench.deliver()
    assert len(bench.got) == 2
    assert not bench.notices.delivery.facts()["notices_failing"]


def test_a_refused_configuration_reaches_the_manager() -> None:
    bench = Bench("  - {to: manager, url_env: ONE, language: en}\n", stuck())
    bench.notices.refused("office.yaml:3: zones: nothing there")
    bench.deliver()
    assert "the one before it stays: office.yaml:3" in bench.got[0][2]


def test_an_address_that_nobody_understands_is_refused_without_showing_it() -> None:
    with pytest.raises(ConfigError) as refusal:
        by_apprise(["nonsense-hunter2"])
    assert "hunter2" not in str(refusal.value)


def test_a_send_that_raises_harms_nobody() -> None:
    def broken(_title: str, _text: str) -> bool:
        raise RuntimeError("address with a secret")

    delivery = Delivery([broken], Spool(), lambda: NIGHT)
    delivery.put(letter(), None)
    assert delivery.turn()
    assert not delivery.turn(), "it waits for its next try"


def test_the_display_shows_the_warning_in_both_languages_and_is_cleared_when_somebody_extends() -> None:
    said: list[tuple[str, bytes]] = []
    display = Display(lambda topic, payload: said.append((topic, payload)), lambda: 1)
    run = Run(office(plug(), policies=[EVENINGS]), EVENING)
    display.look(run.state)
    assert said == [("officed/test/zones/room/notice", b"")], "what an earlier run left there"
    run.at(10, *heard(power(run.start + timedelta(seconds=10), on=True, watts=30.0)))
    display.look(run.state)
    display.look(run.state)
    assert len(said) == 2, "once is enough"
    shown = json.loads(said[1][1])
    assert shown["act_at"] == "2026-07-15T10:10:10Z"
    assert "18:10" in shown["text"]["en"]
    assert "18:10" in shown["text"]["zh_CN"]
    run.at(20, Asked(Extend("x", ROOM, run.start + timedelta(hours=1), "a secret visitor"), "Anna"))
    display.look(run.state)
    assert said[2:] == [("officed/test/zones/room/notice", b"")]
    assert b"Anna" not in b"".join(payload for _, payload in said)
