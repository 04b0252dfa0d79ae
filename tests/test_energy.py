"""Counters to energy: resets, jumps, rounding."""

import pytest

from sensors.energy import used_kwh


@pytest.mark.parametrize(
    ("before", "now", "hours", "expected"),
    [
        pytest.param(94.493, 94.593, 1.0, 0.1, id="the difference"),
        pytest.param(94.493, 94.493, 1.0, 0.0, id="nothing used"),
        pytest.param(94.493, 0.020, 1.0, 0.020, id="a reset: at least what it shows now"),
        pytest.param(94.493, 94.4925, 1.0, 0.0, id="a last digit that wavers is no reset"),
        pytest.param(1.0, 25.0, 1.0, 24.0, id="as much as a large load can use"),
        pytest.param(1.0, 26.1, 1.0, None, id="more than it can: not believed"),
        pytest.param(94.493, 50.0, 0.1, None, id="a fall to a value it cannot have counted since"),
    ],
)
def test_energy_between_two_readings_of_a_counter(
    before: float, now: float, hours: float, expected: float | None
) -> None:
    assert used_kwh(before, now, hours) == (None if expected is None else pytest.approx(expected))
