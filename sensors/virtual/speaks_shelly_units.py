"""Two more units of Shelly's: LinkedGo's fan coil of virtual components (`number:203`), and a valve behind a gateway (`blutrv:200`).

A valve sleeps: its gateway takes a target at once, and the valve tells it when it wakes, with the time of its last words.
"""

from collections.abc import Mapping
from typing import cast

from sensors.virtual.said import Line, encode
from sensors.virtual.speaks_shelly import Request, Shelly, asked
from sensors.virtual.things import Thing, What
from sensors.virtual.units import Unit, UnitMode
from sensors.virtual.voice import Refusal, hardware_address

OFF_CELSIUS = 4.0
_HIGHEST_CELSIUS = 30.0
_MODES: Mapping[UnitMode, str] = {"cool": "cool", "heat": "heat", "dry": "dry", "fan_only": "ventilation"}


class ShellyFanCoil(Shelly):
    """An ST802. Every quantity is a component of its own; a change of one says nothing about the others."""

    @property
    def _unit(self) -> Unit:
        return cast("Unit", self.things[0])

    def report(self, at: float) -> list[Line]:
        """What is measured."""
        status = self._status(at)
        return [self._notify("NotifyStatus", {"ts": round(at, 2), **{key: status[key] for key in self._measured}})]

    def changed(self, thing: Thing, at: float, what: What) -> list[Line]:
        """What is set, at once."""
        del thing
        told = {key: value for key, value in self._status(at).items() if key not in self._measured}
        return [self._notify("NotifyStatus", {"ts": round(at, 2), **told})] if what == "setting" else []

    def target(self, topic: str, payload: bytes) -> Thing | None:
        """The unit of a call that sets something; None for questions."""
        request = asked(payload) if topic.endswith("/rpc") else None
        return None if request is None or ".Get" in request.method else self._unit

    def obey(self, topic: str, payload: bytes, at: float) -> list[Line]:
        """Answers on `<src>/rpc`."""
        request = asked(payload) if topic.endswith("/rpc") else None
        if request is None or not request.src:
            raise Refusal
        answer: dict[str, object] = {"id": request.id, "src": self._id, "dst": request.src}
        if request.method == "Shelly.GetStatus":
            answer["result"] = self._whole(at)
        elif self._take(request, at):
            answer["result"] = None
        else:
            answer["error"] = {"code": -103, "message": f"Bad arguments of {request.method}"}
        return [(f"{request.src}/rpc", encode(answer), False)]

    @property
    def _measured(self) -> tuple[str, ...]:
        return ("number:200", "number:201")

    def _status(self, at: float) -> dict[str, object]:
        del at
        unit = self._unit
        return {
            "boolean:201": {"value": unit.is_on, "source": "sys"},
            "enum:201": {"value": _MODES[unit.mode], "source": "sys"},
            "number:203": {"value": unit.target_celsius, "source": "sys"},
            "number:201": {"value": round(unit.room.celsius, 1)},
            "number:200": {"value": 50.0},
        }

    def _whole(self, at: float) -> dict[str, object]:
        system = {"mac": hardware_address(self.name), "unixtime": int(at), "restart_required": False}
        return {**self._status(at), "sys": system}

    def _take(self, request: Request, at: float) -> bool:
        value = request.params.get("value")
        match request.method, request.params.get("id"), value:
            case "Number.Set", 203, int() | float() if not isinstance(value, bool):
                self._unit.set(at, "command", celsius=float(value))
            case "Boolean.Set", 201, bool():
                self._unit.set(at, "command", on=value)
            case _:
                return False
        return True


class ShellyValve(ShellyFanCoil):
    """A BLU TRV, which knows heat alone: its lowest target is its off. The gateway's name is the topic prefix."""

    @property
    def _measured(self) -> tuple[str, ...]:
        return (self.things[0].planned.device.address.channel,)

    def changed(self, thing: Thing, at: float, what: What) -> list[Line]:
        """All of it, as the gateway knows it."""
        del thing
        return self.report(at) if what == "setting" else []

    def _status(self, at: float) -> dict[str, object]:
        unit = self._unit
        (name,) = self._measured
        is_open = unit.is_on and unit.compressor_runs
        told: dict[str, object] = {
            "id": int(name.partition(":")[2]),
            "last_updated_ts": int(at),
            "battery": 87,
            "rssi": -61,
        }
        target = unit.heating_celsius if unit.is_on else OFF_CELSIUS
        return {
            name: {**told, "target_C": target, "current_C": round(unit.room.celsius, 1), "pos": 60 if is_open else 0}
        }

    def _take(self, request: Request, at: float) -> bool:
        inner = request.params.get("params")
        celsius = inner.get("target_C") if isinstance(inner, Mapping) else None
        is_ours = (
            f"blutrv:{request.params.get('id')}" in self._measured and request.params.get("method") == "TRV.SetTarget"
        )
        if request.method != "BluTRV.Call" or not is_ours or not isinstance(celsius, int | float):
            return False
        if celsius <= OFF_CELSIUS:
            self._unit.set(at, "command", on=False)
            return True
        self._unit.set(at, "command", on=True, mode="heat", heating_celsius=float(celsius))
        return celsius <= _HIGHEST_CELSIUS
