"""Air conditioners: an inverter compressor with hysteresis, its electrical power, and the person's settings on it."""

import random
from typing import Literal

from sensors.virtual.climate import Room
from sensors.virtual.plan import PlannedDevice
from sensors.virtual.things import Thing, World
from sensors.virtual.truth import By

UnitMode = Literal["cool", "heat", "fan_only", "dry"]

COOLING_LIMIT_CELSIUS = 26.0
HEATING_LIMIT_CELSIUS = 20.0
STANDBY_WATTS = 3.0
FAN_WATTS = 28.0
_CAPACITY_WATTS_PER_M2 = 165.0


class Unit(Thing):
    """One indoor unit with its share of the outdoor one. What it draws leaves through the wall, not into the room."""

    warms_room = False

    def __init__(self, planned: PlannedDevice, room: Room, world: World, chance: random.Random, sharing: int) -> None:
        super().__init__(planned, room, world, chance)
        self.capacity_watts = planned.rated_watts or _CAPACITY_WATTS_PER_M2 * room.planned.area_m2 / sharing
        self.is_on = False
        self.mode: UnitMode = "cool"
        self.cooling_celsius = 26.0
        self.heating_celsius = 20.0
        self.compressor_runs = False
        self._thermal_watts = 0.0

    @property
    def is_running(self) -> bool:
        """On, whether the compressor turns or not."""
        return self.is_on

    @property
    def target_celsius(self) -> float:
        """The setpoint that counts in this mode."""
        return self.heating_celsius if self.mode == "heat" else self.cooling_celsius

    @property
    def breaks_setpoint(self) -> bool:
        """By its own setting; the room's air is another question."""
        if self.mode == "cool":
            return self.cooling_celsius < COOLING_LIMIT_CELSIUS
        return self.mode == "heat" and self.heating_celsius > HEATING_LIMIT_CELSIUS

    def begin(self, at: float) -> None:
        """Standby."""
        super().begin(at)
        self.watts = STANDBY_WATTS
        for meter in self.meters:
            meter.watts = STANDBY_WATTS

    def set(
        self, at: float, by: By, *, on: bool | None = None, mode: UnitMode | None = None, celsius: float | None = None,
        cooling_celsius: float | None = None, heating_celsius: float | None = None,
    ) -> bool:  # fmt: skip
        """Changes what is given; True if anything really changed. `celsius` sets whatever counts in the mode."""
        before = (self.is_on, self.mode, self.cooling_celsius, self.heating_celsius)
        self.settle(at)
        self.mode = self.mode if mode is None else mode
        if celsius is not None and (self.planned.one_setpoint or self.planned.device.open_loop):
            cooling_celsius = heating_celsius = celsius
        elif celsius is not None and self.mode == "heat":
            heating_celsius = celsius
        elif celsius is not None:
            cooling_celsius = celsius
        self.cooling_celsius = self.cooling_celsius if cooling_celsius is None else cooling_celsius
        self.heating_celsius = self.heating_celsius if heating_celsius is None else heating_celsius
        self.is_on = self.is_on if on is None else on
        if before == (self.is_on, self.mode, self.cooling_celsius, self.heating_celsius):
            return False
        self.note(at, f"{self.mode} {self.target_celsius:.1f}" if self.is_on else "off", by)
        if not self.is_on:
            self._rest()
            self.draw(STANDBY_WATTS, at)
        elif not before[0]:
            self.draw(FAN_WATTS, at)
        self.world.changed(self, at, "setting")
        return True

    def regulate(self, at: float, outdoor_celsius: float) -> None:
        """One minute's answer of the inverter to the room."""
        if not self.is_on:
            return
        if self.mode in {"fan_only", "dry"}:
            self._rest()
            self.draw(FAN_WATTS, at)
            return
        cooling = self.mode == "cool"
        room_celsius = self.room.celsius
        error = room_celsius - self.cooling_celsius if cooling else self.heating_celsius - room_celsius
        if error > 0.5:
            self.compressor_runs = True
        elif error < -0.7:
            self.compressor_runs = False
        if not self.compressor_runs:
            self._rest()
            self.draw(FAN_WATTS, at)
            return
        share = min(1.0, max(0.15, 0.15 + 0.6 * (error + 0.7)))
        heat = share * self.capacity_watts
        lift = outdoor_celsius - room_celsius if cooling else room_celsius - outdoor_celsius
        performance = min(7.0, max(1.8, 5.6 * (1.15 - 0.3 * share) * (1.0 - 0.025 * (lift - 4.0))))
        self._exchange(-heat if cooling else heat)
        self.draw(round(FAN_WATTS + heat / performance, 1), at)

    def sense(self, at: float) -> None:
        """The room's air is its reading too."""
        self.world.changed(self, at, "room")

    def _rest(self) -> None:
        self._exchange(0.0)

    def _exchange(self, thermal_watts: float) -> None:
        self.room.thermal_watts += thermal_watts - self._thermal_watts
        self._thermal_watts = thermal_watts
