"""What a message means, written down as data: which part of which topic is which quantity, and which payload commands.

People write it for `mapped` devices, presets bring it for known gateways, and Home Assistant discovery is translated into
it: three sources, one decoder and one encoder.
"""

import msgspec


class Source(msgspec.Struct, frozen=True):
    """A place in the messages: the whole payload of `topic`, or the value at `path`, or what `template` renders."""

    topic: str
    path: str = ""
    template: str = ""


class Signal(msgspec.Struct, frozen=True):
    """One quantity. `field` is that of a Reading (`room_celsius`), or `online`.

    The number on the wire times `scale` plus `offset` is in `unit` (empty: ours). `words` maps the wire's words to ours
    (a mode, an action, `on`, `off`); what is not in it is unknown.
    """

    field: str
    source: Source
    unit: str = ""
    scale: float = 1.0
    offset: float = 0.0
    words: dict[str, str] = {}


class Instruction(msgspec.Struct, frozen=True, omit_defaults=True):
    """A payload that commands. `payload` is sent as it is, `template` is rendered with `value` (a number, or `mode`).

    `minimum`, `maximum` and `step` are what the wire takes, in `unit` (empty: °C, or `°F`).
    """

    topic: str
    payload: str = ""
    template: str = ""
    mode: str = ""
    minimum: float | None = None
    maximum: float | None = None
    step: float | None = None
    unit: str = ""


class Instructions(msgspec.Struct, frozen=True, omit_defaults=True):
    """How to command a device; what is None cannot be done. `setpoint` serves the sides that have none of their own.

    `refusal` says for a person why there is no `off`, where somebody could expect one. `ranged`: the two sided setpoints
    count in the mode heat_cool only (memo `range`); otherwise `setpoint` does.
    """

    off: Instruction | None = None
    setpoint: Instruction | None = None
    cooling_setpoint: Instruction | None = None
    heating_setpoint: Instruction | None = None
    refusal: str = ""
    ranged: bool = False


class Mapping(msgspec.Struct, frozen=True):
    """All that is known about one device. `availability` is how several `online` signals are one: all, any, latest."""

    signals: tuple[Signal, ...] = ()
    instructions: Instructions = Instructions()
    availability: str = "latest"
