"""Sixty ways to falsify an audit trail: each is found, and the first break is named."""

import random
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from daemon.audit.check import Head, Verdict, read_head, verify
from daemon.audit.heads import DailyHead, kept_heads
from daemon.audit.trail import Line, entries, export
from daemon.errors import StoreUnavailable
from daemon.journal.audit import Record, sealed
from daemon.journal.journal import Journal
from policies.words import Words

NOW = datetime(2026, 7, 15, 8, 0, tzinfo=UTC)
COUNT = 40
HEAD_AT = 30
Lines = list[Line]
Edit = Callable[[Lines, random.Random], tuple[Lines, int]]
"""Gives the falsified lines, and the number of the first entry that is not as it was."""


def fill(path: Path, salt: str = "") -> None:
    journal = Journal(path, now=lambda: NOW, tell=pytest.fail)
    try:
        for number in range(COUNT):
            body = f'{{"number":{number},"who":"chen{salt}"}}'.encode()
            journal.record([Record(NOW + timedelta(minutes=number), "step" if number % 3 else "person", body)])
    finally:
        journal.close()


@pytest.fixture(scope="module")
def journal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("audit") / "journal.sqlite"
    fill(path)
    return path


@pytest.fixture(scope="module")
def lines(journal: Path) -> Lines:
    return [msgspec.json.decode(text, type=Line) for text in export(journal)]


@pytest.fixture(scope="module")
def foreign(tmp_path_factory: pytest.TempPathFactory) -> Lines:
    path = tmp_path_factory.mktemp("other") / "journal.sqlite"
    fill(path, " of another office")
    return [msgspec.json.decode(text, type=Line) for text in export(path)]


def head_of(lines: Sequence[Line], seq: int) -> Head:
    return Head(seq, lines[seq - 1].hash)


def rechained(lines: Lines, start: int) -> Lines:
    """What a forger with our source does: number and hash everything anew from entry `start` (from 1) on."""
    made = lines[: start - 1]
    for seq, line in enumerate(lines[start - 1 :], start):
        previous = bytes.fromhex(made[-1].hash) if made else bytes(32)
        at = datetime.fromtimestamp(0, UTC) + timedelta(microseconds=line.at_us)
        entry = sealed(Record(at, line.kind, line.body.encode()), seq, previous)
        made.append(Line(seq, line.at_us, line.kind, line.body, previous.hex(), entry.hash.hex()))
    return made


def change(field: str) -> Edit:
    values: dict[str, Callable[[Line], object]] = {
        "seq": lambda line: line.seq + 1,
        "at_us": lambda line: line.at_us - 1,
        "kind": lambda line: line.kind + "s",
        "body": lambda line: line.body.replace("chen", "wu"),
        "previous": lambda line: line.hash,
        "hash": lambda line: line.previous,
    }

    def edit(lines: Lines, lot: random.Random) -> tuple[Lines, int]:
        place = lot.randrange(1, COUNT - 1)
        made = list(lines)
        made[place] = msgspec.structs.replace(made[place], **{field: values[field](made[place])})
        return made, place + 1

    return edit


def delete(lines: Lines, lot: random.Random) -> tuple[Lines, int]:
    place = lot.randrange(COUNT - 1)
    return lines[:place] + lines[place + 1 :], place + 1


def swap(lines: Lines, lot: random.Random) -> tuple[Lines, int]:
    first, second = sorted(lot.sample(range(COUNT), 2))
    made = list(lines)
    made[first], made[second] = made[second], made[first]
    return made, first + 1


def repeat(lines: Lines, lot: random.Random) -> tuple[Lines, int]:
    place = lot.randrange(COUNT)
    return [*lines[: place + 1], lines[place], *lines[place + 1 :]], place + 2


def delete_and_renumber(lines: Lines, lot: random.Random) -> tuple[Lines, int]:
    place = lot.randrange(1, COUNT - 1)
    rest = [msgspec.structs.replace(line, seq=line.seq - 1) for line in lines[place + 1 :]]
    return lines[:place] + rest, place + 1


def change_and_hash(lines: Lines, lot: random.Random) -> tuple[Lines, int]:
    """The changed entry is hashed anew, what follows it is not: the break shows one entry later."""
    place = lot.randrange(COUNT - 1)
    forged = list(lines)
    forged[place] = msgspec.structs.replace(forged[place], body='{"number":0,"who":"nobody"}')
    return [*rechained(forged, place + 1)[: place + 1], *lines[place + 1 :]], place + 2


def truncate(lines: Lines, lot: random.Random) -> tuple[Lines, int]:
    length = lot.randrange(HEAD_AT)
    return lines[:length], length + 1


def rewrite_all_after(lines: Lines, lot: random.Random) -> tuple[Lines, int]:
    """A perfect chain with another content: only the head that was sent outside knows."""
    place = lot.randrange(HEAD_AT)
    forged = list(lines)
    forged[place] = msgspec.structs.replace(forged[place], body='{"number":0,"who":"nobody"}')
    return rechained(forged, place + 1), HEAD_AT


PLAIN = {**{f"change {field}": change(field) for field in ("seq", "at_us", "kind", "body", "previous", "hash")}}
EDITS: dict[str, Edit] = {
    **PLAIN,
    "delete": delete,
    "swap": swap,
    "repeat": repeat,
    "delete and renumber": delete_and_renumber,
    "change and hash": change_and_hash,
    "truncate": truncate,
    "rewrite all after": rewrite_all_after,
}
SEEDS = range(4)


def as_export(lines: Lines, folder: Path) -> Path:
    path = folder / "trail.jsonl"
    path.write_bytes(b"".join(msgspec.json.encode(line) + b"\n" for line in lines))
    return path


def as_journal(lines: Lines, folder: Path, original: Path) -> Path:
    """A copy of the journal with these rows; where two claim one number, or the order is another, SQLite orders them."""
    path = folder / "copy.sqlite"
    path.write_bytes(original.read_bytes())
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("DELETE FROM audit")
        connection.executemany(
            "INSERT OR REPLACE INTO audit VALUES (?, ?, ?, ?, ?, ?)",
            [
                (one.seq, one.at_us, one.kind, one.body.encode(), bytes.fromhex(one.previous), bytes.fromhex(one.hash))
                for one in lines
            ],
        )
    return path


def test_an_untouched_trail_is_whole_in_every_form(journal: Path, lines: Lines, tmp_path: Path) -> None:
    heads = [head_of(lines, HEAD_AT), head_of(lines, COUNT)]

    for path in (journal, as_export(lines, tmp_path), as_journal(lines, tmp_path, journal)):
        assert verify(entries(path), heads).broken_at is None
        assert verify(entries(path)).head == Head(COUNT, lines[-1].hash, NOW + timedelta(minutes=COUNT - 1))


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", EDITS)
def test_a_hostile_edit_is_found_and_its_first_break_named(name: str, seed: int, lines: Lines, tmp_path: Path) -> None:
    forged, first = EDITS[name](lines, random.Random(f"{name} {seed}"))

    verdict = verify(entries(as_export(forged, tmp_path)), [head_of(lines, HEAD_AT)])

    assert verdict.broken_at == first, verdict.why
    assert str(min(first, len(forged))) in str(verdict.why) or f"head {HEAD_AT}" in str(verdict.why)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("whole", [True, False], ids=["to-the-end", "one-entry"])
def test_a_graft_from_another_trail_is_found(
    seed: int, whole: bool, lines: Lines, foreign: Lines, tmp_path: Path
) -> None:
    place = random.Random(seed).randrange(1, COUNT - 1)
    forged = [*lines[:place], *(foreign[place:] if whole else [foreign[place], *lines[place + 1 :]])]

    assert verify(entries(as_export(forged, tmp_path))).broken_at == place + 1


@pytest.mark.parametrize("name", [*PLAIN, "delete", "delete and renumber", "change and hash", "truncate"])
def test_the_same_is_found_in_a_copied_journal(name: str, journal: Path, lines: Lines, tmp_path: Path) -> None:
    forged, first = EDITS[name](lines, random.Random(name))

    verdict = verify(entries(as_journal(forged, tmp_path, journal)), [head_of(lines, HEAD_AT)])

    assert verdict.broken_at == first, verdict.why


def test_without_a_head_from_outside_a_cut_end_looks_whole(lines: Lines, tmp_path: Path) -> None:
    cut = as_export(lines[:20], tmp_path)

    assert verify(entries(cut)).broken_at is None
    assert verify(entries(cut), [head_of(lines, 21)]).broken_at == 21


@pytest.mark.parametrize("text", [b"{}\n", b"\xff\xfe\n", b'{"seq":"1"}\n', b"no trail\n", b"\n"])
def test_what_is_no_entry_is_a_break_and_no_crash(text: bytes, lines: Lines, tmp_path: Path) -> None:
    path = as_export(lines[:3], tmp_path)
    path.write_bytes(path.read_bytes() + text)

    assert verify(entries(path)).broken_at == 4


def test_a_file_that_is_not_there_or_no_journal_is_said(tmp_path: Path) -> None:
    empty = tmp_path / "empty.sqlite"
    sqlite3.connect(empty).executescript("CREATE TABLE x (y); DROP TABLE x;").connection.close()

    for path in (tmp_path / "missing", empty):
        with pytest.raises(StoreUnavailable):
            list(entries(path))


class FakeTrail:
    def __init__(self, path: Path) -> None:
        self._path = path

    def last_audit(self) -> Iterator[object]:
        raise StoreUnavailable("disk away")


def test_the_head_goes_out_once_a_local_day_and_is_kept(journal: Path, lines: Lines, tmp_path: Path) -> None:
    trail = Journal(journal, now=lambda: NOW, tell=pytest.fail)
    told: list[Words] = []

    def shanghai(at: datetime) -> date:
        return (at + timedelta(hours=8)).date()

    def fresh() -> DailyHead:
        return DailyHead(trail, tmp_path / "heads", told.append, shanghai)

    heads = fresh()
    try:
        assert str(heads.look(NOW)) == f"{COUNT}:{lines[-1].hash}"
        assert heads.look(NOW + timedelta(hours=7)) is None
        assert fresh().look(NOW + timedelta(hours=7)) is None, "a restart sends nothing twice"
        assert heads.look(NOW + timedelta(hours=9)) is not None
    finally:
        trail.close()
    assert len(told) == 2
    assert lines[-1].hash in str(told[0])
    assert verify(entries(journal), kept_heads(tmp_path / "heads")) == Verdict(
        COUNT, Head(COUNT, lines[-1].hash, NOW + timedelta(minutes=COUNT - 1))
    )


def test_a_head_that_cannot_be_read_is_tried_again_and_nothing_is_sent(tmp_path: Path) -> None:
    told: list[Words] = []
    heads = DailyHead(FakeTrail(tmp_path), tmp_path / "heads", told.append, lambda at: at.date())  # type: ignore[arg-type]  # it only fails

    assert heads.look(NOW) is None
    assert told == []
    assert not (tmp_path / "heads").exists()


@pytest.mark.parametrize("text", ["", "12", "12:abc", "x:" + "0" * 64, "1:" + "g" * 64])
def test_a_head_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"head|hex"):
        read_head(text)
