"""paho's client with a thread that does not die and an outbox that does not keep.

Not to be driven by a thread of ours: without `loop_start` paho writes from whichever thread publishes, into the middle of
our acknowledgements. Private names used (paho-mqtt 2.2): `_protocol`, `_clean_session`, `_sock`, `_sock_close`,
`_loop_rc_handle`, `_reconnect_wait`, `_thread`, `_thread_terminate`, `_out_messages`, `_max_inflight_messages`, `_in_callback_mutex`.
"""

import logging
import threading
import time
from collections.abc import Callable

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.properties import Properties

from daemon.mqtt.wire import V5, V311

_log = logging.getLogger(__name__)


class SteadyClient(Client):
    """A client for a session that outlives its connections. Construction makes no connection."""

    def __init__(self, client_id: str) -> None:
        super().__init__(CallbackAPIVersion.VERSION2, client_id, protocol=MQTTProtocolVersion.MQTTv5, manual_ack=True)
        self.suppress_exceptions = True  # an exception in a callback would end the thread, and nothing would say so
        self._clean_session = False
        self.last_loop_at = time.monotonic()
        self.every_turn: Callable[[float], bool] = lambda _now: False
        """Called once a turn while connected, with monotonic seconds; True asks for a new connection."""

    @property
    def version(self) -> int:
        """The protocol level spoken: 4 or 5."""
        return V5 if self._protocol == MQTTProtocolVersion.MQTTv5 else V311

    def speak(self, version: int) -> None:
        """Use this protocol level from the next connection on. To be called before or between connections only."""
        self._protocol = MQTTProtocolVersion.MQTTv5 if version == V5 else MQTTProtocolVersion.MQTTv311

    def limit_inflight(self, messages: int) -> None:
        """Have at most this many unanswered messages on the way: more than a broker announced, and it hangs up."""
        self._max_inflight_messages = messages

    def loop_misc(self) -> MQTTErrorCode:
        """The keepalive, and once a turn whatever the network has to look after."""
        self.last_loop_at = time.monotonic()
        code = super().loop_misc()
        if code or self._sock is None:
            return code
        return self.lose() if self.every_turn(self.last_loop_at) else code

    def reconnect(self) -> MQTTErrorCode:
        """As paho; a sign of life, because an attempt may take its five seconds."""
        self.last_loop_at = time.monotonic()
        return super().reconnect()

    def loop_forever(self, timeout: float = 1.0, retry_first_connection: bool = False) -> MQTTErrorCode:
        """As paho, but no exception ends it: the connection is closed and made anew. `loop_start` calls this."""
        while True:
            try:
                return super().loop_forever(timeout, retry_first_connection)
            except Exception:  # noqa: BLE001  a daemon without ears must not look alive
                _log.exception("network thread stumbled; connecting again")
                if self._thread_terminate:
                    return MQTTErrorCode.MQTT_ERR_UNKNOWN
                self._sock_close()
                self._reconnect_wait()

    def lose(self) -> MQTTErrorCode:
        """Give this connection up; the loop makes a new one. Network thread only."""
        return self._loop_rc_handle(MQTTErrorCode.MQTT_ERR_CONN_LOST)

    @property
    def is_alive(self) -> bool:
        """Is there a network thread?"""
        thread = self._thread
        return thread is not None and thread.is_alive()

    def join(self, timeout_seconds: float) -> bool:
        """End the network thread and wait for it; False if it did not end in time (it is a daemon thread)."""
        self._thread_terminate = True
        thread = self._thread
        if thread is not None:
            thread.join(timeout_seconds)
        return not self.is_alive

    def publish_now(self, topic: str, payload: bytes, properties: Properties | None, *, retain: bool) -> MQTTErrorCode:
        """Publish at QoS 1; what cannot leave now is forgotten, where paho would keep it and send it hours later.

        From the network thread it is written before this returns: nobody else would do it meanwhile. In one of paho's callbacks it
        is left to the loop: a write that fails there would wait for ever for that callback to end.
        """
        info = self.publish(topic, payload, qos=1, retain=retain, properties=properties)
        if info.rc == MQTTErrorCode.MQTT_ERR_NO_CONN:
            with self._out_message_mutex:
                self._out_messages.pop(info.mid, None)
        elif (
            info.rc == MQTTErrorCode.MQTT_ERR_SUCCESS
            and threading.current_thread() is self._thread
            and self._in_callback_mutex.acquire(blocking=False)
        ):
            self._in_callback_mutex.release()
            return self.loop_write()
        return info.rc
