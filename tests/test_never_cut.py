"""A switch-off that must not be is refused once more where it would get its words, with a reason."""

from datetime import timedelta

import msgspec
import pytest
from family_office import NOW, device

from sensors.commands import Command, CommandId, SetSetpoint, SwitchOff
from sensors.device import Device, FamilyName
from sensors.family import Refused
from sensors.registry import Registry

PLUG = device("tasmota", "plug", "p", "p")
UNIT = device("zigbee2mqtt", "climate", "c", "c")
MEMO = '{"cool":"occupied_cooling_setpoint","off":{"system_mode":"off"}}'


def sent(remedy: SwitchOff | SetSetpoint, to: Device, memo: str = "") -> bytes:
    order = Command(CommandId("1"), remedy, "", NOW, NOW + timedelta(minutes=1))
    (outgoing,) = Registry([to]).encode(order, to, None, memo)
    return outgoing.payload


@pytest.mark.parametrize(
    ("to", "reason"),
    [
        (msgspec.structs.replace(PLUG, never_off=True), "marked never_off"),
        (msgspec.structs.replace(PLUG, load="server"), "a server is never cut"),
        (msgspec.structs.replace(PLUG, load="fridge", switchable=True), "a fridge is never cut"),
        (msgspec.structs.replace(PLUG, load="air_conditioner", switchable=True), "fan run-on"),
        (msgspec.structs.replace(UNIT, never_off=True), "marked never_off"),
        (device("tasmota", "meter", "m", "m"), "a meter is not switched off"),
        (device("zigbee2mqtt", "contact", "w", "w"), "a contact is not switched off"),
    ],
)
def test_what_is_never_cut_is_refused_with_its_reason(to: Device, reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        sent(SwitchOff(to.id), to, MEMO)


@pytest.mark.parametrize("load", ["monitor", "other", "heater"])
def test_an_ordinary_plug_goes_off(load: str) -> None:
    to = msgspec.structs.replace(PLUG, load=load)
    assert sent(SwitchOff(to.id), to) == b"OFF"


def test_an_air_conditioner_goes_off_by_its_own_command_and_takes_a_setpoint_whatever_is_protected() -> None:
    to = msgspec.structs.replace(UNIT, load="air_conditioner")
    assert sent(SwitchOff(to.id), to, MEMO) == b'{"system_mode":"off"}'
    kept = msgspec.structs.replace(UNIT, never_off=True)
    assert sent(SetSetpoint(kept.id, 26.0, "cooling"), kept, MEMO) == b'{"occupied_cooling_setpoint":26}'


@pytest.mark.parametrize("family", ["zigbee2mqtt", "print_job"])
def test_a_family_that_asks_nothing_greets_nobody(family: FamilyName) -> None:
    kind = "printer" if family == "print_job" else "plug"
    assert Registry([device(family, kind, "d", "d")]).greetings() == []  # type: ignore[arg-type]  # one of two kinds
