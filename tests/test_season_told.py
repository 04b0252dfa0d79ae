"""A season that turns stands once in the audit trail with its reason, and its reason on the page of the rules."""

import json
import logging
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pytest
from changed import replace
from offices import SHANGHAI, WEDNESDAY, office, plug
from painted import Painted, busy_state
from still_clock import StillClock

from daemon.engine.engine import Engine
from daemon.engine.inbox import Remark, SeasonChanged
from daemon.errors import StoreUnavailable
from daemon.journal.journal import Journal
from daemon.season_watch import SeasonWatch
from daemon.web import Web
from dashboards.board.app import board
from policies.office.outdoor import DayMean, Outdoor
from policies.office.season import SeasonPlan
from policies.state import State
from sensors.registry import Registry

DAY = timedelta(days=1)
BEIJING = SeasonPlan(city="beijing")
"""Summer until 15 September."""
LAST_OF_SUMMER = datetime.fromisoformat("2026-09-15T15:59:40+00:00")
BY_CITY = "by the usual dates of Beijing, unverified"


def of(plan: SeasonPlan, outdoor: Outdoor | None = None, *, state: State | None = None) -> State:
    """An office with this season plan and weather."""
    state = state or office(plug())
    site = replace(state.office.site, seasons=plan)
    return replace(state, office=replace(state.office, site=site, outdoor=outdoor or Outdoor()))


class Bench:
    """An engine without a thread, on a real journal; `again` is a restart."""

    def __init__(self, path: Path, state: State, at: datetime) -> None:
        self.path, self.clock = path, StillClock(at)
        self.start(state)

    def start(self, state: State) -> None:
        self.journal = Journal(self.path, now=self.clock.now, tell=print)
        registry = Registry(list(state.office.site.devices.values()), ZoneInfo(SHANGHAI))
        self.engine = Engine(state, registry, self.journal, self.clock, tell=print)
        keep = lambda told: self.journal.keep("season", told)  # noqa: E731  one line, one meaning
        self.engine.watch(SeasonWatch(self.clock.now, self.engine.put, keep, self.journal.kept("season")).look)

    def turn(self, seconds: float = 0.0) -> None:
        """What is in the inbox, and what is due."""
        self.clock.at += timedelta(seconds=seconds)
        self.engine.turn(self.engine.inbox.take(0))
        self.engine._steps.make_durable(must=True)

    def again(self, state: State) -> None:
        self.journal.close()
        self.start(state)

    def trail(self) -> list[dict[str, object]]:
        lines = [json.loads(entry.body) for entry in self.journal.audit()]
        return [line for line in lines if line["type"] == "SeasonChanged"]


def test_the_midnight_that_ends_a_summer_stands_once_in_the_trail_with_the_reason(tmp_path: Path) -> None:
    bench = Bench(tmp_path / "journal", of(BEIJING), LAST_OF_SUMMER)
    bench.turn()
    bench.turn()
    assert bench.trail() == [], "nothing has changed yet"
    bench.turn(40)
    bench.turn(40)
    (line,) = bench.trail()
    assert (line["was"], line["season"], line["source"], line["why"]) == ("summer", "transition", "city", BY_CITY)
    assert line["at"] == "2026-09-15T16:00:20Z"
    bench.again(of(BEIJING))
    for _ in range(3):
        bench.turn(40)
    assert len(bench.trail()) == 1, "a restart tells nothing anew"


def test_a_season_that_turned_while_officed_was_down_is_told_at_the_start(tmp_path: Path) -> None:
    bench = Bench(tmp_path / "journal", of(BEIJING), LAST_OF_SUMMER)
    bench.turn()
    bench.clock.at += 3 * DAY
    bench.again(of(BEIJING))
    bench.turn()
    bench.turn()
    assert [line["season"] for line in bench.trail()] == ["transition"]


def test_a_season_with_another_source_is_told_and_another_mean_is_not() -> None:
    put: list[Remark] = []
    clock = StillClock(WEDNESDAY)
    watch = SeasonWatch(clock.now, put.append, lambda _: None, None)
    days = [DayMean(date(2026, 7, 9) + number * DAY, 27.04 + number) for number in range(8)]
    watch.look(of(BEIJING))
    for known in (days[:6], days[:7], days):
        clock.at += DAY / 24
        watch.look(of(BEIJING, Outdoor(days=tuple(known), season="summer", since=date(2026, 6, 1))))
    (remark,) = put
    assert isinstance(remark.what, SeasonChanged)
    assert (remark.what.was, remark.what.season, remark.what.source) == ("summer", "summer", "outdoor")
    assert remark.what.why.startswith("by the outdoor sensor; mean of the last days 30.0"), "a tenth is enough"


def test_a_look_right_after_the_last_one_costs_nothing_and_a_clock_put_back_is_no_reason_to_wait() -> None:
    put: list[Remark] = []
    clock = StillClock(LAST_OF_SUMMER)
    watch = SeasonWatch(clock.now, put.append, lambda _: None, None)
    watch.look(of(BEIJING))
    clock.at += timedelta(seconds=29)
    watch.look(of(BEIJING))
    assert not put
    clock.at -= timedelta(hours=1)
    watch.look(of(SeasonPlan(pin="winter")))
    assert [one.what.season for one in put if isinstance(one.what, SeasonChanged)] == ["winter"]


def test_the_season_is_in_the_log_from_the_first_look_on_and_a_full_disk_stops_nothing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def full(_: bytes) -> None:
        raise StoreUnavailable("no space")

    put: list[Remark] = []
    clock = StillClock(WEDNESDAY)
    watch = SeasonWatch(clock.now, put.append, full, None)
    with caplog.at_level(logging.INFO, "daemon.season_watch"):
        watch.look(of(BEIJING))
        clock.at += DAY
        watch.look(of(BEIJING))
        watch.look(of(SeasonPlan()))
        clock.at += DAY
        watch.look(of(SeasonPlan()))
    said = [record.getMessage() for record in caplog.records if record.levelno == logging.INFO]
    assert said == [f"season: summer, {BY_CITY}", "season: unknown, no pin, no outdoor sensor and no city"]
    assert len(put) == 1


@pytest.mark.parametrize(
    ("plan", "outdoor", "code", "expected"),
    [
        (BEIJING, None, "en", f"A unit on “auto” is judged as in summer: {BY_CITY}"),
        (SeasonPlan(pin="winter"), None, "en", "A unit on “auto” is judged as in winter: pinned in the configuration"),
        (
            SeasonPlan(),
            Outdoor(season="transition", since=date(2026, 7, 1)),
            "en",
            "between the seasons: as it was when the outdoor sensor last spoke · since Wed, 1 Jul 2026",
        ),
        (
            SeasonPlan(),
            None,
            "en",
            "Of a unit on “auto” nobody knows the season: no pin, no outdoor sensor and no city",
        ),
        (SeasonPlan(pin="summer"), None, "zh_CN", "“自动”模式的设备按夏季判断：由配置指定"),
    ],
)
def test_the_page_of_the_rules_says_which_season_and_why(
    plan: SeasonPlan, outdoor: Outdoor | None, code: str, expected: str
) -> None:
    app = board(Painted(of(plan, outdoor, state=busy_state())))
    web = Web(app, "127.0.0.1", 0, app.state.live.close)
    web.start()
    with httpx.Client(base_url=web.address, trust_env=False, cookies={"lang": code}) as client:
        assert expected in client.get("/rules").text
    web.stop()
