"""A month of many actions: its interval comes out of what the ledger wrote, and no device's past is read for it again."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import pytest

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
sys.path.insert(0, str(BENCHMARKS))

from month_past import END, START, fill, office  # noqa: E402  a script's part, not a package

from daemon.accounting.ledger_job import ledger, saving_lines  # noqa: E402  after the path
from daemon.configuration.build import build_site  # noqa: E402  same
from daemon.configuration.load import parse  # noqa: E402  same
from daemon.history.points import Points  # noqa: E402  same
from daemon.history.sqlite import SqliteHistory  # noqa: E402  same
from daemon.history.sqlite_file import HistoryFile  # noqa: E402  same
from daemon.history.sqlite_writer import SqliteWriter  # noqa: E402  same
from daemon.reports.gather import gathered  # noqa: E402  same
from policies.history import History  # noqa: E402  same

DEVICES = 12


class Counted:
    """Counts the questions by name."""

    def __init__(self, history: History) -> None:
        self._history = history
        self.asked: dict[str, int] = {}

    def __getattr__(self, name: str) -> object:
        self.asked[name] = self.asked.get(name, 0) + 1
        return getattr(self._history, name)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("month")
    fill(folder, DEVICES)
    return folder


def test_a_months_interval_is_its_ledgers_and_asks_for_no_devices_past(folder: Path) -> None:
    site = build_site(parse(office(DEVICES), file="office.yaml", directory=folder))
    file = HistoryFile(folder / "history.sqlite", tell=pytest.fail)
    history = SqliteHistory(file)
    found = ledger(site, history, START, END)
    assert SqliteWriter(file, now=lambda: datetime(2026, 7, 1, tzinfo=UTC)).write(
        b"\n".join(saving_lines(Points(site.id), found.entries))
    ) == []  # fmt: skip
    measured = {(entry.action.device, entry.method) for entry in found.entries if entry.ledger == "measured"}
    assert {method for _, method in measured} >= {"slot_median"}
    assert len({device for device, _ in measured}) >= DEVICES // 5

    counted = Counted(history)
    month, _ = gathered(site, (), cast("History", counted), 2026, 6)
    file.close()

    assert month.avoided.interval == found.interval is not None
    assert month.avoided.measured.kwh == pytest.approx(
        sum(entry.avoided_kwh for entry in found.entries if entry.ledger == "measured"), abs=1e-5
    )
    assert sum(number for name, number in counted.asked.items() if name == "series") <= 2 * len(site.by_kind["printer"])
