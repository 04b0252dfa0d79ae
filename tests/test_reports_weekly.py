"""The week in short, for the manager: once, on Mondays, in the languages of the address, and never who."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from offices import office, plug

from daemon.configuration.load import parse
from daemon.errors import StoreUnavailable
from daemon.history.questions import summed
from daemon.notices.delivery import Send
from daemon.notices.notices import Notices
from daemon.reports.weekly import Weekly, last_monday, week
from dashboards.language.catalogs import languages
from policies.accounting.day_types import SLOT
from policies.history import History, JobRow, Sample, SlotRow, SlotSum
from policies.office.print_plan import PrintPlan
from policies.words import Words

ZONE = ZoneInfo("Asia/Shanghai")
MONDAY = date(2026, 7, 6)


def wall(day: date, clock: str = "00:00") -> datetime:
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=ZONE).astimezone(UTC)


@dataclass
class FakePast:
    """A kWh an hour of the one plug in each week; the jobs of a test. `heard`: of this week and the one before it, what share."""

    rows: list[JobRow] = field(default_factory=list)
    kwh: float = 1.0
    is_away: bool = False
    heard: tuple[float, float] = (1.0, 1.0)
    is_new: bool = False

    def last(self, measurement: str, name: str, start: datetime, end: datetime) -> Mapping[str, Sample]:
        assert (measurement, name) == ("slot", "coverage_seconds")
        is_there = self.kwh and not (self.is_new and end <= wall(MONDAY))
        return {"plug": Sample(start, 900.0)} if is_there else {}

    def slot_sums(self, devices: Sequence[str], start: datetime, kinds: Sequence[int]) -> Sequence[SlotSum]:
        if self.is_away:
            raise StoreUnavailable("away")
        if not self.kwh:
            return []
        share = self.heard[0 if start >= wall(MONDAY) else 1]
        late = self.is_new * len(kinds) // 2
        rows = [
            SlotRow(at=start + number * SLOT, device="plug", energy_kwh=self.kwh / 4, coverage_seconds=share * 900)
            for number in range(late, len(kinds))
        ]
        return summed(rows, devices, start, kinds)

    def jobs(self, start: datetime, end: datetime) -> Sequence[JobRow]:
        return [row for row in self.rows if start <= row.at < end]


def job(day: date, sheets: int, department: str = "", name: str = "") -> JobRow:
    at = wall(day, "10:00")
    return JobRow(
        at=at, device="printer", department=department, job=name or f"{day}-{department}-{sheets}", state="completed",
        sheets=sheets, impressions=sheets, duplexable=True, two_sided="no", user="Anna", user_hash="anna-hash",
    )  # fmt: skip


def said(past: FakePast, plan: PrintPlan | None = None) -> list[str]:
    site = replace(office(plug()).office.site, printing=plan or PrintPlan())
    english = languages("Asia/Shanghai")["en"]
    history: History = past  # type: ignore[assignment]  # only what the digest asks
    return [english.words(line) for line in week(site, history, MONDAY)]


@pytest.mark.parametrize(
    ("day", "clock", "monday"),
    [
        pytest.param(date(2026, 7, 12), "23:59", date(2026, 6, 29), id="on Sunday the week is not over"),
        pytest.param(date(2026, 7, 13), "07:59", None, id="too early on Monday"),
        pytest.param(date(2026, 7, 13), "08:00", MONDAY, id="on Monday at eight"),
        pytest.param(date(2026, 7, 19), "23:59", MONDAY, id="still, after a downtime"),
    ],
)
def test_the_last_whole_week_is_due_from_monday_morning(day: date, clock: str, monday: date | None) -> None:
    assert last_monday(office(plug()).office.site, wall(day, clock)) == monday


def test_energy_is_two_lines_with_the_week_before_and_what_was_used_while_closed() -> None:
    lines = said(FakePast())
    assert lines[1] == "Energy: 168.0\N{NO-BREAK SPACE}kWh; 168.0\N{NO-BREAK SPACE}kWh the week before"
    # 08:30 to 18:00 on five days.
    assert lines[2].startswith(f"{168 - 9.5 * 5:.1f}\N{NO-BREAK SPACE}kWh of it while closed")


@pytest.mark.parametrize(
    ("heard", "is_new", "says"),
    [
        pytest.param((0.9, 0.9), False, ["Energy: 168.0 kWh; 168.0 kWh the week before"], id="just enough"),
        pytest.param((0.9, 0.89), False, ["Energy: 168.0 kWh"], id="too little of the week before"),
        pytest.param(
            (0.89, 1.0), False,
            ["Energy: no figure", "89 % of the metered time is known, 90 % are needed", "plug: 89 % known"],
            id="too little of this week",
        ),
        pytest.param((1.0, 1.0), True, ["Energy: 84.0 kWh; 84.0 kWh the week before"], id="it came in the middle of it"),
    ],
)  # fmt: skip
def test_too_little_known_gives_no_figure_and_says_what_is_missing(
    heard: tuple[float, float], is_new: bool, says: list[str]
) -> None:
    lines = [line.replace("\N{NO-BREAK SPACE}", " ") for line in said(FakePast(heard=heard, is_new=is_new))]
    assert lines[1 : 1 + len(says)] == says
    assert any("of it while closed" in line for line in lines) == ("no figure" not in says[0])


def test_each_department_has_its_counts_its_targets_and_a_tip_and_nobody_is_named() -> None:
    past = FakePast([
        job(MONDAY, 40, "finance"), job(date(2026, 6, 30), 30, "finance"), job(date(2026, 7, 8), 7, "law"),
        job(date(2026, 7, 13), 99, "law"),
    ])  # fmt: skip
    lines = said(past, PrintPlan(sheets_a_week={"finance": 39}, targets={"ghost": 0.5}))
    start = lines.index("Printing, finance:")
    assert lines[start + 1] == "1 jobs on 40 sheets; 30 the week before"
    assert "finance: target not met yet" in lines
    assert "ghost: too little to judge the target by" in lines
    assert lines[lines.index("Printing, law:") + 1] == "1 jobs on 7 sheets"
    assert not any("nna" in line or "ghost: target met" in line for line in lines)
    assert "finance: target met" in said(past, PrintPlan(sheets_a_week={"finance": 40}))


def test_a_week_of_which_nothing_is_known_is_not_told() -> None:
    assert said(FakePast(kwh=0.0)) == []
    assert said(FakePast([job(MONDAY, 3)], kwh=0.0))[1:] == [
        "1 jobs on 3 sheets", "0\N{NO-BREAK SPACE}% of what could be was on both sides",
        "Two sides by default would save 1 sheets in such a week",
    ]  # fmt: skip


def test_it_is_told_once_also_over_restarts_and_after_a_store_that_was_away(tmp_path: Path) -> None:
    told: list[Sequence[Words]] = []
    past = FakePast(is_away=True)
    site = office(plug()).office.site

    def fresh() -> Weekly:
        return Weekly(lambda: site, past, tmp_path / "reports" / "weekly.txt", told.append)  # type: ignore[arg-type]  # see above

    now = wall(date(2026, 7, 13), "08:00")
    with pytest.raises(StoreUnavailable):
        fresh().look(now)
    past.is_away = False
    assert fresh().look(now)
    assert not fresh().look(now + timedelta(days=6))
    assert fresh().look(now + timedelta(days=7))
    assert not fresh().look(now), "a clock that went back tells nothing again"
    assert len(told) == 2
    weekly = fresh()
    weekly.is_wanted = False
    assert not weekly.look(now + timedelta(days=14))


def test_the_manager_gets_it_as_one_letter_in_both_languages(tmp_path: Path) -> None:
    text = """
site: {id: test, names: Test, timezone: Asia/Shanghai}
zones: {room: {names: Room, hours: {mon-sun: "00:00-24:00"}}}
broker: {host: localhost}
notices: [{to: manager, url_env: X, language: both}, {to: owner, url_env: X}]
"""
    letters: list[tuple[str, str]] = []

    def taken(title: str, body: str) -> bool:
        letters.append((title, body))
        return True

    def apprise(urls: Sequence[str]) -> Sequence[Send]:
        return [taken for _ in urls]

    state = office(plug())
    notices = Notices(lambda: state, lambda: wall(MONDAY), {"X": "x"}, apprise)
    notices.configure(parse(text, file="office.yaml", directory=tmp_path))
    notices.tell_week(week(state.office.site, FakePast(), MONDAY))  # type: ignore[arg-type]  # see above
    while notices.delivery.turn():
        pass
    ((title, body),) = letters
    assert title == "The week in short / 一周简报"
    assert body.index("Energy: ") < body.index("用电：")
    assert len(body.split("\n")) == 6
