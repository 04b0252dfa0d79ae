"""Print jobs and printers' counters, as officed's own print agent tells them (`sensors.families.print_messages`).

The agent reads the print server, hashes titles and users there, and sends what it read; what that means in sheets is decided
here (`sensors.sheets`), so that a better rule needs no new agent.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta, tzinfo
from functools import partial
from typing import Final, TypeVar

import msgspec

from sensors import sheets, stamps, units
from sensors.commands import Command
from sensors.device import Address, Device, FamilyName, Traits
from sensors.errors import PayloadError
from sensors.families.print_messages import COUNTER, JOB, PREFIX, Counter, Job, counter_topic, job_topic
from sensors.family import Decoder, Refused
from sensors.liveness import is_live
from sensors.messages import Message, Outgoing
from sensors.readings import AnyReading, PrintCounter, PrintJob


class PrintJobs:
    """The family. A printer is silent as long as nobody prints, so its silence limit is a month."""

    name: FamilyName = "print_job"
    silent_after = timedelta(days=30)

    def __init__(self, site_zone: tzinfo | None = None) -> None:
        del site_zone  # the agent's stamps carry their zone

    def subscriptions(self, devices: Sequence[Device]) -> Sequence[str]:
        """Two topics a queue."""
        queues = sorted({device.address.name for device in devices if device.address.family == self.name})
        return [topic for queue in queues for topic in (job_topic(queue), counter_topic(queue))]

    def route(self, topic: str, devices: Mapping[Address, Device]) -> Decoder | None:
        """The decoder of a queue that is configured."""
        for ending, decode in ((JOB, _job), (COUNTER, _counter)):
            if topic.startswith(PREFIX) and topic.endswith(ending):
                device = devices.get(Address(self.name, topic[len(PREFIX) : -len(ending)]))
                return partial(decode, device) if device is not None else None
        return None

    def state_keys(self, topic: str, devices: Mapping[Address, Device]) -> Sequence[str] | None:
        """None: what is told is done already."""
        return None if self.route(topic, devices) is None else ()

    def encode(self, command: Command, device: Device, traits: Traits | None, memo: str) -> Sequence[Outgoing]:
        """Always Refused: a queue is listened to, never told."""
        del command, traits, memo
        raise Refused(f"{device.address.name} is a print queue: it takes no commands")


T = TypeVar("T")
_JOB: Final = msgspec.json.Decoder(Job)
_COUNTER: Final = msgspec.json.Decoder(Counter)


def _job(device: Device, message: Message) -> Sequence[AnyReading]:
    # on the wire: {"job":"laser-75","state":"completed","copies":1,"impressions":3,"sides":"two-sided-long-edge",
    #  "duplexer":true,"wins":"sides","completed_at":"2026-03-02T08:15:00+08:00"}
    job = _read(_JOB, message, "a print job")
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
    sheet_count = None if unfinished or job.unknown_because else counted.sheets
    because = f"{job.state}: how much came out is not known" if unfinished else job.unknown_because
    return (
        PrintJob(
            device=device.id,
            arrived_at=message.arrived_at,
            device_at=stamps.believed(stamps.iso(job.completed_at), message.arrived_at) if job.completed_at else None,
            # an old job is as true as a new one: an agent that was cut off tells it late, and it is told once
            live=is_live(message),
            job=job.job,
            state=job.state,
            sheets=sheet_count,
            impressions=counted.impressions,
            copies=job.copies,
            pages=job.pages,
            two_sided=counted.two_sided,
            duplexable=counted.duplexable,
            colour=job.colour,
            media=job.media,
            media_source=job.media_source,
            number_up=job.number_up,
            kilobytes=job.kilobytes,
            jammed=job.jammed,
            department=job.department,
            user_hash=job.user_hash,
            title_hash=job.title_hash,
            user=job.user,
            title=job.title,
            unknown_because=because or counted.unknown_because,
        ),
    )


def _counter(device: Device, message: Message) -> Sequence[AnyReading]:
    # on the wire: {"at":"2026-03-02T08:15:00+08:00","impressions_total":48213,"duplex_sheets_total":9120,"reasons":"none"}
    counter = _read(_COUNTER, message, "a printer's counters")
    return (
        PrintCounter(
            device=device.id,
            arrived_at=message.arrived_at,
            device_at=stamps.believed(stamps.iso(counter.at), message.arrived_at),
            live=is_live(message),
            impressions_total=counter.impressions_total,
            prints_total=counter.prints_total,
            sheets_total=counter.sheets_total,
            colour_total=counter.colour_total,
            duplex_sheets_total=counter.duplex_sheets_total,
            reasons=counter.reasons,
        ),
    )


def _read(decoder: msgspec.json.Decoder[T], message: Message, what: str) -> T:
    if len(message.payload) > units.STATE_BYTES:
        raise PayloadError(f"{len(message.payload)} bytes for {what}")
    try:
        return decoder.decode(message.payload)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise PayloadError(f"not {what}: {error}") from error
