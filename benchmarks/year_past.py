"""A year before the month that `month_report.py` reports: June again and again, every 28 days back, milder and then cold.

Copied inside the store, where 35 million slots take minutes and not hours.
"""

from datetime import datetime, timedelta

from month_past import END

from daemon.history.kept_days import add_up
from daemon.history.sqlite_file import HistoryFile

_STEP = timedelta(days=28)
_STEPS = 14
_COOLEST = 7
_CELSIUS_A_STEP = 3.0
_SHARE_A_STEP = 0.06
_SECOND_NS = 10**9


def add_year(file: HistoryFile) -> int:
    """Slots and outdoor temperatures of thirteen months; how many slots there are more. What is there stays."""
    connection = file.writer
    first, after = _ns(END - _STEP), _ns(END)
    before = connection.total_changes
    for step in range(1, _STEPS + 1):
        cooler = _COOLEST - abs(step - _COOLEST)
        back = step * _ns_of(_STEP)
        connection.execute("BEGIN")
        connection.execute(
            "INSERT OR IGNORE INTO point_slot (series, at_ns, energy_kwh, on_seconds, violation_seconds, coverage_seconds, controlled)"
            " SELECT p.series, p.at_ns - ?, round(p.energy_kwh * ?, 6), p.on_seconds, 0.0, 900.0, 0"
            " FROM series s CROSS JOIN point_slot p ON p.series = s.id AND p.at_ns >= ? AND p.at_ns < ?"
            " WHERE s.measurement = 'slot'",
            (back, 1 - cooler * _SHARE_A_STEP, first, after),
        )
        connection.execute("COMMIT")
    slots = connection.total_changes - before
    for step in range(1, _STEPS + 2):
        cooler = _COOLEST - abs(min(step, _STEPS) - _COOLEST)
        connection.execute(
            "INSERT OR IGNORE INTO point_environment (series, at_ns, outdoor_celsius)"
            " SELECT series, at_ns - ?, outdoor_celsius - ? FROM point_environment"
            " WHERE outdoor_celsius IS NOT NULL AND at_ns >= ? AND at_ns < ?",
            (step * _ns_of(_STEP), cooler * _CELSIUS_A_STEP, first, after),
        )
    return slots


def add_days_up(file: HistoryFile) -> int:
    """All days before the end of the month."""
    return add_up(file.writer, END, 1000)


def _ns(at: datetime) -> int:
    return int(at.timestamp()) * _SECOND_NS


def _ns_of(span: timedelta) -> int:
    return int(span.total_seconds()) * _SECOND_NS
