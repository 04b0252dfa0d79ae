"""The client with its reading replaced: one `recv` for all there is, and one answer to it.

Everything but PUBLISH goes through paho unchanged. Private names used besides those of `steady` (paho-mqtt 2.2):
`loop_read`, `_sock_recv`, `_sock_send`, `_packet_read`, `_out_packet`, `_last_bytes_received`, `_last_msg_out`,
`_msgtime_mutex`, `_sockpairR`. `daemon.mqtt.selftest` finds out at start whether they still mean what they meant.
"""

import logging
import select
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import MQTTErrorCode

from daemon.mqtt.receiver import Receiver
from daemon.mqtt.steady import SteadyClient
from daemon.mqtt.tick import Tick
from daemon.mqtt.wire import DUP, MAX_PACKET_BYTES, PUBACK, RETAIN, Publish, WireError, encode, take, wanted

_log = logging.getLogger(__name__)

READ_BYTES = 256 * 1024
_FEW_BYTES = 16 * 1024
"""Room for an office's reads: for more the kernel would have to find fresh pages every time."""
_READS, _TURN_SECONDS = 16, 1.0
"""So often, and so long, in a row without a turn of paho's loop, which looks after keepalive, fence and what wants to leave."""
_QUICK_READS, _QUICK_SECONDS, _HELD_SECONDS = 256, 0.2, 0.01
"""The same where reads do not wait for each other; and so long waits what says nothing new for the next."""
_PUBLISH, _QOS1 = 0x30, 0x02
_EXACTLY_ONCE = 2


class ReadingClient(SteadyClient):
    """Reads for a Receiver. `own` False leaves the reading to paho and works message by message."""

    def __init__(
        self, client_id: str, receiver: Receiver, tick: Tick, now: Callable[[], datetime], *, own: bool = True
    ) -> None:
        super().__init__(client_id)
        self.on_message = self._take_whole
        self._receiver = receiver
        self._tick = tick
        self._now = now
        self._own = own
        self._room = READ_BYTES
        self._parts: list[bytes] = []
        self._held_bytes = 0
        self._wanted_bytes = 0
        self._serving: bytes | None = None
        self._served = 0
        self._is_write_dead = False
        self._overslept = 0.0

    def loop_read(self, max_packets: int = 1) -> MQTTErrorCode:
        """Read, keep, acknowledge, hand over, let more gather; and again. Network thread; raises nothing."""
        if not self._own:
            return super().loop_read(max_packets)
        if self._sock is None:
            return MQTTErrorCode.MQTT_ERR_NO_CONN
        code = self._read_on(self._sock)
        if self._out_packet and self._sock is not None:
            code = self.loop_write() or code  # a command does not wait for the commit of what says nothing
        self._receiver.settle(self.version, self.acknowledge)
        return self.lose() if self._is_write_dead and self._sock is not None else code

    def _read_on(self, sock: object) -> MQTTErrorCode:
        """Read after read, until nothing comes, something wants to leave, or it is paho's turn."""
        until = time.monotonic() + (_TURN_SECONDS if self._tick.gathers else _QUICK_SECONDS)
        for _ in range(_READS if self._tick.gathers else _QUICK_READS):
            try:
                chunk = self._read_all()
            except BlockingIOError:
                self._receiver.stalled()
                break
            except OSError:
                return self.lose()
            if not chunk:
                return self.lose()
            began = time.monotonic()
            with self._msgtime_mutex:
                self._last_bytes_received = began  # else paho's keepalive closes a healthy connection
            before = self._receiver.wanted
            code = self._digest(chunk)
            if code or self._sock is not sock:
                return code
            wait = self._tick.after(len(chunk), self._receiver.wanted - before, began)
            if began > until or not self._let_gather(wait - self._costs(began)):
                break
        return MQTTErrorCode.MQTT_ERR_SUCCESS

    def reconnect(self) -> MQTTErrorCode:
        """As paho, with nothing left of the old connection."""
        self._forget()
        self._is_write_dead = False
        return super().reconnect()

    def acknowledge(self, packet_ids: Sequence[bytes]) -> None:
        """All PUBACKs, on the present connection: in one write, or by paho in the stock path."""
        if not packet_ids or self._sock is None:
            return
        self._receiver.counters.acks += len(packet_ids)
        if not self._own:
            for each in packet_ids:
                self.ack(int.from_bytes(each, "big"), 1)
            return
        data = PUBACK + PUBACK.join(packet_ids)
        if self._out_packet:
            self._out_packet.append(_puback_packet(data))
            return
        try:
            sent = self._sock_send(data)
        except BlockingIOError:
            sent = 0
        except OSError:
            self._is_write_dead = True
            return
        with self._msgtime_mutex:
            self._last_msg_out = time.monotonic()
        if sent < len(data):
            # Half an acknowledgement may be on the wire, and another thread may have queued a command meanwhile:
            # nothing may come between the one half and the other.
            self._out_packet.appendleft(_puback_packet(data[sent:]))

    def _read_all(self) -> bytes:
        """All there is, up to 256 KiB.

        Over TLS one `recv` gives one record, which is often one message, and `pending` knows nothing of the next: read
        until there is nothing. After a wait TCP may have held back what its window had no room for, and our first `recv`
        lets it come: read twice. Else each would wait for a turn of its own.
        """
        chunk = super()._sock_recv(self._room)
        size = len(chunk)
        goes_on = size == self._room or hasattr(self._sock, "pending")
        self._room = _FEW_BYTES if size < _FEW_BYTES else READ_BYTES
        parts = [chunk]
        while chunk and size < READ_BYTES and (goes_on or len(parts) <= self._tick.gathers):
            try:
                more = super()._sock_recv(READ_BYTES - size)
            except BlockingIOError:
                break
            if not more:
                break  # the end of the stream: the next turn meets it again
            parts.append(more)
            size += len(more)
        return b"".join(parts)

    def _digest(self, chunk: bytes) -> MQTTErrorCode:
        """Split, pass on what is paho's, receive what is ours."""
        received_at = self._now()
        self._parts.append(chunk)
        self._held_bytes += len(chunk)
        if self._held_bytes < self._wanted_bytes:
            return MQTTErrorCode.MQTT_ERR_SUCCESS
        data = chunk if len(self._parts) == 1 else b"".join(self._parts)
        self._forget()
        sock = self._sock
        publishes: list[Publish] = []
        spans: list[bytes] = []
        at = 0
        try:
            while True:
                stop, end = take(data, at, publishes, version=self.version, maximum=MAX_PACKET_BYTES)
                if stop > at:
                    spans.append(data[at:stop])
                if end == stop:
                    break
                code = self._give_to_paho(data[stop:end])
                if code > 0:
                    return self._loop_rc_handle(code)
                if self._sock is not sock:
                    return code
                at = end
            if stop < len(data):
                self._parts = [data[stop:]]
                self._held_bytes = len(data) - stop
                self._wanted_bytes = wanted(self._parts[0])
        except WireError as error:
            _log.error("broker sent %s; connecting again", error)
            return self._loop_rc_handle(MQTTErrorCode.MQTT_ERR_PROTOCOL)
        if publishes:
            raw = spans[0] if len(spans) == 1 else b"".join(spans)
            self._receiver.receive(raw, publishes, received_at, self.version, self.acknowledge)
            if self._is_write_dead:
                return self.lose()
        return MQTTErrorCode.MQTT_ERR_SUCCESS

    def _give_to_paho(self, packet: bytes) -> MQTTErrorCode:
        self._serving, self._served = packet, 0
        try:
            return self._packet_read()
        finally:
            self._serving = None

    def _sock_recv(self, bufsize: int) -> bytes:
        """For paho: the packet that was cut out for it, instead of the socket."""
        if self._serving is None:
            return super()._sock_recv(bufsize)
        at, self._served = self._served, self._served + bufsize
        return self._serving[at : self._served]

    def _take_whole(self, _client: Client, _userdata: object, message: MQTTMessage) -> None:
        """What paho read itself: everything in the stock path; QoS 2, which we never ask for, in both."""
        packet_id = message.mid.to_bytes(2, "big") if message.qos == 1 else b""
        first = _PUBLISH | (RETAIN if message.retain else 0)
        if packet_id:
            first |= _QOS1 | (DUP if message.dup else 0)
        publish = (first, message._topic, packet_id, bytes(message.payload))  # noqa: SLF001  the bytes, valid or not
        raw = encode(*publish, self.version)
        self._receiver.receive(raw, [publish], self._now(), self.version, self.acknowledge)
        if message.qos == _EXACTLY_ONCE and not self._receiver.is_failing:
            self.ack(message.mid, _EXACTLY_ONCE)

    def _costs(self, began: float) -> float:
        """What a wait has to be shorter by: so long waking up, the next read and its commit will take by what others took."""
        return 2 * (time.monotonic() - began + self._receiver.storing_seconds) + self._overslept

    def _let_gather(self, seconds: float) -> bool:
        """Wait for more; a message of ours that wants to leave ends the wait. True: there may be more to read.

        Without a wait, the next read is only worth waiting for where something is held.
        """
        sock, bell = self._sock, self._sockpairR
        if sock is None or bell is None or self._out_packet:
            return False
        if seconds > 0:
            until = time.monotonic() + seconds
            if select.select([bell], [], [], seconds)[0]:
                return False
            self._overslept = max(0.0, time.monotonic() - until)
            return not self._out_packet
        if self._tick.is_idle or not self._receiver.is_holding:
            return False
        readable, _, _ = select.select([sock, bell], [], [], _HELD_SECONDS)
        if not readable:
            self._receiver.stalled()
        return sock in readable and bell not in readable

    def _forget(self) -> None:
        self._parts = []
        self._held_bytes = 0
        self._wanted_bytes = 0


def _puback_packet(data: bytes) -> Any:
    """As paho queues its own; it looks into nothing but these."""
    return {"command": 0x40, "mid": 0, "qos": 1, "pos": 0, "to_process": len(data), "packet": data, "info": None}
