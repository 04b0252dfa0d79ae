"""The answers of a real InfluxDB are what the table expects, and what it refused is in the dead letters."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import urllib3
from real_influxdb import Server, running

from daemon.history.influx import InfluxHistory
from daemon.history.influx_query import InfluxQuery
from daemon.history.influx_writer import InfluxWriter
from daemon.history.sender import Sender
from daemon.journal.journal import Journal

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
NOON_NS = 1_772_625_600_000_000_000

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("influxdb")) as found:
        if isinstance(found, str):
            pytest.skip(found)
        yield found


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    opened = Journal(tmp_path / "journal.sqlite", now=lambda: NOW, tell=pytest.fail)
    yield opened
    opened.close()


def writer(server: Server, bucket: str, token: str | None = None) -> InfluxWriter:
    return InfluxWriter(
        server.url, token=token or server.token, organisation=server.organisation, bucket=bucket, now=lambda: NOW
    )


def point(number: int, value: str) -> bytes:
    return f"power,device=d{number},site=hq {value} {NOON_NS + number * 1000}".encode()


def stored(server: Server, bucket: str) -> set[str]:
    query = InfluxQuery(server.url, token=server.token, bucket=bucket)
    found = InfluxHistory(query, site="hq").last("power", "watts", NOW - timedelta(days=1), NOW + timedelta(days=1))
    query.close()
    return set(found)


def deliver(server: Server, journal: Journal, bucket: str, *lines: bytes) -> list[tuple[bytes, str]]:
    """Send these; what was set aside, and why."""
    journal.advance(0, b"\n".join(lines), len(lines), [], None)
    to = writer(server, bucket)
    sender = Sender(journal.outbox, to, now=lambda: NOW, tell=pytest.fail, pause=lambda _: True)
    assert sender.send_some()
    to.close()
    return [(each.line, each.reason) for each in journal.dead_letters.listed()]


def test_good_lines_are_stored(server: Server, journal: Journal) -> None:
    bucket = server.new_bucket()
    assert deliver(server, journal, bucket, *(point(number, "watts=1.0") for number in range(5))) == []
    assert stored(server, bucket) == {f"d{number}" for number in range(5)}


def test_unparsable_lines_are_set_aside_with_the_server_s_words_and_the_rest_is_stored(
    server: Server, journal: Journal
) -> None:
    bucket = server.new_bucket()
    bad = [point(1, "watts=NaN"), point(3, "watts=1.0,"), point(5, 'watts="')]
    good = [point(number, "watts=1.0") for number in (0, 2, 4)]
    refused = deliver(server, journal, bucket, good[0], bad[0], good[1], bad[1], good[2], bad[2])
    assert [each for each, _ in refused] == bad
    assert all(reason for _, reason in refused)
    assert stored(server, bucket) == {"d0", "d2", "d4"}


def test_a_type_conflict_costs_its_own_line_and_no_other(server: Server, journal: Journal) -> None:
    bucket = server.new_bucket()
    deliver(server, journal, bucket, point(0, "watts=1.0"))
    bad = [point(3, "watts=1i"), point(7, 'watts="x"')]
    good = [point(number, "watts=1.0") for number in (1, 2, 4, 5, 6, 8)]
    refused = deliver(server, journal, bucket, *good[:2], bad[0], *good[2:5], bad[1], good[5])
    assert [each for each, _ in refused] == bad
    assert all("type conflict" in reason for _, reason in refused)
    assert stored(server, bucket) == {f"d{number}" for number in (0, 1, 2, 4, 5, 6, 8)}


def test_who_is_not_let_in_and_what_is_not_there_are_told_apart_from_the_lines(server: Server) -> None:
    bucket = server.new_bucket()
    statuses = []
    for to in (writer(server, bucket, token="wrong"), writer(server, "not_there"), writer(server, bucket)):
        statuses += [to.post(point(1, "watts=1.0")).status, to.post(b"").status]
        to.close()
    assert statuses == [401, 401, 404, 404, 204, 204]


def test_compressed_bodies_arrive_and_the_server_says_how_it_is_cut(server: Server, journal: Journal) -> None:
    bucket = server.new_bucket()
    to = writer(server, bucket)
    to._compress = True
    assert to.post(point(1, "watts=1.0")).status == 204
    assert stored(server, bucket) == {"d1"}
    assert to.layout().shard == timedelta(days=7)
    assert to.layout().retention is None
    to.close()


def test_the_server_names_itself(server: Server) -> None:
    answer = urllib3.request("GET", f"{server.url}/ping")
    assert (answer.status, answer.headers["X-Influxdb-Version"][:1]) == (204, "v")
