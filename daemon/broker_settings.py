"""How the broker is reached, out of the configuration."""

from collections.abc import Mapping
from typing import Literal

from daemon.configuration.schema import Configuration
from daemon.configuration.secret import read_secret
from daemon.mqtt.session import BrokerSettings
from sensors.families.homeassistant import PREFIX


def broker_settings(
    configuration: Configuration, environment: Mapping[str, str], version: Literal["auto", "5", "3.1.1"]
) -> BrokerSettings:
    """The connection that is configured. `version`: of MQTT; auto tries 5 first. Raises ConfigError."""
    entry = configuration.broker
    return BrokerSettings(
        host=entry.host,
        port=entry.effective_port,
        site=configuration.site.id,
        username=entry.username,
        password=read_secret(entry.password_file, entry.password_env, environment),
        tls=entry.tls is not None,
        ca_file=entry.tls.ca_file if entry.tls else None,
        cert_file=entry.tls.certificate_file if entry.tls else None,
        key_file=entry.tls.key_file if entry.tls else None,
        max_ingest_delay=entry.max_ingest_delay,
        version=version,
        discovery_prefix=configuration.home_assistant.discovery_prefix if configuration.home_assistant else PREFIX,
    )
