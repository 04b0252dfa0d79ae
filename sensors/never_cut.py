"""What is never switched off, whatever was commanded: the last look before a command gets its words on the wire.

The guards of `policies` refuse first, and with more knowledge. This holds where they were passed by: by a bug, by a replayed
command, by another caller.
"""

from sensors.commands import Remedy, SwitchOff
from sensors.device import Device

_SWITCHED = frozenset({"climate", "plug", "light"})


def refused_because(remedy: Remedy, device: Device) -> str:
    """Why this remedy is refused to this device, for a person; "" where nothing speaks against it."""
    if not isinstance(remedy, SwitchOff):
        return ""
    if device.kind not in _SWITCHED:
        return f"a {device.kind} is not switched off"
    if device.never_off:
        return "it is marked never_off"
    if device.is_protected:
        return f"a {device.load} is never cut"
    if device.kind == "plug" and device.load == "air_conditioner":
        return "an air conditioner is not cut at its plug: fan run-on and compressor protection need power"
    return ""
