"""The maker of this office: figures and files of one look are of one document, and what is asked later is gathered anew."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

import msgspec
import pytest
from offices import plug
from past import Past, drawn

from daemon.reports import documents
from daemon.reports.documents import Documents
from daemon.reports.due import MonthOf
from dashboards.report.document import Document
from policies.accounting.month import month_bounds
from policies.history import History

JUNE = MonthOf(2026, 6)
NOW = datetime(2026, 7, 1, 5, 0, tzinfo=UTC)


class Counted:
    """A history that counts how often a month's slots are added up."""

    def __init__(self, history: History) -> None:
        self._history = history
        self.asked = 0

    def __getattr__(self, name: str) -> object:
        self.asked += name == "cases"
        return getattr(self._history, name)


@pytest.fixture
def history(tmp_path: Path) -> Counted:
    past = Past(tmp_path)
    return Counted(past.history)


@pytest.fixture
def maker(history: Counted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Documents:
    def noted(document: Document, wanted: Sequence[tuple[str, str]]) -> Mapping[tuple[str, str], bytes]:
        return {each: f"r{document.revision} {document.made_at:%d %H}".encode() for each in wanted}

    monkeypatch.setattr(documents, "drawn", noted)
    state = Past(tmp_path / "other").state
    return Documents(lambda: state, cast("History", history))


def test_figures_and_files_of_one_look_are_gathered_once_in_either_order(maker: Documents, history: Counted) -> None:
    files = maker.files(JUNE, NOW, 0)
    figures = maker.figures(JUNE, NOW)
    assert history.asked == 1
    later = NOW + timedelta(days=1)
    again = maker.figures(JUNE, later)
    revised = maker.files(JUNE, later, 1)
    assert history.asked == 2
    assert (set(files.values()), set(revised.values())) == ({b"r0 01 05"}, {b"r1 02 05"})
    assert msgspec.json.decode(again)["revision"] == msgspec.json.decode(figures)["revision"] == 0


def test_another_month_or_instant_is_another_document(maker: Documents, history: Counted) -> None:
    maker.figures(JUNE, NOW)
    maker.figures(JUNE.before, NOW)
    maker.figures(JUNE, NOW + timedelta(seconds=30))
    maker.figures(JUNE, NOW)
    assert history.asked == 4


def test_a_month_is_known_by_its_slots(tmp_path: Path) -> None:
    past = Past(tmp_path, plug())
    maker = Documents(lambda: past.state, past.history)
    assert not maker.is_known(JUNE)
    start, _ = month_bounds(*JUNE, "Asia/Shanghai")
    past.hear(drawn(start, start + timedelta(hours=2), 100.0, 5.0))
    past.sum_up(start, start + timedelta(hours=1))
    assert maker.is_known(JUNE)
    assert not maker.is_known(JUNE.before)
