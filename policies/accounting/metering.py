"""Energy of one device, laid into slots: its own counter where it has one, else the watts that held.

A counter moves in steps (often 0.01 kWh), so what it moved by belongs to the whole time since it moved last, in proportion
to the watts that held in between: totals are the counter's, to the last digit, and shapes are the meter's. Between two
readings the first one's watts hold, but no longer than the device may be silent.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec

from policies.accounting.day_types import SLOT, slot_start
from sensors.energy import used_kwh

_WAITS_AT_MOST: Final = timedelta(hours=2)
_MILLION: Final = 3_600_000.0
_NEVER: Final = datetime.max.replace(tzinfo=UTC)


class Piece(msgspec.Struct, gc=False):
    """Part of one slot for which it is not known yet what it used."""

    slot: datetime
    seconds: float
    watt_seconds: float
    is_known: bool
    """Some watts held in it, 0 among them."""


class Metering:
    """One device. `total` is the counter when it last moved; `pieces` what has gone by since then."""

    __slots__ = ("_ends_at", "_slot", "at", "pieces", "total", "total_at", "watts", "watts_until")

    def __init__(self) -> None:
        self.at: datetime | None = None
        self.watts: float | None = None
        self.watts_until: datetime | None = None
        self.total: float | None = None
        self.total_at: datetime | None = None
        self.pieces: list[Piece] = []
        self._slot = self._ends_at = _NEVER

    def to(self, at: datetime) -> None:
        """Time goes on to `at`; what held so far is laid into pieces. Going back is no time at all."""
        since = self.at
        if since is None or at <= since:
            self.at = at if since is None else since
            return
        slot = self._slot
        if slot <= since and at <= self._ends_at:  # the common case, spelled out for its speed
            pieces = self.pieces
            if not pieces or pieces[-1].slot != slot:
                pieces.append(Piece(slot, 0.0, 0.0, False))
            self._lengthen(pieces[-1], since, at)
        else:
            known = slot if slot <= since < self._ends_at else None
            for slot, start, end in cut(since, at, known):
                if not self.pieces or self.pieces[-1].slot != slot:
                    self.pieces.append(Piece(slot, 0.0, 0.0, False))
                self._lengthen(self.pieces[-1], start, end)
                self._slot, self._ends_at = slot, slot + SLOT
        self.at = at

    def say_watts(self, watts: float, until: datetime) -> None:
        """From `at` on it draws this, and is believed until then."""
        self.watts, self.watts_until = watts, until

    def say_total(self, total_kwh: float) -> dict[datetime, float]:
        """The counter at `at`; gives kWh by slot for the time that is settled with it.

        A jump that no load could have made says nothing: then the watts tell.
        """
        before, since = self.total, self.total_at
        if before is None or since is None or self.at is None:
            self._restart(total_kwh)
            return {}
        if total_kwh == before and self.at - since < _WAITS_AT_MOST:
            return {}
        seconds = (self.at - since).total_seconds()
        used = used_kwh(before, total_kwh, seconds / 3600 if seconds > 1.0 else 1 / 3600)
        if used is None:
            used = sum(piece.watt_seconds for piece in self.pieces) / _MILLION
        shares = _spread(self.pieces, used)
        self._restart(total_kwh)
        return shares

    def by_watts(self) -> dict[datetime, float]:
        """KWh by slot of a device without a counter, for the time up to `at`; nothing where no watts are known."""
        shares: dict[datetime, float] = {}
        if self.total is None:
            for piece in (each for each in self.pieces if each.is_known):
                shares[piece.slot] = shares.get(piece.slot, 0.0) + piece.watt_seconds / _MILLION
            self.pieces = []
        return shares

    @property
    def settled_before(self) -> datetime | None:
        """Energy of slots that end here or earlier is final; None before the first reading."""
        if self.pieces:
            return self.pieces[0].slot
        return None if self.at is None else slot_start(self.at)

    def _lengthen(self, piece: Piece, start: datetime, end: datetime) -> None:
        """By [start, end), with the watts that hold."""
        seconds = (end - start).total_seconds()
        piece.seconds += seconds
        watts, until = self.watts, self.watts_until
        if watts is not None and until is not None and until > start:
            piece.is_known = True
            piece.watt_seconds += (seconds if end <= until else (until - start).total_seconds()) * watts

    def _restart(self, total_kwh: float) -> None:
        self.total, self.total_at, self.pieces = total_kwh, self.at, []


def cut(start: datetime, end: datetime, slot: datetime | None = None) -> Iterator[tuple[datetime, datetime, datetime]]:
    """[start, end) in pieces that do not cross a slot's border: (slot, from, to). `slot`: of `start`, if it is known."""
    slot = slot_start(start) if slot is None else slot
    while start < end:
        after = slot + SLOT
        border = min(after, end)
        yield slot, start, border
        start, slot = border, after


def _spread(pieces: list[Piece], used: float) -> dict[datetime, float]:
    """By watts where any flowed, else by time."""
    if len(pieces) == 1:  # the common case: a counter that moves every minute
        piece = pieces[0]
        weight = piece.watt_seconds if piece.watt_seconds > 0.0 else piece.seconds
        return {piece.slot: used * weight / weight} if weight > 0.0 else {}
    weights = [piece.watt_seconds for piece in pieces]
    total = sum(weights)
    if total <= 0.0:
        weights = [piece.seconds for piece in pieces]
        total = sum(weights)
    shares: dict[datetime, float] = {}
    if total <= 0.0:
        return shares
    for piece, weight in zip(pieces, weights, strict=True):
        shares[piece.slot] = shares.get(piece.slot, 0.0) + used * weight / total
    return shares
