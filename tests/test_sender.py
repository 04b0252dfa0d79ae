"""Each answer of a database does what the table says: nothing is lost, nothing blocks the rest, only 204 is storage."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fake_influxdb import FakeInfluxdb, Reply, says
from sender_bench import DAY_NS, NOON_NS, NOW, Bench, bench, fake, line

from daemon.history.influx_writer import InfluxWriter
from daemon.history.layout import Layout, shard_of
from daemon.history.sender import LINES, Sender
from daemon.journal.journal import Journal

__all__ = ["bench", "fake"]


def test_204_is_storage_and_rows_are_joined_into_one_request(bench: Bench, fake: FakeInfluxdb) -> None:
    bench.put(line(1), line(2))
    bench.put(line(3))
    assert bench.sender.send_some()
    assert not bench.sender.send_some()
    assert fake.requests == [[line(1), line(2), line(3)]]
    assert "precision=ns" in fake.queries[0]
    assert "bucket=energy" in fake.queries[0]
    assert "org=office" in fake.queries[0]
    assert fake.headers[0]["Authorization"] == "Token secret"
    assert bench.sender.progress.stored_lines == 3
    assert bench.sender.progress.last_stored_at == NOW
    assert (bench.waits, bench.told) == ([], [])


def test_a_request_holds_five_thousand_lines_and_no_more_rows_than_that_takes(bench: Bench, fake: FakeInfluxdb) -> None:
    for _ in range(3):
        bench.put(*(line(number) for number in range(LINES // 2)))
    assert bench.sender.send_some()
    assert [len(each) for each in fake.requests] == [LINES]
    assert bench.sender.progress.waiting_lines == LINES // 2


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param((200, "<html>Log in to the Wi-Fi</html>", {"Content-Type": "text/html"}), id="a portal's page"),
        pytest.param((200, "", {}), id="200"),
        pytest.param((202, "", {}), id="202"),
        pytest.param((302, "", {"Location": "http://127.0.0.1:9/login"}), id="a redirect"),
        pytest.param((418, "teapot", {}), id="anything else"),
        pytest.param(says(401, "unauthorized access"), id="401"),
        pytest.param(says(403, "insufficient permissions for write"), id="403"),
        pytest.param(says(404, 'bucket "energy" not found'), id="404"),
        pytest.param(says(400, "invalid precision; valid precision units are ns, us, ms, and s"), id="400 about us"),
    ],
)
def test_what_a_person_has_to_mend_holds_everything_and_is_told_once(
    bench: Bench, fake: FakeInfluxdb, reply: Reply
) -> None:
    fake.behaviour = lambda _: reply
    bench.stopped(line(1), line(2), after=4)
    assert bench.waits == [30.0] * 4
    assert len(bench.told) == 1
    assert bench.sender.progress.held
    assert bench.sender.progress.trouble
    assert "secret" not in bench.told[0]
    assert ("a proxy's page" in bench.told[0]) is (reply[0] not in {400, 401, 403, 404})


def test_after_a_hold_it_goes_on_where_it_stood_and_says_so(bench: Bench, fake: FakeInfluxdb) -> None:
    answers = iter([says(401, "unauthorized access"), says(404, "bucket"), says(204)])
    fake.behaviour = lambda _: next(answers)
    assert bench.send(line(1)) == []
    assert fake.stored == {line(1)}
    assert len(bench.told) == 2
    assert bench.sender.progress.trouble == ""
    assert not bench.sender.progress.held


@pytest.mark.parametrize("status", [0, 408, 429, 500, 502, 503, 504, 507])
def test_not_now_is_tried_for_ever_with_a_growing_pause(bench: Bench, fake: FakeInfluxdb, status: int) -> None:
    fake.behaviour = lambda _: says(status, "internal error")
    bench.stopped(line(1), after=9)
    assert bench.waits == [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0, 60.0]
    assert fake.stored == set()
    assert len(bench.told) == 1


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7.0),
        ("Wed, 04 Mar 2026 12:01:30 GMT", 90.0),
        ("soon", 1.0),
        ("Wed, 04 Mar 2026 11:00:00 GMT", 0.0),
        ("99999", 3600.0),
    ],
)
def test_retry_after_is_honoured(bench: Bench, fake: FakeInfluxdb, header: str, seconds: float) -> None:
    answers = iter([says(503, "later", Retry_After=header), says(204)])
    fake.behaviour = lambda _: next(answers)
    assert bench.send(line(1)) == []
    assert bench.waits == [seconds]


def test_lines_that_a_400_names_are_set_aside_and_exactly_the_rest_is_sent_again(
    bench: Bench, fake: FakeInfluxdb
) -> None:
    bad = [line(2), b"case reason=\"it's ': odd\" 1772625600000000000", line(5)]

    def behaviour(lines: list[bytes]) -> Reply:
        named = [f"unable to parse '{each.decode()}': bad timestamp" for each in lines if each in bad]
        return says(400, "\n".join(named)) if named else says(204)

    fake.behaviour = behaviour
    good = [line(1), line(3), line(4)]
    assert bench.send(good[0], bad[0], good[1], bad[1], good[2], bad[2]) == bad
    assert fake.stored == set(good)
    assert len(fake.requests) == 2
    assert bench.journal.dead_letters.listed()[0].reason == "bad timestamp"
    assert bench.sender.progress.set_aside_lines == 3


def test_a_400_that_names_none_of_our_lines_is_halved_until_the_bad_one_is_alone(
    bench: Bench, fake: FakeInfluxdb
) -> None:
    fake.behaviour = lambda lines: says(400, "unable to parse 'something else': x") if line(6) in lines else says(204)
    assert bench.send(*(line(number) for number in range(9))) == [line(6)]
    assert fake.stored == {line(number) for number in range(9)} - {line(6)}
    assert bench.waits == []


def test_a_400_in_unknown_words_is_the_lines_when_an_empty_body_is_let_in(bench: Bench, fake: FakeInfluxdb) -> None:
    fake.behaviour = lambda lines: says(400, "words of a later version") if line(1) in lines else says(204)
    assert bench.send(line(0), line(1), line(2)) == [line(1)]
    assert {line(0), line(2)} <= fake.stored


def test_a_batch_refused_as_a_whole_is_held_first_and_set_aside_when_the_way_in_stays_free(
    bench: Bench, fake: FakeInfluxdb
) -> None:
    batch = [line(number) for number in range(25)]
    fake.behaviour = lambda lines: (
        says(400, "\n".join(f"unable to parse '{each.decode()}': x" for each in lines)) if lines else says(204)
    )
    assert bench.send(*batch) == batch
    assert bench.waits == [30.0] * 5
    assert "not the lines" in bench.told[0]


@pytest.mark.parametrize(
    ("status", "message"),
    [
        pytest.param(422, "failure writing points to database: partial write: field type conflict dropped=0", id="422"),
        pytest.param(422, "something else", id="422 in other words"),
        pytest.param(500, "partial write: points beyond retention policy dropped=1", id="500 of InfluxDB 2.0"),
        pytest.param(400, "partial write: x dropped=1", id="400 of InfluxDB 1"),
        pytest.param(400, "field type conflict: input field watts is type float", id="400 of a fresh shard"),
    ],
)
def test_a_partial_write_is_never_believed(bench: Bench, fake: FakeInfluxdb, status: int, message: str) -> None:
    bad = {line(3), line(8)}
    # The worst that was seen: the answer says dropped, and the good lines of the other shard are not there either.
    fake.behaviour = lambda lines: says(status, message) if bad & set(lines) else says(204)
    everything = [line(number) for number in range(12)]
    assert set(bench.send(*everything)) == bad
    assert fake.stored == set(everything) - bad
    assert bench.waits == []
    assert message in bench.journal.dead_letters.listed()[0].reason


def test_too_large_is_halved_and_a_single_line_that_is_too_large_is_set_aside(bench: Bench, fake: FakeInfluxdb) -> None:
    huge = line(1).replace(b"d1", b"d" * 500)
    fake.behaviour = lambda lines: (413, "<html>too large", {}) if sum(map(len, lines)) > 200 else says(204)
    everything = [line(number) for number in range(20)]
    assert bench.send(*everything, huge) == [huge]
    assert fake.stored == set(everything)


def test_a_500_that_stays_while_an_empty_body_is_let_in_is_halved_so_that_it_does_not_block_the_rest(
    bench: Bench, fake: FakeInfluxdb
) -> None:
    fake.behaviour = lambda lines: says(500, "internal error") if line(1) in lines else says(204)
    assert bench.send(line(0), line(1), line(2), line(3)) == [line(1)]
    assert {line(0), line(2), line(3)} <= fake.stored


@pytest.mark.parametrize(
    "message", ["no space left on device", "timeout", "engine: cache-max-memory-size exceeded: (1/1)"]
)
def test_a_server_that_is_ill_itself_never_costs_a_line(bench: Bench, fake: FakeInfluxdb, message: str) -> None:
    fake.behaviour = lambda lines: says(500, message) if lines else says(204)
    bench.stopped(line(0), line(1), after=60)
    assert all(each in ([line(0), line(1)], []) for each in fake.requests)


def test_a_500_is_not_halved_while_an_empty_body_is_refused_too(bench: Bench, fake: FakeInfluxdb) -> None:
    fake.behaviour = lambda _: says(500, "internal error")
    bench.stopped(line(0), line(1), after=30)
    assert all(each in ([line(0), line(1)], []) for each in fake.requests)


def test_requests_end_at_the_borders_of_shards(bench: Bench, fake: FakeInfluxdb) -> None:
    midnight = NOON_NS - DAY_NS // 2
    stamps = [midnight, midnight - 1, midnight + 5, midnight - DAY_NS]
    bench.send(*(line(number, at_ns) for number, at_ns in enumerate(stamps)))
    assert fake.requests == [
        [line(0, midnight), line(2, midnight + 5)],
        [line(1, midnight - 1), line(3, midnight - DAY_NS)],
    ]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ('{"everySeconds": 0, "shardGroupDurationSeconds": 604800}', Layout(None, timedelta(days=7))),
        (
            '{"everySeconds": 2592000, "shardGroupDurationSeconds": 86400}',
            Layout(timedelta(days=30), timedelta(days=1)),
        ),
        ('{"everySeconds": 2592000}', Layout(timedelta(days=30), timedelta(days=1))),
    ],
)
def test_the_server_says_how_it_is_cut_and_how_long_it_keeps(
    bench: Bench, fake: FakeInfluxdb, rule: str, expected: Layout
) -> None:
    fake.buckets = (200, f'{{"buckets": [{{"name": "energy", "retentionRules": [{rule}]}}]}}', {})
    assert bench.writer.layout() == expected


def test_weekly_shards_begin_on_monday() -> None:
    monday_ns = NOON_NS - DAY_NS // 2 - 2 * DAY_NS
    lines, stamps = [b"sunday", b"monday", b"next sunday"], [monday_ns - 1, monday_ns, monday_ns + 7 * DAY_NS - 1]
    weekly = Layout(None, timedelta(days=7))
    assert list(weekly.pieces(lines, stamps)) == [[b"sunday"], [b"monday", b"next sunday"]]
    assert list(weekly.pieces(lines[1:], stamps[1:])) == [[b"monday", b"next sunday"]]
    assert list(Layout(None, None).pieces(lines, stamps)) == [lines]


@pytest.mark.parametrize(
    ("retention", "shard"),
    [
        (None, 168),
        (timedelta(days=180), 168),
        (timedelta(days=179), 24),
        (timedelta(days=2), 24),
        (timedelta(hours=47), 1),
    ],
)
def test_shards_are_as_long_as_influxdb_makes_them(retention: timedelta | None, shard: int) -> None:
    assert shard_of(retention) == timedelta(hours=shard)


def test_stamps_that_would_open_a_shard_in_another_century_are_set_aside_by_ourselves(
    bench: Bench, fake: FakeInfluxdb
) -> None:
    rule = '{"everySeconds": 86400, "shardGroupDurationSeconds": 86400}'
    fake.buckets = (200, f'{{"buckets": [{{"name": "energy", "retentionRules": [{rule}]}}]}}', {})
    hour_ns = 3_600_000_000_000
    good = [line(1, NOON_NS - DAY_NS), line(2, NOON_NS + hour_ns)]
    bad = [
        line(3, NOON_NS - DAY_NS - 1),
        line(4, NOON_NS + hour_ns + 1),
        line(5, NOON_NS // 1_000_000),
        line(6, 0),
        line(7, 9_223_372_036_854_775_806),
        line(8, 10**19 + NOON_NS),
        b"power watts=1.0",
        b"power watts=1.0 soon",
        b"x",
    ]
    assert bench.send(*good, *bad) == bad
    assert fake.stored == set(good)


@pytest.mark.parametrize("at_ns", [NOON_NS // 1_000_000, 10**19 + NOON_NS, -NOON_NS, NOON_NS // 1000])
def test_without_a_retention_other_units_still_do_not_land_in_another_century(
    bench: Bench, fake: FakeInfluxdb, at_ns: int
) -> None:
    assert bench.send(line(1), line(2, at_ns)) == [line(2, at_ns)]
    assert fake.stored == {line(1)}


@pytest.mark.parametrize("at_ns", [5, NOON_NS + 10 * DAY_NS, 10**18 - DAY_NS])
def test_a_batch_that_is_all_set_aside_asks_nobody(bench: Bench, fake: FakeInfluxdb, at_ns: int) -> None:
    stray = [line(1, at_ns), line(2, at_ns + 1)]
    assert bench.send(*stray) == stray
    assert fake.requests == []


def test_a_batch_from_before_the_retention_is_set_aside(bench: Bench, fake: FakeInfluxdb) -> None:
    fake.buckets = (200, '{"buckets": [{"name": "energy", "retentionRules": [{"everySeconds": 86400}]}]}', {})
    old = [line(1, NOON_NS - 3 * DAY_NS), line(2, NOON_NS - 3 * DAY_NS + 1)]
    assert bench.send(*old) == old
    assert fake.stored == set()


@pytest.mark.parametrize("last_ns", [DAY_NS // 3, DAY_NS])
def test_a_batch_that_reaches_into_the_future_is_sent_without_what_does(
    bench: Bench, fake: FakeInfluxdb, last_ns: int
) -> None:
    assert bench.send(line(1), line(2, NOON_NS + last_ns)) == [line(2, NOON_NS + last_ns)]
    assert fake.stored == {line(1)}


def test_what_is_set_aside_can_be_sent_again(bench: Bench, fake: FakeInfluxdb) -> None:
    fake.behaviour = lambda _: says(422, "x")
    bench.send(line(1))
    fake.behaviour = lambda _: says(204)
    assert bench.journal.dead_letters.replay([1]) == 1
    assert bench.sender.send_some()
    assert fake.stored == {line(1)}
    assert bench.journal.dead_letters.count() == 0


def test_bodies_are_compressed_unless_the_database_is_on_this_machine(bench: Bench, fake: FakeInfluxdb) -> None:
    bench.send(line(1))
    assert "Content-Encoding" not in fake.headers[0]
    bench.writer._compress = True
    bench.send(line(2))
    assert fake.headers[1]["Content-Encoding"] == "gzip"
    assert fake.requests[1] == [line(2)]
    assert InfluxWriter("http://db.example:8086", token="t", organisation="o", bucket="b", now=lambda: NOW)._compress


def test_a_database_that_is_not_there_is_tried_again(tmp_path: Path) -> None:
    writer = InfluxWriter("http://127.0.0.1:9", token="t", organisation="o", bucket="b", now=lambda: NOW)
    answer = writer.post(line(1))
    assert answer.status == 0
    assert "refused" in answer.body
    assert "Layout" in repr(writer.layout())
    writer.close()


def test_the_thread_sends_what_comes_and_what_was_left_and_ends_when_told(tmp_path: Path, fake: FakeInfluxdb) -> None:
    journal = Journal(tmp_path / "journal.sqlite", now=lambda: NOW, tell=pytest.fail)
    journal.advance(0, line(1), 1, [], None)
    writer = InfluxWriter(fake.url, token="t", organisation="o", bucket="b", now=lambda: NOW)
    sender = Sender(journal.outbox, writer, now=lambda: NOW, tell=pytest.fail)
    sender.start()
    journal.advance(0, line(2), 1, [], None)
    waiting = datetime.now(UTC)
    while journal.outbox.waiting_lines and datetime.now(UTC) - waiting < timedelta(seconds=10):
        sender._stopping.wait(0.01)
    assert fake.stored == {line(1), line(2)}
    assert [sender.is_alive, sender.stop(), sender.is_alive] == [True, True, False]
    writer.close()
    journal.close()


def test_a_stop_during_an_outage_is_quick_and_loses_nothing(tmp_path: Path, fake: FakeInfluxdb) -> None:
    fake.behaviour = lambda _: says(503, "later")
    journal = Journal(tmp_path / "journal.sqlite", now=lambda: NOW, tell=pytest.fail)
    journal.advance(0, line(1), 1, [], None)
    writer = InfluxWriter(fake.url, token="t", organisation="o", bucket="b", now=lambda: NOW)
    sender = Sender(journal.outbox, writer, now=lambda: NOW, tell=lambda _: None)
    sender.start()
    waiting = datetime.now(UTC)
    while not fake.requests and datetime.now(UTC) - waiting < timedelta(seconds=10):
        sender._stopping.wait(0.01)
    assert sender.stop()
    assert journal.outbox.waiting_lines == 1
    writer.close()
    journal.close()
