"""The year's league: made once, with the report of December, kept, and shown."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from offices import office, plug

from daemon.reports.archive import Archive
from daemon.reports.due import MonthOf
from daemon.reports.yearly import Yearly
from policies.history import JobRow, SlotRow

JANUARY = datetime(2027, 1, 1, 6, 0, tzinfo=UTC)


class FakeYear:
    """Two departments print every day, the second one always on both sides."""

    asked = 0

    def slots(self, start: datetime, end: datetime) -> Sequence[SlotRow]:
        assert (end - start).total_seconds() == 86400
        self.asked += 1
        return []

    def jobs(self, start: datetime, end: datetime) -> Sequence[JobRow]:
        return [
            JobRow(
                at=start, device="printer", department=name, job=f"{start}-{name}", state="completed", sheets=4,
                impressions=4, duplexable=True, two_sided=two_sided,
            )
            for name, two_sided in (("law", "no"), ("finance", "yes"))
        ]  # fmt: skip


def test_the_league_comes_once_with_the_report_of_december(tmp_path: Path) -> None:
    site, past, archive = office(plug()).office.site, FakeYear(), Archive(tmp_path)
    yearly = Yearly(lambda: site, past, archive, tmp_path)  # type: ignore[arg-type]  # only what the league asks
    assert not yearly.look(JANUARY)
    assert yearly.kept() is None
    archive.put(MonthOf(2026, 12), 0, {"report-en.html": b""})
    assert yearly.look(JANUARY)
    assert not yearly.look(JANUARY)
    assert past.asked == 365
    kept = yearly.kept()
    assert kept is not None
    assert kept.year == 2026
    assert [str(words) for words in kept.tables[-1].places] == ["1. finance: 100.0", "2. law: 0.0"]
    assert [str(words) for words in kept.exemplars] == ["finance leads: worth asking how they do it"]
    assert str(kept.tables[0].left_out[0]).startswith("room is not ranked: ")
    assert archive.months() == [MonthOf(2026, 12)], "a league is no month"
