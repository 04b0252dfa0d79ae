"""A Shelly wall display: `thermostat:0`, changed by `Thermostat.SetConfig`. Whether it cools or heats only its configuration tells.

It tells what changed, like every Shelly of the second generation; a room that stays as warm as it was is told each minute.
"""

from collections.abc import Mapping
from typing import cast

from sensors.virtual.said import Line, encode
from sensors.virtual.speaks_shelly import Shelly, asked
from sensors.virtual.things import Thing, What
from sensors.virtual.units import Unit
from sensors.virtual.voice import Refusal, hardware_address

_COMPONENT = "thermostat:0"
_LOWEST_CELSIUS, _HIGHEST_CELSIUS = 5.0, 35.0


class ShellyThermostat(Shelly):
    """One wall display. Its unit is all it has; the mode it is in when it is asked is the type it is configured for."""

    @property
    def _unit(self) -> Unit:
        return cast("Unit", self.things[0])

    def report(self, at: float) -> list[Line]:
        """The room's air, whether it turns or not."""
        room = {"id": 0, "current_C": round(self._unit.room.celsius, 1), "output": self._unit.compressor_runs}
        return [self._notify("NotifyStatus", {"ts": round(at, 2), _COMPONENT: room})]

    def changed(self, thing: Thing, at: float, what: What) -> list[Line]:
        """A setting at once."""
        del thing
        if what != "setting":
            return []
        told = {key: value for key, value in self._status().items() if key in {"id", "enable", "target_C"}}
        return [self._notify("NotifyStatus", {"ts": round(at, 2), _COMPONENT: told})]

    def target(self, topic: str, payload: bytes) -> Thing | None:
        """The unit of a Thermostat.SetConfig; None for questions."""
        request = asked(payload) if topic.endswith("/rpc") else None
        return self._unit if request is not None and request.method == "Thermostat.SetConfig" else None

    def obey(self, topic: str, payload: bytes, at: float) -> list[Line]:
        """Answers on `<src>/rpc`."""
        request = asked(payload) if topic.endswith("/rpc") else None
        if request is None or not request.src:
            raise Refusal
        answer: dict[str, object] = {"id": request.id, "src": self._id, "dst": request.src}
        if request.method == "Shelly.GetStatus":
            answer["result"] = self._whole(at)
        elif request.method == "Shelly.GetConfig":
            told = {"id": 0, "type": self._type(), "enable": self._unit.is_on, "target_C": self._unit.target_celsius}
            answer["result"] = {_COMPONENT: told}
        elif request.method != "Thermostat.SetConfig":
            answer["error"] = {"code": 404, "message": f"No handler for {request.method}"}
        elif self._configured(request.params.get("config"), at):
            answer["result"] = {"restart_required": False}
        else:
            answer["error"] = {"code": -103, "message": "Invalid argument 'config'!"}
        return [(f"{request.src}/rpc", encode(answer), False)]

    def _type(self) -> str:
        return "heating" if self._unit.mode == "heat" else "cooling"

    def _status(self) -> dict[str, object]:
        unit = self._unit
        measured = {"current_C": round(unit.room.celsius, 1), "output": unit.compressor_runs}
        return {"id": 0, "enable": unit.is_on, "target_C": unit.target_celsius, **measured}

    def _whole(self, at: float) -> dict[str, object]:
        system = {"mac": hardware_address(self.name), "unixtime": int(at), "restart_required": False}
        return {_COMPONENT: self._status(), "sys": system}

    def _configured(self, config: object, at: float) -> bool:
        """All that is asked for, or nothing."""
        if not isinstance(config, Mapping) or config.get("id") != 0:
            return False
        enable, celsius = config.get("enable"), config.get("target_C")
        if not isinstance(enable, bool | None) or not isinstance(celsius, int | float | None):
            return False
        if celsius is not None and not _LOWEST_CELSIUS <= celsius <= _HIGHEST_CELSIUS:
            return False
        self._unit.set(at, "command", on=enable, celsius=celsius)
        return True
