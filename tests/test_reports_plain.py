"""The plain month: figures by name in both languages, the same bytes twice, and words where nothing is known."""

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from offices import plug
from past import Past, drawn

from daemon.reports.changes import changes, figures
from daemon.reports.due import MonthOf
from daemon.reports.letters import told
from daemon.reports.plain import PlainMonths
from dashboards.language.catalogs import languages

JUNE = MonthOf(2026, 6)
START, END = datetime(2026, 5, 31, 16, 0, tzinfo=UTC), datetime(2026, 6, 30, 16, 0, tzinfo=UTC)
NOW = datetime(2026, 7, 1, 5, 0, tzinfo=UTC)


@pytest.fixture
def past(tmp_path: Path) -> Past:
    """A plug that draws 100 W all June: 72 kWh."""
    past = Past(tmp_path, plug())
    past.hear(drawn(START - timedelta(minutes=5), END + timedelta(hours=1), 100.0, 5.0, timedelta(minutes=5)))
    past.sum_up(START, END)
    return past


def test_a_month_is_a_page_a_table_and_data_in_both_languages(past: Past) -> None:
    maker = PlainMonths(lambda: past.state, past.history)
    files = maker.files(JUNE, NOW, 0)
    assert sorted(files) == sorted(f"report-{code}.{form}" for code in ("en", "zh_CN") for form in maker.formats)
    assert files == maker.files(JUNE, NOW, 0)
    table = {row[0]: row[1] for row in csv.reader(io.StringIO(files["report-zh_CN.csv"].decode("utf-8-sig")))}
    assert float(table["用电量"]) == pytest.approx(72.0, rel=0.002)
    assert json.loads(files["report-en.json"])["Energy used"] == pytest.approx(72.0, rel=0.002)
    assert "<script" not in files["report-en.html"].decode()
    assert "Report for 2026-06 (r2)" in maker.files(JUNE, NOW, 2)["report-en.html"].decode()
    assert maker.is_known(JUNE)


def test_a_month_of_which_nothing_is_known_says_so(tmp_path: Path) -> None:
    past = Past(tmp_path, plug())
    maker = PlainMonths(lambda: past.state, past.history)
    page = maker.files(JUNE, NOW, 0)["report-en.html"].decode()
    assert "<li>no device with a meter was heard</li>" in page
    assert "<th>Energy used</th><td>no data</td>" in page
    assert not maker.is_known(JUNE)


def test_what_late_data_changes_is_told_in_the_readers_words(past: Past) -> None:
    maker = PlainMonths(lambda: past.state, past.history)
    before = maker.figures(JUNE, NOW)
    assert changes(figures(before), figures(maker.figures(JUNE, NOW + timedelta(days=1)))) == []
    after = before.replace(b'"Energy used":7', b'"Energy used":8')
    (change,) = changes(figures(before), figures(after))
    assert languages("Asia/Shanghai")["zh_CN"].words(told(change)).startswith("用电量：8")
