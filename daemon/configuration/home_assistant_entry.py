"""The part of office.yaml about Home Assistant: whether our rooms are shown there, and whether rules are switched from it."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from daemon.configuration.section import Section

_PREFIX = re.compile(r"[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*")


def _prefix(value: str) -> str:
    if not _PREFIX.fullmatch(value) or value.partition("/")[0] == "officed":
        raise ValueError("must be the discovery prefix set in Home Assistant, such as homeassistant")
    return value


class HomeAssistantEntry(Section):
    """Our rooms and cases in Home Assistant, by its MQTT discovery."""

    enabled: bool = Field(
        default=True, description="show rooms, cases and figures there; false: take back what was announced"
    )
    discovery_prefix: Annotated[str, AfterValidator(_prefix)] = Field(
        default="homeassistant", max_length=100, description="the prefix of discovery topics, as set in Home Assistant"
    )
    may_arm: bool = Field(
        default=False,
        description="a switch for each rule lets it act or only watch, a button has everything checked again;"
        " whoever the broker lets publish there may then do that",
    )
