"""What the audit trail says was so at an instant: the cases as they had last turned, commands, and what staff had decided.

This is the engine's own word, not a second opinion. A pending case (its grace is running) leaves no record.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from msgspec.structs import replace

from policies.control.deciding import decide
from policies.control.effects import Decided, Record
from policies.control.memory import SENT_KEPT, Memory, Sent
from policies.office.desk import Desk
from policies.office.office import Office
from policies.policy import CaseKey
from policies.step import seated
from sensors.device import DeviceId


@dataclass(frozen=True, slots=True)
class Recorded:
    """`last`: the latest turn of every case that was not closed. `memory`: the commands of a day."""

    last: dict[CaseKey, Record] = field(default_factory=dict)
    memory: Memory = field(default_factory=Memory)
    desk: Desk = field(default_factory=Desk)


def recorded(effects: Iterable[Record | Decided], at: datetime, office: Office) -> Recorded:
    """What held at `at`, by records in their order; those after it are left out. `office`: as it is configured."""
    last: dict[CaseKey, Record] = {}
    sent: dict[DeviceId, list[Sent]] = {}
    desk = Desk()
    for effect in effects:
        if effect.at > at:
            continue
        if isinstance(effect, Decided):
            desk = decide(seated(office, desk), effect.request, effect.who, effect.at)
            continue
        case = effect.case
        if effect.what in {"contested", "reviewed"}:
            if case.key in last and last[case.key].case.id == case.id:
                last[case.key] = effect
            continue
        last[case.key] = effect
        if case.phase == "closed":
            del last[case.key]
        if effect.what == "commanded" and case.command is not None and at - effect.at < SENT_KEPT:
            remedy = case.command.remedy
            sent.setdefault(case.device, []).append(Sent(effect.at, case.policy, case.attempts, remedy))
        elif effect.what == "refused" and case.refusal is not None and case.refusal.reason in {"not_sent", "no_words"}:
            del sent.get(case.device, [])[-1:]
    memory = replace(Memory(), sent={device: tuple(each) for device, each in sent.items()})
    return Recorded(last, memory, desk.without_what_ended(at))
