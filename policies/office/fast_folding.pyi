from collections.abc import Sequence

from policies.office.grouping import grouped as grouped
from policies.office.heard import Heard
from sensors.readings import Reading

def hear_all(heard: Heard, readings: Sequence[Reading]) -> Heard: ...
