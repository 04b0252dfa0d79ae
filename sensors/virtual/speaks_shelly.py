"""Shelly Gen2: deltas on `events/rpc`, RPC with the answer on the asker's own topic, `command/switch:0`, online as last will.

Factory settings: no `status/…` topics unless asked by `status_update`; energy in Wh; one energy delta a minute.
"""

import random
from collections.abc import Sequence

import msgspec

from sensors.virtual.days import Days
from sensors.virtual.faults import Faults
from sensors.virtual.said import Line, encode
from sensors.virtual.things import Meter, Plug, Thing, What
from sensors.virtual.voice import Refusal, Values, Voice, hardware_address, volts


class Request(msgspec.Struct):
    """A call: what is asked, who asks and wants the answer, and its number."""

    method: str
    src: str = ""
    id: int | str | None = None
    params: dict[str, object] = {}


_REQUEST = msgspec.json.Decoder(Request)


class Shelly(Voice):
    """One device: `switch:N` for its relays, `pm1:N` for its meters, numbered in the order of its bodies."""

    tells_changes = True

    def __init__(self, things: Sequence[Thing], days: Days, faults: Faults, chance: random.Random) -> None:
        super().__init__(things, days, faults, chance)
        self.name = things[0].planned.device.address.name
        self._id = f"shellyvirtual-{hardware_address(self.name).lower()}"
        self._events = f"{self.name}/events/rpc"
        self._head = f'{{"src":"{self._id}","dst":"{self.name}/events","method":"NotifyStatus","params":{{"ts":'
        self._numbers = [self._number_of(index) for index in range(len(things))]
        self._components = [self._component_of(index) for index in range(len(things))]
        self._told_watts = [-1.0] * len(things)
        self._told_kwh = [0.0] * len(things)

    @property
    def roots(self) -> Sequence[str]:
        """Below the topic prefix."""
        return (self.name,)

    @property
    def filters(self) -> Sequence[str]:
        """RPC and plain commands."""
        if "/" in self.name:
            return (f"{self.name}/rpc", f"{self.name}/command/+")
        return ("+/rpc", "+/command/+")

    def hello(self, at: float) -> list[Line]:
        """`online` (retained) and one full status."""
        whole = {"ts": round(at, 2), **self._whole(at)}
        return [(f"{self.name}/online", b"true", True), self._notify("NotifyFullStatus", whole)]

    def goodbye(self) -> list[Line]:
        """The last will."""
        return [(f"{self.name}/online", b"false", True)]

    def report(self, at: float) -> list[Line]:
        """The energy of the last minute; power too where it drifted."""
        return [self._minute(index, thing, at) for index, thing in enumerate(self.things)]

    def seconds_to_report(self) -> float:
        """A minute."""
        return 60.0

    def changed(self, thing: Thing, at: float, what: What) -> list[Line]:
        """A relay with its source at once; power by 2 W and 5 %."""
        index = self.things.index(thing)
        if what == "relay" and isinstance(thing, Plug):
            source = {"person": "button", "command": "MQTT", "device": "init"}[thing.switched_by]
            values: Values = {"id": self._numbers[index], "output": thing.relay_on, "source": source}
            return [self._delta(at, index, values)]
        if what == "power" and abs(thing.watts - self._told_watts[index]) >= max(2.0, 0.05 * thing.watts):
            return [self._delta(at, index, {"id": self._numbers[index], **self._power(index, thing)})]
        return []

    def target(self, topic: str, payload: bytes) -> Thing | None:
        """The body of a Switch.Set or of a plain command; None for questions."""
        if topic.endswith("/rpc"):
            request = asked(payload)
            return self._switch(request.params.get("id")) if request and request.method == "Switch.Set" else None
        words = payload.decode("utf-8", "replace").strip()
        return None if words == "status_update" else self._switch(topic.rpartition(":")[2])

    def obey(self, topic: str, payload: bytes, at: float) -> list[Line]:
        """RPC answers on `<src>/rpc`; a plain command answers only by its delta."""
        if topic.endswith("/rpc"):
            return self._rpc(payload, at)
        component = topic.rpartition("/")[2]
        relay = self._switch(component.partition(":")[2])
        words = payload.decode("utf-8", "replace").strip()
        if relay is None or "/command/switch:" not in topic:
            raise Refusal
        if words == "status_update":
            return [(f"{self.name}/status/{component}", encode(self._whole(at)[component]), False)]
        wanted = {"on": True, "off": False, "toggle": not relay.relay_on}.get(words)
        if wanted is None:
            raise Refusal
        relay.switch(wanted, at, "command")
        return []

    def _rpc(self, payload: bytes, at: float) -> list[Line]:
        request = asked(payload)
        if request is None or not request.src:
            raise Refusal
        answer: dict[str, object] = {"id": request.id, "src": self._id, "dst": request.src}
        relay = self._switch(request.params.get("id"))
        wanted = request.params.get("on")
        if request.method == "Shelly.GetStatus":
            answer["result"] = self._whole(at)
        elif request.method == "Switch.GetStatus" and relay is not None:
            answer["result"] = self._whole(at)[self._components[self.things.index(relay)]]
        elif request.method != "Switch.Set":
            answer["error"] = {"code": 404, "message": f"No handler for {request.method}"}
        elif relay is None or not isinstance(wanted, bool):
            answer["error"] = {"code": -103, "message": "Missing or bad argument 'id' or 'on'!"}
        else:
            answer["result"] = {"was_on": relay.relay_on}
            relay.switch(wanted, at, "command")
        return [(f"{request.src}/rpc", encode(answer), False)]

    def _switch(self, number: object) -> Plug | None:
        relays = [thing for thing in self.things if isinstance(thing, Plug)]
        text = str(number)
        index = int(text) if text.isdecimal() else -1
        return relays[index] if 0 <= index < len(relays) else None

    def _number_of(self, index: int) -> int:
        kind = type(self.things[index])
        return sum(1 for thing in self.things[:index] if type(thing) is kind)

    def _component_of(self, index: int) -> str:
        return f"{'pm1' if isinstance(self.things[index], Meter) else 'switch'}:{self._numbers[index]}"

    def _whole(self, at: float) -> dict[str, object]:
        whole: dict[str, object] = {}
        for index, thing in enumerate(self.things):
            values: dict[str, object] = {"id": self._numbers[index]}
            if isinstance(thing, Plug):
                values |= {"source": "init", "output": thing.relay_on}
            values |= {**self._power(index, thing), "voltage": volts(self.chance), "freq": 50.0}
            values["aenergy"] = self._energy(index, thing, at)
            whole[self._components[index]] = {**values, "temperature": {"tC": 41.2, "tF": 106.2}}
        return {**whole, "sys": {"mac": hardware_address(self.name), "unixtime": int(at), "restart_required": False}}

    def _power(self, index: int, thing: Thing) -> dict[str, object]:
        self._told_watts[index] = thing.watts
        return {"apower": round(thing.watts, 1), "current": round(thing.watts / 229.5, 3)}

    def _energy(self, index: int, thing: Thing, at: float) -> Values:
        thing.settle(at)
        kwh = thing.counter_kwh
        minute = max(0.0, kwh - self._told_kwh[index]) if self._told_kwh[index] else 0.0
        self._told_kwh[index] = kwh
        by_minute = [round(minute * 1e6, 3), 0.0, 0.0]
        return {"total": round(kwh * 1000.0, 3), "by_minute": by_minute, "minute_ts": int(at // 60 * 60)}

    def _minute(self, index: int, thing: Thing, at: float) -> Line:
        """Written out by hand, for it is three quarters of all that an office says."""
        thing.settle(at)
        kwh = thing.counter_kwh
        told = self._told_kwh[index]
        self._told_kwh[index] = kwh
        minute = (kwh - told) * 1e6 if told and kwh > told else 0.0
        drifted = abs(thing.watts - self._told_watts[index]) >= 0.5
        power = ""
        if drifted:
            self._told_watts[index] = thing.watts
            power = f'"apower":{thing.watts:.1f},"current":{thing.watts / 229.5:.3f},'
        words = (
            f'{self._head}{at:.2f},"{self._components[index]}":{{"id":{self._numbers[index]},{power}"aenergy":{{'
            f'"total":{kwh * 1000.0:.3f},"by_minute":[{minute:.3f},0.000,0.000],"minute_ts":{int(at // 60 * 60)}}}}}}}}}'
        )
        return (self._events, words.encode(), False)

    def _delta(self, at: float, index: int, values: Values) -> Line:
        return self._notify("NotifyStatus", {"ts": round(at, 2), self._components[index]: values})

    def _notify(self, method: str, params: Values) -> Line:
        words = {"src": self._id, "dst": f"{self.name}/events", "method": method, "params": params}
        return (f"{self.name}/events/rpc", encode(words), False)


def asked(payload: bytes) -> Request | None:
    """The call in a payload; None where it is none."""
    try:
        return _REQUEST.decode(payload)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None
