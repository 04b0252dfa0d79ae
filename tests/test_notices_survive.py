"""A notice that is durable reaches its address, whenever officed is killed: once, or again with a word that it is."""

import os
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from daemon.errors import StoreUnavailable
from daemon.notices.delivery import Delivery, Send
from daemon.notices.keeping import LettersFirst
from daemon.notices.letter import Letter
from daemon.notices.spool import REPEATED_WITHIN, Spool

ROOT = Path(__file__).parents[1]
NOW = datetime(2026, 7, 15, 2, 0, tzinfo=UTC)
LETTERS, KILLS = 6, 8


@pytest.fixture
def address() -> Iterator[tuple[str, list[str]]]:
    """An address that takes its time, and what has come."""
    got: list[str] = []

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
            time.sleep(0.05)
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

        def handle(self) -> None:
            try:
                super().handle()
            except OSError:
                """It was killed while it spoke."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Hook)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]  # a caller that was killed
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"json://127.0.0.1:{server.server_port}", got
    server.shutdown()
    server.server_close()


def child(folder: Path, url: str, first: int, count: int) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, str(ROOT / "tests/notice_child.py"), str(folder / "journal.sqlite"), url, str(first), str(count)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip


def test_killed_again_and_again_it_loses_no_letter_and_says_what_it_may_have_said(
    tmp_path: Path, address: tuple[str, list[str]]
) -> None:
    url, got = address
    chance, kept = random.Random(7), set[int]()
    for turn in range(KILLS):
        process = child(tmp_path, url, turn * LETTERS, LETTERS)
        assert process.stdout is not None
        for line in process.stdout:
            kept.add(int(line.split()[1]))
            if len(kept) % LETTERS == 0 or line == "empty\n":
                break
        time.sleep(chance.uniform(0.0, 0.2))
        process.kill()
        kept.update(int(line.split()[1]) for line in process.stdout if line.startswith("kept"))
        process.wait(10)
        process.stdout.close()
    last = child(tmp_path, url, 1000, 0)
    said, _ = last.communicate(timeout=60)

    assert said == "empty\n"
    assert kept == set(range(KILLS * LETTERS))
    letters = Counter(number for number in kept for text in got if f"letter {number}." in text)
    assert set(letters) == kept, "none is lost"
    doubtful = [text for text in got if "Perhaps again." in text]
    repeated = [number for number, count in letters.items() if count > 1]
    for number in repeated:
        texts = [text for text in got if f"letter {number}." in text]
        assert all("Perhaps again." in text for text in texts[1:]), "the second time it says so"
    assert len(doubtful) <= KILLS, "one was in hand at each kill, no more"
    assert doubtful, "a kill has hit one: else this shows nothing"


def test_what_was_said_before_the_restart_is_not_said_again_by_the_repeated_step() -> None:
    before, after = Spool(), Spool()
    letter = Letter(0, "case", "title", "words", address="a")
    assert before.put(letter, NOW)
    one = before.take(NOW)
    assert one is not None
    before.done(one)
    after.unpack(before.pack(NOW))
    assert not after.put(letter, NOW + timedelta(seconds=5))
    assert after.put(letter, NOW + REPEATED_WITHIN)


def test_the_letters_are_durable_before_the_records_and_a_full_journal_stops_both() -> None:
    done: list[str] = []

    class Rows:
        def advance(
            self,
            decoded_row: int,
            lines: bytes,
            count: int,
            records: Sequence[object],
            snapshot: object,
        ) -> None:
            done.append("records")

        def promise(self, reads: object, promise: bytes) -> None:
            done.append("promise")

        def keep_office(self, row: int, snapshot: bytes) -> None:
            done.append("office")

    LettersFirst(Rows(), lambda: done.append("letters")).advance(1, b"", 0, [], None)
    assert done == ["letters", "records"]

    def full() -> None:
        raise StoreUnavailable("full")

    with pytest.raises(StoreUnavailable):
        LettersFirst(Rows(), full).advance(1, b"", 0, [], None)
    assert done == ["letters", "records"]


def test_what_could_not_be_kept_is_kept_at_the_next_try() -> None:
    kept: list[bytes] = []
    answers = iter((True, False))

    def keep(record: bytes) -> None:
        if next(answers):
            raise StoreUnavailable("full")
        kept.append(record)

    delivery = Delivery((), Spool(), lambda: NOW, keep)
    delivery.put(Letter(0, "", "title", "words"), None)
    with pytest.raises(StoreUnavailable):
        delivery.keep()
    delivery.keep()
    assert len(kept) == 1


def test_after_a_change_of_addresses_a_waiting_letter_reaches_its_own_or_nobody() -> None:
    got: list[tuple[str, str]] = []

    def address(name: str) -> Send:
        def send(_title: str, text: str) -> bool:
            got.append((name, text))
            return True

        return send

    first = Delivery((), Spool(), lambda: NOW)
    records: list[bytes] = []
    first.keep_in(records.append, None)
    first.put(Letter(0, "", "title", "for the manager", address="manager"), None)
    first.put(Letter(1, "", "title", "for one who left", address="gone"), None)
    first.keep()
    second = Delivery((), Spool(), lambda: NOW)
    second.addresses([address("new"), address("manager")], ["new", "manager"])
    second.keep_in(records.append, records[-1])
    while second.turn():
        pass
    assert got == [("manager", "for the manager")]
    assert second.facts()["notices_waiting"] == 0
