"""Tasmota: STATE and SENSOR every TelePeriod in local time without a zone, RESULT and POWER after a switch, LWT, STATUS."""

import random
from collections.abc import Sequence

from sensors.virtual.days import DAY_SECONDS, Days
from sensors.virtual.faults import Faults
from sensors.virtual.said import Line, encode
from sensors.virtual.things import Air, Plug, Thing, What
from sensors.virtual.voice import Values, Voice, below, hardware_address, volts

TELE_PERIOD_SECONDS = 300.0
DEFAULT_FULL_TOPIC = "%prefix%/%topic%/"


class Tasmota(Voice):
    """One Tasmota device: a plug, a meter or a board with an air sensor; several bodies are its relays."""

    def __init__(self, things: Sequence[Thing], days: Days, faults: Faults, chance: random.Random) -> None:
        super().__init__(things, days, faults, chance)
        address = things[0].planned.device.address
        self.name = address.name
        self._full_topic = address.base or DEFAULT_FULL_TOPIC
        self._prefixes = {prefix: self._prefixed(prefix) for prefix in ("cmnd", "stat", "tele")}
        self._relays = [thing for thing in things if isinstance(thing, Plug)]
        self._power_keys = [(self._key(relay), relay) for relay in self._relays]
        tele = self._prefix("tele")
        self._state_topic, self._sensor_topic = f"{tele}/STATE", f"{tele}/SENSOR"
        self._up_at = 0.0
        self._midnight_kwh = [0.0, 0.0]
        self._day = -1
        self._told_kwh = 0.0

    @property
    def roots(self) -> Sequence[str]:
        """Where commands arrive, the command itself left out."""
        return (self._prefix("cmnd"),)

    @property
    def filters(self) -> Sequence[str]:
        """One level below."""
        plain = self._full_topic == DEFAULT_FULL_TOPIC and "/" not in self.name
        return ("cmnd/+/+",) if plain else (f"{self._prefix('cmnd')}/+",)

    def hello(self, at: float) -> list[Line]:
        """LWT and discovery (retained), then the first telemetry."""
        self._up_at = at
        address = hardware_address(self.name)
        return [
            (f"{self._prefix('tele')}/LWT", b"Online", True),
            (f"tasmota/discovery/{address}/config", encode(self._config(address)), True),
            (f"tasmota/discovery/{address}/sensors", encode({"sn": self._sensor(at, period=False), "ver": 1}), True),
            *self.report(at),
        ]

    def goodbye(self) -> list[Line]:
        """The last will."""
        return [(f"{self._prefix('tele')}/LWT", b"Offline", True)]

    def report(self, at: float) -> list[Line]:
        """STATE, then SENSOR."""
        return [
            (self._state_topic, encode(self._status(at)), False),
            (self._sensor_topic, encode(self._sensor(at, period=True)), False),
        ]

    def seconds_to_report(self) -> float:
        """TelePeriod."""
        return TELE_PERIOD_SECONDS

    def changed(self, thing: Thing, at: float, what: What) -> list[Line]:
        """Only a relay speaks at once; watts wait for TelePeriod."""
        del at
        return self._relay_said(thing) if what == "relay" and isinstance(thing, Plug) else []

    def target(self, topic: str, payload: bytes) -> Thing | None:
        """The relay that a POWER command with a value names."""
        command = topic.rpartition("/")[2].upper()
        if not command.startswith("POWER") or not self._relays or payload.strip() in {b"", b"?"}:
            return None
        return self._relay(command) or self._relays[0]

    def obey(self, topic: str, payload: bytes, at: float) -> list[Line]:
        """POWER<n>, STATUS 0/8/10/11; anything else is `{"Command":"Unknown"}`."""
        command = topic.rpartition("/")[2].upper()
        words = payload.decode("utf-8", "replace").strip().upper()
        stat = self._prefix("stat")
        if command == "STATUS" and words in {"10", "8"}:
            return [(f"{stat}/STATUS{words}", encode({"StatusSNS": self._sensor(at, period=False)}), False)]
        if command == "STATUS" and words == "11":
            return [(f"{stat}/STATUS11", encode({"StatusSTS": self._status(at)}), False)]
        if command == "STATUS" and words == "0":
            both = {"StatusSNS": self._sensor(at, period=False), "StatusSTS": self._status(at)}
            return [(f"{stat}/STATUS0", encode(both), False)]
        relays = self._relays if command == "POWER0" else [self._relay(command)]
        if not command.startswith("POWER") or not relays or None in relays:
            return [(f"{stat}/RESULT", b'{"Command":"Unknown"}', False)]
        return [line for relay in relays if relay is not None for line in self._power(relay, words, at)]

    def _power(self, relay: Plug, words: str, at: float) -> list[Line]:
        wanted = {"ON": True, "1": True, "OFF": False, "0": False, "TOGGLE": not relay.relay_on}.get(words)
        if wanted is None or wanted == relay.relay_on:
            return self._relay_said(relay)
        relay.switch(wanted, at, "command")
        return []

    def _relay(self, command: str) -> Plug | None:
        digits = command.removeprefix("POWER") or "1"
        index = int(digits) - 1 if digits.isdecimal() else -1
        return self._relays[index] if 0 <= index < len(self._relays) else None

    def _key(self, relay: Plug) -> str:
        return f"POWER{self._relays.index(relay) + 1}" if len(self._relays) > 1 else "POWER"

    def _relay_said(self, relay: Plug) -> list[Line]:
        word = "ON" if relay.relay_on else "OFF"
        stat, key = self._prefix("stat"), self._key(relay)
        return [(f"{stat}/RESULT", encode({key: word}), False), (f"{stat}/{key}", word.encode(), False)]

    def _prefix(self, prefix: str) -> str:
        return self._prefixes[prefix]

    def _prefixed(self, prefix: str) -> str:
        return self._full_topic.replace("%prefix%", prefix).replace("%topic%", self.name).rstrip("/")

    def _status(self, at: float) -> Values:
        up = int(at - self._up_at) + 31
        powers = {key: "ON" if relay.relay_on else "OFF" for key, relay in self._power_keys}
        hours, seconds = divmod(up, 3600)
        uptime = f"{hours // 24}T{hours % 24:02d}:{seconds // 60:02d}:{seconds % 60:02d}"
        return {
            "Time": self.days.stamp(at), "Uptime": uptime, "UptimeSec": up, "Heap": 27, "SleepMode": "Dynamic",
            "Sleep": 50, "LoadAvg": 19, "MqttCount": 1, **powers,
            "Wifi": {"AP": 1, "SSId": "office", "Channel": 6, "RSSI": 55 + below(self.chance, 41), "LinkCount": 1},
        }  # fmt: skip

    def _sensor(self, at: float, *, period: bool) -> Values:
        thing = self.things[0]
        stamp = self.days.stamp(at)
        if isinstance(thing, Air):
            return {"Time": stamp, "SCD40": self._air(thing), "TempUnit": "F" if thing.planned.fahrenheit else "C"}
        return {"Time": stamp, "ENERGY": self._energy(at, period=period)}

    def _air(self, air: Air) -> Values:
        celsius = air.room.celsius
        shown = celsius * 1.8 + 32 if air.planned.fahrenheit else celsius
        humidity = round(air.room.humidity_percent, 1)
        return {"CarbonDioxide": int(air.room.co2_ppm), "Temperature": round(shown, 1), "Humidity": humidity}

    def _energy(self, at: float, *, period: bool) -> Values:
        for thing in self.things:
            thing.settle(at)
        total = sum(thing.counter_kwh for thing in self.things)
        watts = sum(thing.watts for thing in self.things)
        day = int((at + self.days.offset_seconds(at)) // DAY_SECONDS)
        if day != self._day:
            self._midnight_kwh = [self._midnight_kwh[1] if self._day >= 0 else total, total]
            self._day = day
        voltage = volts(self.chance)
        told = max(0.0, total - self._told_kwh) if self._told_kwh else 0.0
        if period:
            self._told_kwh = total
        return {
            "TotalStartTime": "2026-01-05T09:12:44", "Total": round(total, 3),
            "Yesterday": round(max(0.0, self._midnight_kwh[1] - self._midnight_kwh[0]), 3),
            "Today": round(max(0.0, total - self._midnight_kwh[1]), 3), "Period": round(told * 1000.0),
            "Power": round(watts), "ApparentPower": round(watts * 1.08), "ReactivePower": round(watts * 0.4),
            "Factor": 0.93 if watts else 0.0, "Voltage": round(voltage), "Current": round(watts / voltage, 3),
        }  # fmt: skip

    def _config(self, address: str) -> Values:
        relays = len(self._relays)
        return {
            "ip": "192.0.2.40", "dn": self.name, "fn": [self.name, *([None] * 7)], "hn": self.name, "if": 0, "lk": 1,
            "mac": address, "md": "Virtual", "ofln": "Offline", "onln": "Online",
            "state": ["OFF", "ON", "TOGGLE", "HOLD"], "sw": "14.3.0", "t": self.name, "ft": self._full_topic,
            "tp": ["cmnd", "stat", "tele"], "rl": [1] * relays + [0] * (8 - relays), "swc": [-1] * 8,
            "swn": [None] * 8, "btn": [0] * 8, "so": {"4": 0, "17": 1, "20": 0, "30": 0}, "ty": 0, "lt_st": 0, "ver": 1,
        }  # fmt: skip
