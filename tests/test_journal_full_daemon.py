"""The whole daemon whose journal fills up while its database is away, and the whole daemon that finds its journal corrupt."""

import logging
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import urllib3
from chaos_broker import Publisher
from chaos_influxdb import Influxd, needs_influxd
from chaos_office import METERED, numbered
from real_mosquitto import Mosquitto, free_port, needs_mosquitto
from running_office import EMBEDDED, HEAD, Devices, running, wait_for
from test_chaos_kills import shipped_settings

from daemon.bootstrap import assemble
from daemon.configuration.load import parse
from daemon.daemon import Daemon

pytestmark = [pytest.mark.real, pytest.mark.timeout(180), needs_mosquitto]

WITHOUT_STORE = METERED.replace(f"{EMBEDDED}\n", "")
COUNT = 24_000
RATE = 4_000.0
JOURNAL_BYTES = 1_300_000
"""Some 7,000 points; a configuration asks for ten times as much at least, which would only make the test longer."""


@contextmanager
def cramped(folder: Path, broker: Mosquitto, store: str) -> Iterator[Daemon]:
    """A daemon with next to no room in its journal."""
    text = HEAD.format(broker=broker.port, board=free_port(), store=store) + WITHOUT_STORE
    configuration = parse(text, file="office.yaml", directory=folder)
    journal = configuration.journal.model_copy(update={"max_size": JOURNAL_BYTES})
    daemon = assemble(configuration.model_copy(update={"journal": journal}), {})
    daemon.start()
    try:
        wait_for(lambda: daemon.network.is_live, "the broker's queue to be heard")
        yield daemon
    finally:
        assert daemon.stop(), "a part of the daemon did not stop in time"


def page(daemon: Daemon, path: str) -> str:
    return urllib3.request("GET", f"{daemon.web.address}{path}", retries=False, timeout=5.0).data.decode()


@pytest.mark.slow
@needs_influxd
def test_a_full_journal_says_so_leaves_the_rest_with_the_broker_and_loses_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    with Mosquitto(tmp_path / "broker", shipped_settings()) as broker, Influxd(tmp_path / "database") as database:
        with cramped(tmp_path, broker, database.entry.rstrip()) as daemon:
            database.kill()
            publisher = Publisher(broker.port, COUNT, RATE)
            publisher.start()
            wait_for(lambda: daemon.network.is_withholding, "a full journal", 60)
            wait_for(lambda: publisher.is_done, "the broker to have all", 60)
            publisher.stop()

            heard, since = daemon.network.counters.messages, daemon.network.connected_since
            acknowledged = daemon.network.counters.acks
            time.sleep(2)
            assert daemon.network.is_withholding
            assert daemon.network.counters.messages == heard < COUNT
            assert daemon.network.counters.acks == acknowledged, "acknowledged what was not kept"
            assert daemon.network.is_connected
            assert daemon.network.connected_since == since, "the connection was given up"
            assert "officed_journal_withholding 1.0" in page(daemon, "/metrics")
            assert '"journal_withholding":true' in page(daemon, "/healthz")
            assert "nothing is acknowledged to the broker" in page(daemon, "/health")
            assert "The journal takes nothing (journal full" in caplog.text
            assert (tmp_path / "journal.sqlite").stat().st_size <= JOURNAL_BYTES

            database.start()
            wait_for(lambda: not daemon.network.is_withholding, "room in the journal", 60)
            wait_for(lambda: daemon.network.counters.messages >= COUNT, "what the broker kept", 60)
            wait_for(
                lambda: len(database.rows("SELECT energy_kwh_total FROM power")) >= COUNT, "all in the database", 60
            )
            assert "The journal takes readings again" in caplog.text
            assert "officed_journal_withholding 0.0" in page(daemon, "/metrics")
        stored = Counter(int(row[1]) for row in database.rows("SELECT energy_kwh_total FROM power"))
    assert publisher.promised == set(range(COUNT))
    assert publisher.promised - stored.keys() == set(), "lost"
    assert [number for number, times in stored.items() if times > 1] == [], "stored twice"


def test_a_corrupt_journal_is_set_aside_in_words_and_the_daemon_starts_afresh(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    broken = b"SQLite format 3\x00" + bytes(range(256)) * 64
    (tmp_path / "journal.sqlite").write_bytes(broken)
    with Mosquitto(tmp_path / "broker") as broker, running(tmp_path, broker, WITHOUT_STORE) as daemon:
        assert "journal journal.sqlite is damaged" in caplog.text
        assert "set aside as journal.sqlite.corrupt-1, a fresh one was started" in caplog.text
        devices = Devices(broker)
        try:
            devices.say(*numbered(7))
            wait_for(lambda: daemon.network.counters.messages == 1, "a reading")
        finally:
            devices.close()
    assert (tmp_path / "journal.sqlite.corrupt-1").read_bytes() == broken
