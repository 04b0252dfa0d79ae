"""Telegraf in its best durable setting: QoS 1, a persistent session, 100,000 messages that may wait for the database.

It acknowledges a message when the database has answered 204 for it, and keeps it in memory until then, so the broker's queue
is its journal. It judges nothing and checks no value. 5,000 points or a second make a request, as for the others; smaller
requests cost it more at 5,000/s. `telegraf` has to be on the PATH; without it there is no row. From its source, what is needed
here alone: `go build -tags custom,inputs.mqtt_consumer,outputs.influxdb_v2,parsers.json_v2 ./cmd/telegraf`.
"""

import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from entrant import Entrant
from foreign import ForeignRun, Program, foreign

PROGRAM = "telegraf"
_INPUTS = 2
"""A connection with one subscription each: kinds that share a key cannot be told apart within one."""
_CONFIGURATION = """
[agent]
  flush_interval = "1s"
  metric_batch_size = {batch}
  metric_buffer_limit = 300000
  precision = "1ns"
  omit_hostname = true
  quiet = true

[[outputs.influxdb_v2]]
  urls = ["http://127.0.0.1:{sink}"]
  token = "t"
  organization = "o"
  bucket = "b"
  content_encoding = "identity"

[[inputs.mqtt_consumer]]
  topics = ["zigbee2mqtt/#"]
  client_id = "telegraf-zigbee"
{common}
  [[inputs.mqtt_consumer.topic_parsing]]
    topic = "zigbee2mqtt/+"
    tags = "_/device"
{climate}
{power}
  [inputs.mqtt_consumer.tags]
    site = "bench"
    family = "zigbee2mqtt"

[[inputs.mqtt_consumer]]
  topics = ["officed/print/#"]
  client_id = "telegraf-print"
{common}
  [[inputs.mqtt_consumer.topic_parsing]]
    topic = "officed/print/+/job"
    tags = "_/_/printer/_"
{print_job}
  [inputs.mqtt_consumer.tags]
    site = "bench"
"""
_COMMON = """  servers = ["tcp://127.0.0.1:{broker}"]
  topic_tag = ""
  qos = 1
  persistent_session = true
  max_undelivered_messages = 100000
  data_format = "json_v2"
"""
_CLIMATE = {
    "system_mode": ("mode", "string"),
    "running_state": ("action", "string"),
    "occupied_cooling_setpoint": ("cooling_setpoint_celsius", "float"),
    "local_temperature": ("room_celsius", "float"),
}
_POWER = {
    "state": ("state", "string"),
    "power": ("watts", "float"),
    "energy": ("energy_kwh_total", "float"),
}
_PRINT_JOB = {
    "impressions": ("impressions", "int"),
    "copies": ("copies", "int"),
    "sides": ("sides", "string"),
    "colour": ("colour", "bool"),
}
_BATCH = 5_000


def missing() -> str:
    """Why it takes no part; empty if it can."""
    return "" if shutil.which(PROGRAM) else f"{PROGRAM} is not on the PATH"


def version() -> str:
    """As it says itself: `Telegraf 1.39.3`."""
    done = subprocess.run([shutil.which(PROGRAM) or PROGRAM, "version"], check=False, capture_output=True)  # noqa: S603  found on the PATH
    return name_in(done.stdout.decode())


def name_in(said: str) -> str:
    """Name and number, without commit and branch."""
    found = re.match(r"Telegraf\s+\S+", said)
    return found.group() if found else "Telegraf of an unknown version"


def configuration(broker: int, sink: int) -> str:
    """As TOML."""
    return _CONFIGURATION.format(
        batch=_BATCH,
        sink=sink,
        common=_COMMON.format(broker=broker),
        climate=_kind("climate", _CLIMATE),
        power=_kind("power", _POWER),
        print_job=_kind("print_job", _PRINT_JOB),
    )


@contextmanager
def _run(broker: int, sink: int, folder: Path) -> Iterator[ForeignRun]:
    file = folder / "telegraf.conf"
    file.write_text(configuration(broker, sink))
    command = [shutil.which(PROGRAM) or PROGRAM, "--config", str(file)]
    with foreign(Program(command, folder, _INPUTS), broker, folder) as run:
        yield run


def _kind(measurement: str, fields: dict[str, tuple[str, str]]) -> str:
    """A message that has none of these keys makes no point of this kind."""
    lines = ["  [[inputs.mqtt_consumer.json_v2]]", f'    measurement_name = "{measurement}"']
    for path, (name, kind) in fields.items():
        lines += [
            "    [[inputs.mqtt_consumer.json_v2.field]]",
            f'      path = "{path}"',
            f'      rename = "{name}"',
            f'      type = "{kind}"',
            "      optional = true",
        ]
    return "\n".join(lines)


ENTRANT = Entrant(
    "telegraf",
    "mqtt_consumer (QoS 1, persistent session, 100,000 undelivered) + json_v2 + influxdb_v2; durable, judges nothing",
    durable=True,
    run=_run,
    missing=missing,
    version=version,
)
