"""What a guard is asked, and all it may look at."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from policies.control.case import Case, Refusal
from policies.control.memory import Memory, Sent
from policies.office.office import Office
from policies.policy import Policy
from sensors.commands import Remedy, SwitchOff
from sensors.device import Device


@dataclass(frozen=True, slots=True)
class Request:
    """Somebody wants to act. `crowd`: how many devices the policy wants to switch off now, of how many it may."""

    case: Case
    remedy: Remedy
    device: Device
    policy: Policy
    office: Office
    memory: Memory
    now: datetime
    crowd: tuple[int, int] = (1, 1)

    @property
    def sent(self) -> tuple[Sent, ...]:
        """Our commands to this device, a day back."""
        return self.memory.sent_to(self.device.id)

    @property
    def is_off(self) -> bool:
        """Whether it would be switched off."""
        return isinstance(self.remedy, SwitchOff)


Guard = Callable[[Request], Refusal | None]
