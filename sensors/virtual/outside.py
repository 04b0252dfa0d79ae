"""The thermometer in the yard: the weather of the virtual office, told by a device like any other."""

from sensors.virtual.things import Thing


class Outside(Thing):
    """Hangs in the shade of a north wall. `celsius` is the air out there, as of its last look."""

    warms_room = False
    celsius = 0.0

    @property
    def humidity_percent(self) -> float:
        """Drier while it is warm, as the same air is."""
        return min(98.0, max(20.0, 78.0 - 1.6 * (self.celsius - 20.0)))

    def begin(self, at: float) -> None:
        """Looks for the first time."""
        super().begin(at)
        self.celsius = self.world.weather.now(at)[0]

    def sense(self, at: float) -> None:
        """Once a minute; its voice decides whether that is worth a message."""
        self.celsius = self.world.weather.now(at)[0]
        self.world.changed(self, at, "room")
