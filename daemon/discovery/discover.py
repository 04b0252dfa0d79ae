"""`officed discover` from the broker to the text: listen, ask for what is kept on command topics, understand, suggest."""

from collections.abc import Callable, Mapping, Sequence
from zoneinfo import ZoneInfo

from daemon.configuration.build import build_site
from daemon.configuration.schema import Configuration
from daemon.configuration.secret import read_secret
from daemon.discovery.found import found
from daemon.discovery.hazards import COMMAND_FILTERS, hazards, learned_topics
from daemon.discovery.listening import Broker, Listener
from daemon.discovery.suggestion import suggestion
from sensors.device import Device
from sensors.registry import Registry

MORE_FILTERS: Sequence[str] = ("+/events/rpc", "+/bridge/devices", "+/+/bridge/devices")
"""What tells of devices that announce nothing (Shelly), and of bridges under another name."""

_KEPT_SECONDS = 0.5
"""How long the broker gets to hand out what is retained on command topics that were just learned."""


def discover(
    broker: Broker, configuration: Configuration | None, seconds: float, progress: Callable[[float], None]
) -> str:
    """The text to paste. `configuration`: what is known already. Raises BrokerSilent."""
    site = build_site(configuration) if configuration is not None else None
    configured: list[Device] = list(site.devices.values()) if site is not None else []
    zone = ZoneInfo(configuration.site.timezone if configuration is not None else "UTC")
    registry = Registry(configured, zone, everything=True)
    with Listener(broker) as listener:
        listener.listen([*registry.subscriptions(), *MORE_FILTERS, *COMMAND_FILTERS], seconds, progress)
        devices = found(list(listener.messages), configured, zone)
        learned = learned_topics(configured, [one.traits for one in devices])
        if learned:
            listener.listen(learned, _KEPT_SECONDS, lambda _gone: None)
        messages = list(listener.messages)
    zones = list(configuration.zones) if configuration is not None else []
    return suggestion(devices, hazards(messages, learned), zones, [one.id for one in configured])


def broker_of(configuration: Configuration, environment: Mapping[str, str]) -> Broker:
    """The broker that office.yaml names. Raises ConfigError where its password cannot be read."""
    entry = configuration.broker
    return Broker(
        host=entry.host,
        port=entry.effective_port,
        username=entry.username,
        password=read_secret(entry.password_file, entry.password_env, environment),
        tls=entry.tls is not None,
        ca_file=entry.tls.ca_file if entry.tls else None,
        certificate_file=entry.tls.certificate_file if entry.tls else None,
        key_file=entry.tls.key_file if entry.tls else None,
    )
