"""Print jobs, as officed's own print agent tells them: `officed/print/<queue>/job`, one message a finished job.

The agent reads the print server, hashes titles and users there, and sends what it read; what that means in sheets is decided
here (`sensors.sheets`), so that a better rule needs no new agent. Titles and users in clear are not even read.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta, tzinfo
from functools import partial
from typing import Annotated, Final, Literal

import msgspec

from sensors import sheets, stamps, units
from sensors.commands import Command
from sensors.device import Address, Device, FamilyName, Traits
from sensors.errors import PayloadError
from sensors.family import Decoder, Refused
from sensors.liveness import is_live
from sensors.messages import Message, Outgoing
from sensors.readings import AnyReading, PrintJob

PREFIX: Final = "officed/print/"
SUFFIX: Final = "/job"

Number = Annotated[int, msgspec.Meta(ge=0, le=10_000_000)]
Word = Annotated[str, msgspec.Meta(max_length=256)]


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """The agent's message. All but `job` may be missing; `completed_at` is ISO 8601 with a zone.

    `wins` and `duplexer` are facts of the queue, told with each job: which attribute it obeys, whether it can turn a sheet.
    """

    job: Annotated[str, msgspec.Meta(min_length=1, max_length=256)]
    state: Literal["completed", "cancelled", "aborted", "unknown"] = "unknown"
    copies: Number | None = None
    impressions: Number | None = None
    pages: Number | None = None
    sides: Word = ""
    duplex: Word = ""
    number_up: Number | None = None
    colour: bool | None = None
    media: Word = ""
    duplexer: bool | None = None
    wins: sheets.Wins = ""
    completed_at: Word = ""
    department: Word = ""
    user_hash: Word = ""
    title_hash: Word = ""


class PrintJobs:
    """The family. A printer is silent as long as nobody prints, so its silence limit is a month."""

    name: FamilyName = "print_job"
    silent_after = timedelta(days=30)

    def __init__(self, site_zone: tzinfo | None = None) -> None:
        del site_zone  # the agent's stamps carry their zone

    def subscriptions(self, devices: Sequence[Device]) -> Sequence[str]:
        """One topic a queue."""
        queues = {device.address.name for device in devices if device.address.family == self.name}
        return [f"{PREFIX}{queue}{SUFFIX}" for queue in sorted(queues)]

    def route(self, topic: str, devices: Mapping[Address, Device]) -> Decoder | None:
        """The decoder of a queue that is configured."""
        if not (topic.startswith(PREFIX) and topic.endswith(SUFFIX)):
            return None
        device = devices.get(Address(self.name, topic[len(PREFIX) : -len(SUFFIX)]))
        return partial(_decode, device) if device is not None else None

    def encode(self, command: Command, device: Device, traits: Traits | None, memo: str) -> Sequence[Outgoing]:
        """Always Refused: a queue is listened to, never told."""
        del command, traits, memo
        raise Refused(f"{device.address.name} is a print queue: it takes no commands")


_JOB: Final = msgspec.json.Decoder(Job)


def _decode(device: Device, message: Message) -> Sequence[AnyReading]:
    # on the wire: {"job":"laser-75","state":"completed","copies":1,"impressions":3,"sides":"two-sided-long-edge",
    #  "duplexer":true,"wins":"sides","completed_at":"2026-03-02T08:15:00+08:00"}
    if len(message.payload) > units.STATE_BYTES:
        raise PayloadError(f"{len(message.payload)} bytes for one job")
    try:
        job = _JOB.decode(message.payload)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise PayloadError(f"not a print job: {error}") from error
    counted = sheets.count(
        sheets.Ask(
            impressions=job.impressions,
            copies=job.copies,
            pages=job.pages,
            number_up=job.number_up,
            sides=job.sides,
            duplex=job.duplex,
            duplexer=job.duplexer,
            wins=job.wins,
        )
    )
    unfinished = job.state in ("cancelled", "aborted")
    return (
        PrintJob(
            device=device.id,
            arrived_at=message.arrived_at,
            device_at=stamps.believed(stamps.iso(job.completed_at), message.arrived_at),
            # an old job is as true as a new one: an agent that was cut off tells it late, and it is told once
            live=is_live(message),
            job=job.job,
            state=job.state,
            sheets=None if unfinished else counted.sheets,
            impressions=counted.impressions,
            copies=job.copies,
            pages=job.pages,
            two_sided=counted.two_sided,
            duplexable=counted.duplexable,
            colour=job.colour,
            media=job.media,
            department=job.department,
            user_hash=job.user_hash,
            title_hash=job.title_hash,
            unknown_because=f"{job.state}: how much came out is not known" if unfinished else counted.unknown_because,
        ),
    )
