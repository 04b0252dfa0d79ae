"""What the messages of a `mapped` device mean, in office.yaml: a preset for a known gateway, or every signal by itself."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from daemon.configuration.quantities import Topic
from daemon.configuration.section import Section
from sensors.conversion import NUMBERS, is_known
from sensors.families.gateways import PRESETS, at_address, preset
from sensors.families.mapped_signals import FIELDS, FLAGS, WORDS, steps_of
from sensors.families.templates import Templates
from sensors.mapping import Instruction, Instructions, Mapping, Signal, Source

_FIELDS = sorted(FIELDS)


def _path(value: str) -> str:
    if not steps_of(value):
        raise ValueError('must be a path into JSON, such as values[0].temp or a["b.c"]')
    return value


def _template(value: str) -> str:
    problem = Templates().problem(value)
    if problem:
        raise ValueError(f"is not a template that can be used: {problem[:200]}")
    return value


def _preset(value: str) -> str:
    if value not in PRESETS:
        raise ValueError(f"is no known gateway; known here: {', '.join(PRESETS)}")
    return value


def _field(value: str) -> str:
    if value not in FIELDS:
        raise ValueError(f"is nothing that a device says; known here: {', '.join(_FIELDS)}")
    return value


JsonPath = Annotated[str, Field(max_length=256), AfterValidator(_path)]
Template = Annotated[str, Field(max_length=4096), AfterValidator(_template)]
Preset = Annotated[str, AfterValidator(_preset)]
SignalName = Annotated[str, AfterValidator(_field)]
CommandName = Literal["switch_off", "setpoint", "cooling_setpoint", "heating_setpoint"]


class SignalEntry(Section):
    """Where one quantity is said, and how."""

    topic: Topic = Field(description="topic it is said on; {address} stands for the device's address")
    path: JsonPath | None = Field(default=None, description="where in the JSON, such as values[0].temp; left out: all")
    template: Template | None = Field(
        default=None,
        description='instead of path: a Jinja template of value and value_json, such as "{{ value | int }}"',
    )
    unit: str = Field(default="", max_length=16, description="unit on the wire: °F, kW, Wh, m³, …; left out: ours")
    scale: float = Field(default=1.0, description="the number on the wire is multiplied by this")
    offset: float = Field(default=0.0, description="then this is added, in the unit on the wire")
    words: dict[str, str] = Field(
        default={},
        max_length=64,
        description='the wire\'s words in ours: {"1": cool, "2": heat} or {busy: on, free: off}',
    )

    @model_validator(mode="after")
    def _one_way(self) -> "SignalEntry":
        if self.path is not None and self.template is not None:
            raise ValueError("give path or template; not both")
        return self


class CommandEntry(Section):
    """What is sent, and which signal shows that it worked."""

    topic: Topic = Field(description="topic to send to; {address} stands for the device's address")
    payload: str | None = Field(default=None, min_length=1, max_length=4096, description="what is sent, as it is")
    template: Template | None = Field(
        default=None, description='instead of payload: a Jinja template with value, such as {"set": {{ value }}}'
    )
    min: float | None = Field(default=None, ge=-50, le=150, description="lowest value the wire takes")
    max: float | None = Field(default=None, ge=-50, le=150, description="highest value the wire takes")
    step: float | None = Field(
        default=None, ge=0.05, le=10, description="step of the value, such as 1 for whole degrees"
    )
    confirm: SignalName = Field(description="the signal that shows that it worked, such as is_on or setpoint_celsius")

    @model_validator(mode="after")
    def _one_way(self) -> "CommandEntry":
        if (self.payload is None) == (self.template is None):
            raise ValueError("give payload or template; one of them is needed, not both")
        if self.min is not None and self.max is not None and self.min >= self.max:
            raise ValueError("leaves no value: min must be less than max")
        return self


class MappedEntry(Section):
    """Signals and commands of a device that speaks no dialect we know; with a preset they replace its own."""

    preset: Preset | None = Field(default=None, description=f"a known gateway: {', '.join(PRESETS)}")
    temperature_unit: Literal["C", "F"] = Field(
        default="C", description="unit of temperatures that name no other: C or F"
    )
    availability: Literal["all", "any", "latest"] | None = Field(
        default=None, description="how several words on online are one; left out: latest, or what the preset says"
    )
    signals: dict[SignalName, SignalEntry] = Field(default={}, description="what it says, by quantity")
    commands: dict[CommandName, CommandEntry] = Field(default={}, description="what it can be told")

    @model_validator(mode="after")
    def _whole(self) -> "MappedEntry":
        if self.preset is None and not self.signals:
            raise ValueError("needs a preset, or signals with their topics")
        for name, entry in self.signals.items():
            if name in NUMBERS and not is_known(name, entry.unit):
                raise ValueError(f"signals.{name}.unit {entry.unit!r} is not known; known here: {_units(name)}")
            if name not in NUMBERS and (entry.unit or entry.scale != 1 or entry.offset):
                raise ValueError(f"signals.{name} is a word, not a number; it has no unit, scale or offset")
            ours = {"on", "off"} if name in FLAGS else WORDS.get(name, frozenset())
            strange = sorted(set(entry.words.values()) - ours)
            if entry.words and strange:
                raise ValueError(
                    f"signals.{name}.words: {strange[0]!r} is not one of {', '.join(sorted(ours)) or 'none'}"
                )
        for command, told in self.commands.items():
            if told.confirm not in self.said:
                raise ValueError(f"commands.{command}.confirm names {told.confirm}, which is not in signals")
        return self

    @property
    def said(self) -> frozenset[str]:
        """The quantities that the device says."""
        known = PRESETS[self.preset].signals if self.preset is not None else ()
        return frozenset({*self.signals, *(signal.field for signal in known)})

    def mapping(self, address: str) -> Mapping:
        """For the core, with the device's address in the place of {address}."""
        is_fahrenheit = self.temperature_unit == "F"
        own = at_address(self._own(), address, fahrenheit=is_fahrenheit)
        if self.preset is None:
            return own
        known = preset(self.preset, address, fahrenheit=is_fahrenheit)
        kept = tuple(signal for signal in known.signals if signal.field not in self.signals)
        theirs, ours = known.instructions, own.instructions
        return Mapping(
            signals=(*own.signals, *kept),
            instructions=Instructions(
                off=ours.off or theirs.off,
                setpoint=ours.setpoint or theirs.setpoint,
                cooling_setpoint=ours.cooling_setpoint or theirs.cooling_setpoint,
                heating_setpoint=ours.heating_setpoint or theirs.heating_setpoint,
            ),
            availability=self.availability or known.availability,
        )

    def _own(self) -> Mapping:
        signals = tuple(
            Signal(
                field=name,
                source=Source(one.topic, one.path or "", one.template or ""),
                unit=one.unit,
                scale=one.scale,
                offset=one.offset,
                words=one.words,
            )
            for name, one in self.signals.items()
        )
        told = {name: _instruction(one) for name, one in self.commands.items()}
        return Mapping(
            signals,
            Instructions(
                off=told.get("switch_off"),
                setpoint=told.get("setpoint"),
                cooling_setpoint=told.get("cooling_setpoint"),
                heating_setpoint=told.get("heating_setpoint"),
            ),
            self.availability or "latest",
        )


def _instruction(entry: CommandEntry) -> Instruction:
    return Instruction(
        topic=entry.topic,
        payload=entry.payload or "",
        template=entry.template or "",
        minimum=entry.min,
        maximum=entry.max,
        step=entry.step,
    )


def _units(field: str) -> str:
    return ", ".join(unit for unit in NUMBERS[field][1] if unit)
