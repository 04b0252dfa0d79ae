"""What a site has set itself for its printing: a share of both sides by department, and which paper is used a second time."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class PrintPlan:
    """`targets`: two-sided share 0..1 by department; `sheets_a_week`: at most so many, by department.

    `reuse`: media or trays that hold paper printed on one side before.
    """

    targets: Mapping[str, float] = field(default_factory=dict)
    sheets_a_week: Mapping[str, int] = field(default_factory=dict)
    reuse: AbstractSet[str] = frozenset()
