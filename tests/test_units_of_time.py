"""A device's own stamps, and whether a message is news."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from family_office import NOW, message

from sensors import stamps
from sensors.liveness import REPLAY, STALE_AFTER, is_live, is_replay

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-03-02T08:15:00Z", NOW),
        ("2026-03-02T08:15:00.000Z", NOW),
        ("2026-03-02T16:15:00+08:00", NOW),
        ("2026-03-02T08:15:00", None),
        ("1970-01-01T00:00:00Z", None),
        ("9999-12-31T23:59:59-23:59", None),
        ("yesterday", None),
        ("", None),
        (None, None),
        (5, None),
    ],
)
def test_an_iso_stamp_needs_its_zone(value: object, expected: datetime | None) -> None:
    assert stamps.iso(value) == expected


def test_epoch_stamps_in_seconds_and_milliseconds() -> None:
    assert stamps.epoch(1772439300) == NOW
    assert stamps.epoch(1772439300000, 1000.0) == NOW
    for wrong in (None, True, "1772439300", 0, -1, 10**300, float("nan"), float("inf"), 1772439300000):
        assert stamps.epoch(wrong) is None


@pytest.mark.parametrize(
    ("value", "zone", "expected"),
    [
        ("2026-03-02T16:14:00", SHANGHAI, NOW - timedelta(minutes=1)),
        ("2026-03-02T16:14", SHANGHAI, NOW - timedelta(minutes=1)),
        ("2026.03.02 16:14:00", SHANGHAI, NOW - timedelta(minutes=1)),
        ("2026-03-02T16:14:00", None, None),
        ("2026-03-02T09:14:00+01:00", None, NOW - timedelta(minutes=1)),
        ("2026-03-02T09:14:00+01:00", SHANGHAI, NOW - timedelta(minutes=1)),
        ("1970-01-01T00:03:00", SHANGHAI, None),
        ("2026-03-02T09:15:20", SHANGHAI, None),  # the device believes to be in Berlin
        ("2026-03-02T08:44:50", SHANGHAI, None),  # and in a zone of half hours
        ("2026-03-02T09:14:40", SHANGHAI, None),
        ("2026-03-02T15:30:00", SHANGHAI, NOW - timedelta(minutes=45)),
        ("2026-03-02T15:53:00", SHANGHAI, NOW - timedelta(minutes=22)),
        ("2026-03-01T14:15:00", SHANGHAI, None),  # no two zones lie further apart
        ("2026-03-01T13:45:00", SHANGHAI, NOW - timedelta(hours=26, minutes=30)),
        ("2019-10-31T11:15:00", SHANGHAI, datetime(2019, 10, 31, 3, 15, tzinfo=UTC)),
        ("16:14:00", SHANGHAI, None),
        ("2026-13-02T16:14:00", SHANGHAI, None),
        (None, SHANGHAI, None),
    ],
)
def test_a_wall_clock_is_read_in_the_zone_of_the_site(
    value: object, zone: ZoneInfo | None, expected: datetime | None
) -> None:
    assert stamps.wall_clock(value, zone, NOW) == expected


def test_the_hour_that_comes_twice_is_the_one_nearer_to_the_arrival() -> None:
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    again = first + timedelta(hours=1)
    assert stamps.wall_clock("2026-10-25T02:30:00", BERLIN, first + 5 * SECOND) == first
    assert stamps.wall_clock("2026-10-25T02:30:00", BERLIN, again + 5 * SECOND) == again


def test_a_stamp_may_be_five_minutes_ahead_and_no_more() -> None:
    assert stamps.believed(NOW + stamps.AHEAD, NOW) == NOW + stamps.AHEAD
    assert stamps.believed(NOW + stamps.AHEAD + SECOND, NOW) is None
    assert stamps.believed(None, NOW) is None


def test_retained_queued_and_old_messages_are_no_news() -> None:
    live = message("t", "1")
    assert is_live(live)
    assert not is_live(message("t", "1", retained=True))
    assert is_live(live, NOW - STALE_AFTER)
    assert not is_live(live, NOW - STALE_AFTER - SECOND)


def test_what_comes_within_ten_seconds_of_a_gateway_is_its_cache() -> None:
    assert is_replay(NOW, NOW)
    assert is_replay(NOW + REPLAY, NOW)
    assert not is_replay(NOW + REPLAY + SECOND, NOW)
    assert not is_replay(NOW - SECOND, NOW)
