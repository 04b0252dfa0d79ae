"""The part of office.yaml that says what is wanted of the printing, beside its rules."""

from typing import Annotated

from pydantic import Field

from daemon.configuration.quantities import Label
from daemon.configuration.section import Section
from policies.office.print_plan import PrintPlan

_MOST = 200

Share = Annotated[float, Field(gt=0, le=1)]


class PrintingEntry(Section):
    """Targets and reuse paper."""

    targets: dict[Label, Share] = Field(
        default={},
        max_length=_MOST,
        description="by department: share of the sides to be printed on both sides of a sheet, such as finance: 0.7",
    )
    sheets_a_week: dict[Label, Annotated[int, Field(gt=0, le=1_000_000)]] = Field(
        default={}, max_length=_MOST, description="by department: at most so many sheets a week, such as finance: 900"
    )
    reuse: tuple[Label, ...] = Field(
        default=(),
        max_length=_MOST,
        description="media or trays, as the queues name them, that hold paper printed on one side before",
    )

    def plan(self) -> PrintPlan:
        """In the core's words."""
        return PrintPlan(targets=self.targets, sheets_a_week=self.sheets_a_week, reuse=frozenset(self.reuse))
