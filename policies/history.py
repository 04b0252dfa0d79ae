"""What the past can be asked, whatever keeps it: the port that the embedded file and InfluxDB both answer, alike.

Ranges are half-open, [start, end), of aware instants. What nobody said is not in an answer: gaps stay gaps. Instants come
back aware, UTC, to the microsecond. Rows are sorted by time, then by device. Names are as they were configured.
Everything raises StoreUnavailable (daemon/errors.py) where the store cannot answer, and ValueError for a question that
makes no sense: a measurement, tag or field that the schema does not have, an empty step, too many windows.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

import msgspec

MOST_WINDOWS = 10_000
"""More in one question could take the whole machine."""

Value = float | int | bool | str


class Sample(msgspec.Struct, frozen=True, gc=False):
    """One value of one field; its type is the schema's."""

    at: datetime
    value: Value


class Window(msgspec.Struct, frozen=True, gc=False):
    """The samples in [start, start + step). `key` holds the values of the tags that were asked for, in that order.

    `last` is the sample with the latest instant. A window without samples is not there.
    """

    start: datetime
    key: tuple[str, ...]
    mean: float
    minimum: float
    maximum: float
    total: float
    last: float
    count: int


class Total(msgspec.Struct, frozen=True, gc=False):
    """All samples in [start, end) added up, of all devices. `hours`: of its hours, from `start` on, how many have a sample."""

    start: datetime
    end: datetime
    total: float
    hours: int


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """Common to all records. An empty tag was not written; a field that is None was not said."""

    at: datetime
    device: str = ""
    zone: str = ""
    site: str = ""


class JobRow(Row, frozen=True, kw_only=True):
    """A print job. `sheets` None: not known, see `unknown_because`; never 0."""

    printer: str = ""
    department: str = ""
    job: str | None = None
    state: str | None = None
    sheets: int | None = None
    impressions: int | None = None
    copies: int | None = None
    pages: int | None = None
    two_sided: str | None = None
    duplexable: bool | None = None
    colour: bool | None = None
    media: str | None = None
    media_source: str | None = None
    number_up: int | None = None
    kilobytes: int | None = None
    jammed: bool | None = None
    user_hash: str | None = None
    title_hash: str | None = None
    user: str | None = None
    title: str | None = None
    unknown_because: str | None = None


class SlotRow(Row, frozen=True, kw_only=True):
    """15 minutes of one device, from `at`."""

    load: str = ""
    energy_kwh: float | None = None
    on_seconds: float | None = None
    violation_seconds: float | None = None
    occupied_seconds: float | None = None
    coverage_seconds: float | None = None
    controlled: bool | None = None


class SlotSum(msgspec.Struct, frozen=True, gc=False):
    """Slots of one device that are of one kind, added up. `slots` were written, of `energy_slots` the energy is known."""

    device: str
    kind: int
    energy_kwh: float
    energy_slots: int
    on_seconds: float
    violation_seconds: float
    coverage_seconds: float
    slots: int


class CaseRow(Row, frozen=True, kw_only=True):
    """A case changed from `was` to `state`. `counts` False: contested, or found wrong; None: an older record."""

    policy: str = ""
    case_id: str | None = None
    state: str | None = None
    was: str | None = None
    remedy: str | None = None
    reason: str | None = None
    detail: str | None = None
    opened_at_us: int | None = None
    counts: bool | None = None


class CommandRow(Row, frozen=True, kw_only=True):
    """What became of a command."""

    policy: str = ""
    command_id: str | None = None
    case_id: str | None = None
    state: str | None = None
    remedy: str | None = None
    celsius: float | None = None
    reason: str | None = None
    proof: str | None = None


class SavingRow(Row, frozen=True, kw_only=True):
    """Energy avoided by one action. `ledger` is measured, estimated or not claimed: never summed across.

    `basis`: what the interval around it is drawn from, see policies/accounting/basis.py; None: an older record, or not measured.
    """

    ledger: str = ""
    policy: str = ""
    avoided_kwh: float | None = None
    avoided_cost: float | None = None
    method: str | None = None
    case_id: str | None = None
    basis: str | None = None


class History(Protocol):
    """One site's past. Any thread."""

    def series(self, device: str, measurement: str, field: str, start: datetime, end: datetime) -> Sequence[Sample]:
        """What one device said, oldest first."""

    def windows(
        self, measurement: str, field: str, start: datetime, end: datetime, step: timedelta, by: Sequence[str] = ()
    ) -> Sequence[Window]:
        """A field of numbers summed up per `step` from `start` on, one row a window and combination of the tags `by`.

        Sorted by key, then by start. At most MOST_WINDOWS per combination. Days that are 23 or 25 hours long are asked
        for one by one.
        """

    def totals(self, measurement: str, field: str, edges: Sequence[datetime]) -> Sequence[Total]:
        """A field of numbers added up between each two neighbours of `edges`, which ascend; a span without samples is not there.

        Nothing else is asked, so this is the quick way through a year: spans may differ, as days do where clocks change.
        """

    def last(self, measurement: str, field: str, start: datetime, end: datetime) -> Mapping[str, Sample]:
        """The latest sample of every device that said anything in the range."""

    def jobs(self, start: datetime, end: datetime) -> Sequence[JobRow]:
        """Print jobs."""

    def slots(self, start: datetime, end: datetime) -> Sequence[SlotRow]:
        """Slots that begin in the range."""

    def slot_sums(self, devices: Sequence[str], start: datetime, kinds: Sequence[int]) -> Sequence[SlotSum]:
        """Slots of these devices added up by kind, sorted by device and kind.

        `kinds`: of each quarter of an hour from `start` on, 0 to 65,535; `start` on a quarter. A month of a thousand devices
        is three million slots: they are added up where they are kept.
        """

    def cases(self, start: datetime, end: datetime) -> Sequence[CaseRow]:
        """Changes of cases."""

    def commands(self, start: datetime, end: datetime) -> Sequence[CommandRow]:
        """What became of commands."""

    def savings(self, start: datetime, end: datetime) -> Sequence[SavingRow]:
        """Entries of the ledger."""
