"""How long each device may be silent: configured, or what its family says."""

from dataclasses import replace

import msgspec

from policies.office.site import Site
from sensors.registry import Registry


def with_silence(site: Site, registry: Registry) -> Site:
    """The site with every device's limit of silence filled in: its own, or its family's."""
    devices = {
        name: msgspec.structs.replace(device, silent_after_seconds=registry.silent_after(device).total_seconds())
        for name, device in site.devices.items()
    }
    return replace(site, devices=devices)
