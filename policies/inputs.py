"""What can make the engine think: readings, the clock, a person, a changed configuration, a command that did not go."""

from collections.abc import Sequence
from dataclasses import dataclass

from policies.office.requests import Request
from policies.office.site import Site
from policies.policy import Policy
from sensors.commands import CommandId
from sensors.readings import AnyReading


@dataclass(frozen=True, slots=True)
class Readings:
    """A batch, in the order of arrival."""

    readings: Sequence[AnyReading]


@dataclass(frozen=True, slots=True)
class Tick:
    """Judge everything, changed or not."""


@dataclass(frozen=True, slots=True)
class Wake:
    """The instant that the last step asked for: judge what is due."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A person asked for something, and may: roles are checked at the door, not here."""

    request: Request
    who: str


@dataclass(frozen=True, slots=True)
class Configured:
    """A new configuration, already valid."""

    site: Site
    policies: tuple[Policy, ...]


@dataclass(frozen=True, slots=True)
class NotSent:
    """The command never left (broker away, no words for it): not an attempt, and no secret."""

    command: CommandId
    reason: str
    final: bool = False


Input = Readings | Tick | Wake | Asked | Configured | NotSent
