"""Draws for a bootstrap that are the same wherever and whenever the same data come in: splitmix64, seeded by the data.

The core has no random numbers; an interval needs a spread sample of its own blocks, and must be the same tomorrow.
"""

import hashlib
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")

_MASK = (1 << 64) - 1


class Draws:
    """A stream of choices that follows from `seed` alone (Steele, Lea, Flood 2014)."""

    def __init__(self, seed: str) -> None:
        self._state = int.from_bytes(hashlib.sha256(seed.encode()).digest()[:8], "big")

    def below(self, count: int) -> int:
        """0 to `count` - 1, each as likely as the others (but for 2^-64)."""
        self._state = (self._state + 0x9E3779B97F4A7C15) & _MASK
        mixed = self._state
        mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & _MASK
        return ((mixed ^ (mixed >> 31)) * count) >> 64

    def choice(self, values: Sequence[T]) -> T:
        """One of them."""
        return values[self.below(len(values))]
