"""The month's report comes by itself, once, whatever happens in between; what late data changes becomes a revision."""

import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from report_site import JULY, JUNE, FakeMaker, FakePost, ReportSite

from daemon.errors import StoreUnavailable
from daemon.reports.archive import Archive, Note
from daemon.reports.changes import Change, changes, figures
from daemon.reports.due import MonthOf, months_due
from daemon.reports.letters import Reader
from daemon.reports.maker import FIGURES
from daemon.reports.reports import Asked
from daemon.reports.sending import GIVE_UP, PAUSES, is_due, standing

MAY, AUGUST = MonthOf(2026, 5), MonthOf(2026, 8)


def wall(day: str, clock: str = "13:00") -> datetime:
    """The office's own clock, in UTC."""
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=ZoneInfo("Asia/Shanghai")).astimezone(UTC)


@pytest.mark.parametrize(
    ("now", "have", "due"),
    [
        pytest.param("2026-07-01 12:59", [MAY], [], id="a minute before"),
        pytest.param("2026-07-01 13:00", [MAY], [JUNE], id="at the time"),
        pytest.param("2026-07-31 23:59", [MAY], [JUNE], id="all month long"),
        pytest.param("2026-09-10 08:00", [MAY], [JUNE, JULY, AUGUST], id="all that a downtime has missed"),
        pytest.param("2026-07-15 08:00", [], [JUNE], id="the first one ever"),
        pytest.param("2026-07-15 08:00", [JUNE], [], id="it is there"),
        pytest.param("2027-01-01 13:00", [MonthOf(2026, 11)], [MonthOf(2026, 12)], id="over the year's end"),
        pytest.param("2026-05-02 08:00", [JUNE], [], id="a clock that went back makes none"),
    ],
)
def test_a_month_is_due_until_it_is_there(now: str, have: list[MonthOf], due: list[MonthOf]) -> None:
    assert months_due(datetime.fromisoformat(now), 1, 13 * 60, have) == due


def test_after_years_away_no_more_than_a_year_is_made_up() -> None:
    assert len(months_due(datetime(2030, 1, 2), 1, 0, [JUNE])) == 12  # noqa: DTZ001  the wall clock of an office


def test_the_report_is_made_and_sent_once_and_never_again(tmp_path: Path) -> None:
    site = ReportSite(tmp_path, FakeMaker({JUNE: 100.0}))
    site.at(wall("2026-07-01", "12:59"))
    assert site.maker.made == []
    for minute in range(3):
        site.at(wall("2026-07-01") + timedelta(minutes=minute))
    restarted = ReportSite(tmp_path, site.maker, site.post)
    restarted.at(wall("2026-07-02"))
    assert site.maker.made == [(JUNE, 0)]
    assert len(site.post.titles) == 1
    assert site.post.titles[0].endswith("Report for 2026-06")
    assert list(site.post.letters[0].files.values()) == [b"report-en.pdf of 2026-06 r0"]


def test_a_month_without_anything_is_reported_once_there_are_reports_and_not_before(tmp_path: Path) -> None:
    site = ReportSite(tmp_path, FakeMaker({JUNE: 100.0}))
    site.at(wall("2026-06-10"))
    assert site.archive.months() == []
    site.at(wall("2026-07-10"))
    site.at(wall("2026-08-10"))
    assert site.archive.months() == [JUNE, JULY]


def test_late_data_makes_a_revision_that_is_sent_with_what_changed(tmp_path: Path) -> None:
    site = ReportSite(tmp_path, FakeMaker({JUNE: 100.0}))
    site.at(wall("2026-07-01"))
    first = site.archive.read(JUNE, 0, "report-en.pdf")
    site.maker.kwh[JUNE] = 100.05
    site.at(wall("2026-07-02"))
    assert site.archive.revisions(JUNE) == [0], "half a thousandth is no change"
    site.maker.kwh[JUNE] = 112.0
    site.at(wall("2026-07-02", "18:00"))
    assert site.archive.revisions(JUNE) == [0], "it looks once a day"
    site.at(wall("2026-07-03"))
    site.at(wall("2026-07-04"))
    assert site.archive.revisions(JUNE) == [0, 1]
    assert site.archive.read(JUNE, 0, "report-en.pdf") == first
    assert len(site.post.letters) == 2
    assert site.post.titles[1].endswith("(r1)")
    assert "kwh: 112, 100 before" in site.post.letters[1].text
    assert list(site.post.letters[1].files) == ["test-2026-06-r1-en.pdf"]


def test_a_month_is_revised_for_a_while_and_then_left_alone(tmp_path: Path) -> None:
    site = ReportSite(tmp_path, FakeMaker({JUNE: 100.0}))
    site.at(wall("2026-07-01"))
    site.maker.kwh[JUNE] = 112.0
    site.at(wall("2026-08-16"))
    assert site.archive.revisions(JUNE) == [0]


@pytest.mark.parametrize("ends_after", ["made", "sending", "taken"])
def test_whoever_ends_the_daemon_in_between_gets_the_letter_once_or_one_that_says_so(
    tmp_path: Path, ends_after: str
) -> None:
    site = ReportSite(tmp_path, FakeMaker({JUNE: 100.0}))
    now = wall("2026-07-01")
    if ends_after == "taken":
        site.post.ends = True
        with pytest.raises(KeyboardInterrupt):
            site.at(now)
    else:
        site.archive.put(JUNE, 0, {**site.maker.files(JUNE, now, 0), FIGURES: site.maker.figures(JUNE, now)})
    if ends_after == "sending":
        site.archive.note(JUNE, Note(now, 0, "sending", "energy@example.org"))
    again = ReportSite(tmp_path, site.maker, FakePost(site.post.letters))
    again.at(wall("2026-07-01", "13:05"))
    again.at(wall("2026-07-01", "13:10"))
    texts = [letter.text for letter in again.post.letters]
    assert len(texts) == (2 if ends_after == "taken" else 1)
    assert ("You may have this letter already" in texts[-1]) is (ends_after != "made")
    assert len({letter.number for letter in again.post.letters}) == 1, "mail programs can tell that it is the same"


def test_what_is_not_taken_is_tried_again_with_growing_pauses_until_it_is(tmp_path: Path) -> None:
    site = ReportSite(tmp_path, FakeMaker({JUNE: 100.0}), FakePost(trouble="the server of mail answers 451"))
    now = wall("2026-07-01")
    site.at(now)
    for pause in PAUSES[:3]:
        site.at(now + pause - timedelta(seconds=1))
        before = len(site.archive.notes(JUNE))
        now += pause
        site.at(now)
        assert len(site.archive.notes(JUNE)) == before + 2, "once at the end of the pause, not before"
    assert {note.why for note in site.archive.notes(JUNE) if note.what == "failed"} == {
        "the server of mail answers 451"
    }
    site.post.trouble = ""
    site.at(now + PAUSES[3])
    assert len(site.post.letters) == 1
    assert "already" not in site.post.letters[0].text


def test_one_reader_who_cannot_be_reached_keeps_nothing_from_the_others(tmp_path: Path) -> None:
    site = ReportSite(tmp_path, FakeMaker({JUNE: 100.0}))
    other = FakePost(trouble="no")
    site.readers([
        Reader("a@example.org", other, ("pdf",), ("en",)),
        Reader("b@example.org", site.post, ("pdf", "html"), ("en", "zh_CN")),
    ])  # fmt: skip
    site.at(wall("2026-07-01"))
    (letter,) = site.post.letters
    assert sorted(letter.files) == [
        f"test-2026-06-{code}.{form}" for code in ("en", "zh_CN") for form in ("html", "pdf")
    ]
    assert " / " in letter.title


def test_a_store_that_is_away_delays_a_report_and_keeps_no_finished_letter_back(tmp_path: Path) -> None:
    site = ReportSite(tmp_path, FakeMaker({JUNE: 100.0, JULY: 1.0}), FakePost(trouble="no"))
    site.at(wall("2026-07-01"))
    site.maker.is_away, site.post.trouble = True, ""
    with pytest.raises(StoreUnavailable):
        site.at(wall("2026-08-01"))
    site.reports.ask(Asked(JUNE, "Li", 0))
    with pytest.raises(StoreUnavailable):
        site.at(wall("2026-08-01"))
    assert len(site.post.letters) == 1
    site.maker.is_away = False
    site.at(wall("2026-08-01", "14:00"))
    assert len(site.post.letters) == 2


def test_somebody_can_have_it_sent_again_or_made_early(tmp_path: Path) -> None:
    site = ReportSite(tmp_path, FakeMaker({JUNE: 100.0, JULY: 50.0}))
    site.at(wall("2026-07-01"))
    site.reports.ask(Asked(JUNE, "Li", 0))
    site.at(wall("2026-07-20"))
    site.at(wall("2026-07-20", "14:00"))
    assert len(site.post.letters) == 2
    assert site.post.letters[0].number != site.post.letters[1].number
    assert [note.who for note in site.archive.notes(JUNE) if note.what == "asked"] == ["Li"]
    site.reports.ask(Asked(JULY, "Li"))
    site.at(wall("2026-07-31"))
    assert site.archive.months() == [JUNE, JULY]
    site.reports.ask(Asked(JUNE, "Li", 7))
    site.at(wall("2026-07-31", "14:00"))
    assert len(site.post.letters) == 3, "there is no r7"


def test_after_two_weeks_a_letter_is_given_up_until_somebody_asks() -> None:
    made = wall("2026-07-01")
    failed = [Note(made, 0, "failed", "a")]
    found = standing(failed, 0, "a")
    assert is_due(found, made + GIVE_UP, made)
    assert not is_due(found, made + GIVE_UP + timedelta(seconds=1), made)
    asked = standing([*failed, Note(made + GIVE_UP, 0, "asked", who="Li")], 0, "a")
    assert is_due(asked, made + GIVE_UP * 2, made)


def test_a_log_line_cut_off_by_a_crash_spoils_only_itself(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    archive.put(JUNE, 0, {"report-en.pdf": b"x"})
    archive.note(JUNE, Note(wall("2026-07-01"), 0, "sent", "a"))
    with (tmp_path / "2026-06" / "sent.jsonl").open("ab") as file:
        file.write(b'{"at":"2026-07-0')
    archive.note(JUNE, Note(wall("2026-07-02"), 0, "sent", "b"))
    assert [note.to for note in archive.notes(JUNE)] == ["a", "b"]


def test_a_revision_is_complete_or_not_there_and_never_written_over(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    half = tmp_path / "2026-06" / ".r0.part"
    half.mkdir(parents=True)
    (half / "report-en.pdf").write_bytes(b"half")
    assert archive.months() == []
    archive.put(JUNE, 0, {"report-en.html": b"whole"})
    assert archive.sizes(JUNE, 0) == {"report-en.html": 5}
    with pytest.raises(FileExistsError):
        archive.put(JUNE, 0, {"report-en.html": b"other"})
    assert archive.read(JUNE, 0, "report-en.html") == b"whole"


@pytest.mark.parametrize(
    "name", ["../sent.jsonl", "", ".", "..", "/etc/passwd", "a/b.pdf", "report-en.pdf\n", "nothing.pdf"]
)
def test_a_name_of_a_file_is_never_a_path(tmp_path: Path, name: str) -> None:
    archive = Archive(tmp_path)
    archive.put(JUNE, 0, {"report-en.pdf": b"x"})
    archive.note(JUNE, Note(wall("2026-07-01"), 0, "sent", "a"))
    assert archive.read(JUNE, 0, name) is None


def test_figures_are_compared_as_numbers_and_what_came_or_went_is_named() -> None:
    before = figures(b'{"made_at":"a","energy":{"kwh":100.0,"by":[1,2]},"missing":["nothing"]}')
    after = figures(b'{"made_at":"b","energy":{"kwh":1234567.8,"by":[1.0005,2]},"ok":true}')
    assert changes(before, after) == [
        Change("energy.kwh", "100", "1,234,568", label="kwh"),
        Change("missing[1]", "nothing", "", label="1"),
        Change("ok", "", "true", label="ok"),
    ]
    assert changes(before, before) == []
    assert figures(b"no json") == {}


def test_the_thread_goes_on_after_a_mistake_and_ends_when_it_is_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    site = ReportSite(tmp_path, FakeMaker({JUNE: 1.0}))
    site.now = wall("2026-07-01")
    site.maker.is_away = True
    with caplog.at_level(logging.WARNING):
        site.reports.start()
        assert site.reports.stop(5.0)
    assert len(caplog.records) <= 1
