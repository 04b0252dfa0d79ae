"""What goes wrong in real installations, as rates and lists. All zero by default: a test asks for what it wants."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from sensors.device import DeviceId


@dataclass(frozen=True, slots=True)
class Faults:
    """Shares are probabilities a message; `…_per_day` mean counts for one gateway or meter.

    liars      plugs whose relay says OFF while `liar_watts` flow
    silent     devices that say and obey nothing any more, from so long after the start
    deaf       devices that report but never obey (the command is answered by nobody)
    """

    null_share: float = 0.0
    lost_report_share: float = 0.0
    lost_command_share: float = 0.0
    twice_share: float = 0.0
    infrared_missed_share: float = 0.0
    gateway_restarts_per_day: float = 0.0
    counter_resets_per_day: float = 0.0
    liars: frozenset[DeviceId] = frozenset()
    liar_watts: float = 60.0
    silent: Mapping[DeviceId, timedelta] = field(default_factory=dict)
    deaf: frozenset[DeviceId] = frozenset()
    latency_seconds: tuple[float, float] = (0.2, 1.5)


NO_FAULTS = Faults()

MILD = Faults(
    null_share=0.002,
    lost_report_share=0.005,
    lost_command_share=0.02,
    twice_share=0.002,
    infrared_missed_share=0.1,
    gateway_restarts_per_day=0.3,
    counter_resets_per_day=0.01,
)
"""An ordinary week in an ordinary office."""
