"""Whether two maps have the same keys in the same order, of which one was copied from the other: a step copies its maps.

Looked at by identity, which for a hundred keys costs less than the hash of two.
"""

from collections.abc import Collection
from operator import is_


def same_keys(before: Collection[object] | None, after: Collection[object]) -> bool:
    """True only where they have; False may also mean that they were made independently."""
    return before is not None and len(before) == len(after) and all(map(is_, before, after))
