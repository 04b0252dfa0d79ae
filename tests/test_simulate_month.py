"""Which month a simulation reports."""

from datetime import date

import pytest

from daemon.simulation.simulate import whole_month


@pytest.mark.parametrize(
    ("first", "days", "month"),
    [
        pytest.param(date(2026, 7, 1), 62, date(2026, 8, 1), id="two-months"),
        pytest.param(date(2026, 7, 13), 62, date(2026, 8, 1), id="from-the-middle"),
        pytest.param(date(2026, 7, 1), 61, None, id="a-day-too-few"),
        pytest.param(date(2026, 12, 10), 53, date(2027, 1, 1), id="over-new-year"),
        pytest.param(date(2026, 7, 20), 43, None, id="no-baseline"),
        pytest.param(date(2026, 7, 18), 45, date(2026, 8, 1), id="two-weeks-are-enough"),
        pytest.param(date(2026, 7, 13), 7, None, id="a-week"),
    ],
)
def test_the_last_whole_month_after_a_baseline(first: date, days: int, month: date | None) -> None:
    assert whole_month(first, days) == month
