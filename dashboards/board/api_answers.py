"""The published document: FastAPI's own, with the structs that the read endpoints answer with among its named schemas."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Final

from fastapi import FastAPI
from msgspec import Meta, Struct

from dashboards.board.api_shapes import Schema, named_in
from dashboards.view import Overview
from dashboards.views.case_list import CaseList, CasePage
from dashboards.views.leave import Leave
from dashboards.views.machine import Machine
from dashboards.views.overtime import Recurring
from dashboards.views.report_shelf import MonthOnShelf
from dashboards.views.room import Room
from dashboards.views.zone import ZonePage
from policies.history import JobRow, SlotRow


class Problem(Struct, frozen=True):
    """Why there is no answer, in English, for who writes the program."""

    detail: str


MOST_ROWS: Final = 10_000
MOST_MACHINES: Final = 500
Rooms = tuple[Room, ...]
Machines = Annotated[tuple[Machine, ...], Meta(max_length=MOST_MACHINES)]
Leaves = tuple[Leave, ...]
Overtimes = tuple[Recurring, ...]
Jobs = Annotated[tuple[JobRow, ...], Meta(max_length=MOST_ROWS)]
Slots = Annotated[tuple[SlotRow, ...], Meta(max_length=MOST_ROWS)]
Months = tuple[MonthOnShelf, ...]
ANSWERS: Final[Iterable[object]] = (
    Overview,
    Rooms,
    ZonePage,
    Machines,
    CaseList,
    CasePage,
    Leaves,
    Overtimes,
    Jobs,
    Slots,
    Months,
    Problem,
)


class Documented(FastAPI):
    """An application whose document names what it answers."""

    def openapi(self) -> dict[str, Any]:
        """The document, made once. TypeError where two shapes have one name."""
        if self.openapi_schema is None:
            document = super().openapi()
            shapes = document.setdefault("components", {}).setdefault("schemas", {})
            for name, shape in _shapes().items():
                if shapes.setdefault(name, shape) is not shape:
                    raise TypeError(f"two shapes are called {name}")
        return super().openapi()


def _shapes() -> Mapping[str, Schema]:
    found: dict[str, Schema] = {}
    for answer in ANSWERS:
        for name, shape in named_in(answer).items():
            if found.setdefault(name, shape) != shape:
                raise TypeError(f"two structs are called {name}")
    return found
