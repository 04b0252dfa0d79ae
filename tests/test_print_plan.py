"""What a site wants of its printing reaches the board; and the store forgets who printed what, not on how many sheets."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from daemon.configuration.build import build_site
from daemon.configuration.load import parse
from daemon.configuration.problem import ConfigError
from daemon.history.sqlite import SqliteHistory
from daemon.history.sqlite_file import HistoryFile
from daemon.history.sqlite_writer import SqliteWriter
from dashboards.views.printed import printed
from policies.history import JobRow
from policies.office.print_plan import PrintPlan

OFFICE = """
site: {id: hq, names: HQ, timezone: Asia/Shanghai}
broker: {host: localhost}
zones: {hall: {names: Hall, hours: {daily: "08:00-18:00"}}}
"""
NOW = datetime(2026, 3, 11, 4, 0, tzinfo=UTC)
LAST_WEEK = datetime(2026, 3, 3, 4, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def row(at: datetime, **more: object) -> JobRow:
    fields: dict[str, object] = {
        "at": at,
        "device": "laser",
        "job": f"laser-{at.timestamp()}-{more}",
        "state": "completed",
        "department": "finance",
        "sheets": 4,
        "impressions": 4,
        "copies": 1,
        "two_sided": "no",
        "duplexable": True,
        **more,
    }
    return JobRow(**fields)  # type: ignore[arg-type]  # the fields of a row


def told(rows: list[JobRow], plan: PrintPlan) -> tuple[str, ...]:
    found = printed(rows, "Asia/Shanghai", NOW, plan)
    assert found is not None
    assert found.digest_monday == date(2026, 3, 2)
    return tuple(str(words) for words in found.digest)


def test_targets_and_reuse_paper_are_read_from_office_yaml(tmp_path: Path) -> None:
    text = f"{OFFICE}printing: {{targets: {{finance: 0.7, 销售部: 1}}, reuse: [tray-2]}}\n"
    plan = build_site(parse(text, file="office.yaml", directory=tmp_path)).printing
    assert plan == PrintPlan(targets={"finance": 0.7, "销售部": 1.0}, reuse=frozenset({"tray-2"}))
    assert build_site(parse(OFFICE, file="office.yaml", directory=tmp_path)).printing == PrintPlan()


@pytest.mark.parametrize("share", ["0", "1.01", "-0.5", "nan", "70", "much"])
def test_a_target_that_is_no_share_is_refused(tmp_path: Path, share: str) -> None:
    with pytest.raises(ConfigError, match=r"printing\.targets\.finance"):
        parse(f"{OFFICE}printing: {{targets: {{finance: {share}}}}}\n", file="office.yaml", directory=tmp_path)


@pytest.mark.parametrize(
    ("two_sided_sides", "standing"),
    [(6, "finance: target not met yet"), (7, "finance: target met"), (8, "finance: target met")],
)
def test_a_target_is_met_from_its_share_on(two_sided_sides: int, standing: str) -> None:
    rows = [
        row(LAST_WEEK, impressions=two_sided_sides, sheets=-(-two_sided_sides // 2), two_sided="yes"),
        row(LAST_WEEK, impressions=10 - two_sided_sides, sheets=10 - two_sided_sides),
    ]
    assert standing in told(rows, PrintPlan(targets={"finance": 0.7}))


def test_the_digest_is_of_the_last_whole_week_beside_the_one_before() -> None:
    midnight = datetime(2026, 3, 1, 16, 0, tzinfo=UTC)  # Monday 2 March, 00:00 in Shanghai
    rows = [
        row(midnight - timedelta(seconds=1), sheets=9),
        row(midnight, sheets=4),
        row(midnight + 7 * DAY - timedelta(seconds=1), sheets=3, impressions=3),
        row(midnight + 7 * DAY, sheets=100),
    ]
    assert told(rows, PrintPlan())[0] == "2 jobs on 7 sheets; 9 the week before"
    assert told(rows[3:], PrintPlan(targets={"law": 0.5})) == (
        "Nothing was printed this week",
        "law: too little to judge the target by",
    )


def test_paper_used_a_second_time_is_known_by_its_tray() -> None:
    rows = [row(LAST_WEEK, media_source="tray-2", sheets=1), row(LAST_WEEK, media_source="tray-1", sheets=3)]
    found = printed(rows, "Asia/Shanghai", NOW, PrintPlan(reuse=frozenset({"tray-2"})))
    assert found is not None
    assert found.all.reuse_percent == pytest.approx(25.0)
    assert "1 sheets were paper used a second time" in [str(words) for words in found.digest]
    assert not any("second time" in words for words in told(rows, PrintPlan()))


def test_after_a_while_a_job_loses_who_and_what_and_keeps_its_sheets(tmp_path: Path) -> None:
    keep = timedelta(days=62)
    file = HistoryFile(tmp_path / "history.sqlite", tell=pytest.fail)
    writer = SqliteWriter(file, now=lambda: NOW, retention=None, forget_people=keep)
    people: Mapping[str, str] = {"user_hash": "u", "title_hash": "t", "user": "anna", "title": "a secret"}
    said = ",".join(f'{name}="{value}"' for name, value in people.items())
    for name, at in (("old", NOW - keep - timedelta(seconds=1)), ("young", NOW - keep)):
        stamp = int(at.timestamp()) * 1_000_000_000
        assert not writer.write(f'print_job,device=laser,site=hq job="{name}",sheets=2i,{said} {stamp}'.encode())
    writer.tidy()
    rows = {job.job: job for job in SqliteHistory(file).jobs(NOW - 2 * keep, NOW)}
    assert {name: job.sheets for name, job in rows.items()} == {"old": 2, "young": 2}
    assert [getattr(rows["old"], name) for name in people] == [None] * 4
    assert [getattr(rows["young"], name) for name in people] == list(people.values())
    file.close()
