"""How we introduce ourselves to the broker: one lasting session a site, a last will, and what we want to hear.

MQTT 5 wherever the broker speaks it (session and message expiry, no replay of retained values on reconnects), else
3.1.1. Topic aliases are never announced, so a topic is never empty. Subscriptions are of QoS 1: brokers then downgrade
QoS 2, which paho would answer before it is durable.
"""

import ssl
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Literal

from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

from daemon.mqtt.steady import SteadyClient
from daemon.mqtt.wire import MAX_PACKET_BYTES

RECEIVE_MAXIMUM = 1000
FILTERS_AT_ONCE = 100
RECONNECT_SECONDS = (1, 5)
QUEUE_MAXIMUM = 1000
"""Unanswered commands beyond this are refused; the engine thinks again."""


@dataclass(frozen=True, slots=True)
class BrokerSettings:
    """Where the broker is and who we are there. Files are paths; the password is never shown."""

    host: str
    site: str
    port: int = 1883
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    tls: bool = False
    ca_file: Path | None = None
    cert_file: Path | None = None
    key_file: Path | None = None
    keepalive: timedelta = timedelta(seconds=30)
    max_ingest_delay: timedelta = timedelta(milliseconds=20)
    session_expiry: timedelta = timedelta(days=1)
    will_delay: timedelta = timedelta(seconds=30)
    """A restart is shorter than this, and nobody needs to hear of it (MQTT 5)."""

    version: Literal["auto", "5", "3.1.1"] = "auto"
    discovery_prefix: str = "homeassistant"

    @property
    def client_id(self) -> str:
        """One a site; a second daemon with the same one would be told so by the broker."""
        return f"officed-{self.site}"

    @property
    def status_topic(self) -> str:
        """Says `online` or `offline`, retained."""
        return f"officed/{self.site}/status"


def introduce(client: SteadyClient, settings: BrokerSettings) -> None:
    """Set everything that holds for all connections; connects nothing. Raises OSError for unreadable TLS files."""
    if settings.username is not None:
        client.username_pw_set(settings.username, settings.password)
    if settings.tls:
        client.tls_set_context(_tls(settings))
    will = Properties(PacketTypes.WILLMESSAGE)  # type: ignore[no-untyped-call]  # paho left it out
    will.WillDelayInterval = int(settings.will_delay.total_seconds())
    client.will_set(settings.status_topic, b"offline", qos=1, retain=True, properties=will)
    client.reconnect_delay_set(*RECONNECT_SECONDS)
    client.max_queued_messages_set(QUEUE_MAXIMUM)
    connect = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]  # paho left it out
    connect.SessionExpiryInterval = int(settings.session_expiry.total_seconds())
    connect.ReceiveMaximum = RECEIVE_MAXIMUM
    connect.MaximumPacketSize = MAX_PACKET_BYTES
    client.connect_async(
        settings.host,
        settings.port,
        keepalive=int(settings.keepalive.total_seconds()),
        clean_start=False,
        properties=connect,
    )


def subscribe(client: SteadyClient, filters: Sequence[str], version: int, *, replay_retained: bool) -> None:
    """Ask for these topics. `replay_retained`: also what is retained for filters the session knows already (MQTT 5).

    `retainAsPublished` stays off: families that retain every state would never look live with it.
    """
    handling = SubscribeOptions.RETAIN_SEND_ON_SUBSCRIBE if replay_retained else SubscribeOptions.RETAIN_SEND_IF_NEW_SUB
    for some in _slices(filters):
        if version == 5:  # noqa: PLR2004  MQTT 5
            options = SubscribeOptions(qos=1, retainAsPublished=False, retainHandling=handling)
            client.subscribe([(each, options) for each in some])
        else:
            client.subscribe([(each, 1) for each in some])


@lru_cache(maxsize=64)
def expiring(seconds: int, version: int) -> Properties | None:
    """The properties that let the broker drop a message after this time; MQTT 3.1.1 has none."""
    if version != 5:  # noqa: PLR2004  MQTT 5
        return None
    properties = _Packed(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]  # paho left it out
    properties.MessageExpiryInterval = seconds
    return properties


class _Packed(Properties):
    """Packed once and sent often; not to be changed after that."""

    def pack(self) -> bytes:
        """As they go over the wire."""
        return self._packed

    @cached_property
    def _packed(self) -> bytes:
        return bytes(super().pack())  # type: ignore[no-untyped-call]  # paho left it out


def _tls(settings: BrokerSettings) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=settings.ca_file)
    if settings.cert_file is not None:
        context.load_cert_chain(settings.cert_file, settings.key_file)
    return context


def _slices(filters: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(filters), FILTERS_AT_ONCE):
        yield filters[start : start + FILTERS_AT_ONCE]
