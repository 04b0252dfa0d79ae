"""Which protocol level to speak to a broker that may not know MQTT 5."""

from typing import Literal

from daemon.mqtt.wire import V5, V311

_PATIENCE = 2


class Dialect:
    """Goes back and forth between 5 and 3.1.1 until a broker answers; stays with what worked.

    Old brokers refuse MQTT 5 by name, or hang up without a word, or say nothing at all (amqtt). A broker that is just
    starting hangs up as well, hence two tries of that.
    """

    def __init__(self, preference: Literal["auto", "5", "3.1.1"]) -> None:
        self._is_free = preference == "auto"
        self._silent = 0
        self.version = V311 if preference == "3.1.1" else V5

    def answered(self) -> None:
        """The broker let us in."""
        self._silent = 0

    def refused(self) -> None:
        """The broker says that it does not know this level."""
        if self._is_free and self.version == V5:
            self.version = V311
        self._silent = 0

    def hung_up(self) -> None:
        """The connection was open, and ended without an answer."""
        self._silent += 1
        if self._is_free and self._silent >= _PATIENCE:
            self._silent = 0
            self.version = V311 if self.version == V5 else V5

    def said_nothing(self) -> None:
        """The connection stayed open for seconds, without an answer."""
        self._silent = _PATIENCE
        self.hung_up()
