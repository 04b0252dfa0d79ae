"""What the round trips of devices without a dialect rest on: a bridge that somebody made, and a node of Sparkplug B."""

from sensors.device import Address
from sensors.mapping import Instruction, Instructions, Mapping, Signal, Source

MODBUS = Mapping(
    (
        Signal("is_on", Source("modbus/7/registers", "values[0]"), words={"1": "on", "0": "off"}),
        Signal("watts", Source("modbus/7/registers", "values[1]"), scale=0.1),
        Signal("energy_kwh_total", Source("modbus/7/registers", "values[2]"), unit="Wh", scale=10.0),
        Signal("online", Source("modbus/7/availability"), words={"online": "on", "offline": "off"}),
    ),
    Instructions(off=Instruction("modbus/7/write", payload='{"coil":0,"value":false}')),
)
NODE = "Tower/Edge 1"
AC, OUTLET = Address("mapped", NODE, "AC 7"), Address("mapped", NODE, "Outlet 3")
AC_DATA, AC_COMMAND = "spBv1.0/Tower/DDATA/Edge 1/AC 7", "spBv1.0/Tower/DCMD/Edge 1/AC 7"
OUTLET_DATA, OUTLET_COMMAND = "spBv1.0/Tower/DDATA/Edge 1/Outlet 3", "spBv1.0/Tower/DCMD/Edge 1/Outlet 3"
SET_TO_26 = "\x12\x10\n\x03Set \ni\0\0\0\0\0\0:@"
"""One metric, `Set`, of type Double; written out byte by byte."""
RELAY_OFF = "\x12\x0b\n\x05Relay \x0bp\0"
MAPPINGS = {
    AC: Mapping(
        (
            Signal("room_celsius", Source(AC_DATA, '["Room/Temp"]')),
            Signal("setpoint_celsius", Source(AC_DATA, "Set")),
            Signal("is_on", Source(AC_DATA, "Run")),
            Signal("mode", Source(AC_DATA, "Mode")),
        ),
        Instructions(
            off=Instruction(AC_COMMAND, payload='{"Run": false}'),
            setpoint=Instruction(AC_COMMAND, template='{"Set": {{ value }} }', minimum=16, maximum=30, step=0.5),
        ),
    ),
    OUTLET: Mapping(
        (
            Signal("is_on", Source(OUTLET_DATA, "Relay")),
            Signal("watts", Source(OUTLET_DATA, '["Power/W"]')),
            Signal("energy_kwh_total", Source(OUTLET_DATA, '["Energy/Wh"]'), unit="Wh"),
        ),
        Instructions(off=Instruction(OUTLET_COMMAND, payload='{"Relay": false}')),
    ),
}
