"""What one JSON object of a Tasmota device (a STATE, a SENSOR, a RESULT) says about one configured device."""

from collections.abc import Mapping, Sequence
from typing import Final

from sensors import units
from sensors.device import Device
from sensors.families.tasmota_discovery import StateWords
from sensors.families.tasmota_infrared import heard_infrared, sent_infrared
from sensors.families.tasmota_miel import measured_by, settings_of
from sensors.families.tasmota_values import counted, energy_of, sensed
from sensors.families.tasmota_zigbee import zigbee_of
from sensors.liveness import Heard
from sensors.readings import AnyReading, CommandReply, Power

SWITCHED: Final = ("plug", "light", "meter")


def said_of(
    values: Mapping[str, object], device: Device, words: StateWords | None, heard: Heard, *, alone: bool
) -> Sequence[AnyReading]:
    """The readings; none where it is about something else. `alone`: no other configured device shares the topic."""
    if device.kind in SWITCHED:
        metered = values.get("ENERGY")
        if type(metered) is dict:
            return energy_of(metered, device, heard, alone=alone)
        states = relay_state(values, device, words, heard)
        if states:
            return states
    refused = values.get("Command")
    if refused in ("Unknown", "Error"):
        return (CommandReply(device=device.id, **heard._asdict(), accepted=False, words=f"command {refused}"),)
    zigbee, pulses = values.get("ZbReceived"), values.get("COUNTER")
    if isinstance(zigbee, dict):
        return zigbee_of(zigbee, device, heard)
    if isinstance(pulses, dict) and "=" in device.address.channel:
        return counted(pulses, device, heard)
    return _climate(values, device, heard) if device.kind == "climate" else sensed(values, device, heard)


def relay_state(
    values: Mapping[str, object], device: Device, words: StateWords | None, heard: Heard
) -> Sequence[AnyReading]:
    """`POWER`, or `POWER<channel>`; one relay may be called either."""
    if device.kind not in SWITCHED:
        return ()
    channel = device.address.channel
    value = values.get(f"POWER{channel}")
    if value is None and channel in ("", "1"):
        value = values.get("POWER" if channel else "POWER1")
    if value is None:
        return ()
    is_on = units.truth(value) if words is None else words.is_on(value)
    return (
        Power(device=device.id, arrived_at=heard.arrived_at, device_at=heard.device_at, live=heard.live, is_on=is_on),
    )


def _climate(values: Mapping[str, object], device: Device, heard: Heard) -> Sequence[AnyReading]:
    received, sent, wired = values.get("IrReceived"), values.get("IRHVAC"), values.get("MiElHVAC")
    if isinstance(received, dict):
        return heard_infrared(received.get("IRHVAC"), device, heard)
    if sent is not None:
        return sent_infrared(sent, device, heard)
    if isinstance(wired, dict):
        return measured_by(wired, device, heard, is_fahrenheit=values.get("TempUnit") == "F")
    command = next((key for key in values if key.startswith("HVACSet") and key != "HVACSettings"), "")
    if command:
        # stat/ac/RESULT -> {"HVACSetTemp":26.0}
        return (CommandReply(device=device.id, **heard._asdict(), accepted=True, words=command[:40]),)
    return settings_of(values, device, heard) or sensed(values, device, heard)
