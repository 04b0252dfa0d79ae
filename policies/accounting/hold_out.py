"""Nights on which a device is left alone, so that its baseline stays true: one in twenty, told by a hash.

Never for what is cut for safety; who decides asks here first. The same device and night give the same answer everywhere,
and nobody can choose it.
"""

import hashlib
from datetime import date
from typing import Final

from sensors.device import DeviceId

ONE_IN: Final = 20


def is_hold_out(site: str, device: DeviceId, night: date, one_in: int = ONE_IN) -> bool:
    """Whether the device is left alone in the night that begins on this local date; `one_in` 0: never."""
    if one_in <= 0:
        return False
    digest = hashlib.sha256(f"{site}\n{device}\n{night.isoformat()}".encode()).digest()
    return int.from_bytes(digest[:8], "big") % one_in == 0
