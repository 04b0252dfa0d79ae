"""Templates that strangers wrote, rendered without harm: Home Assistant's value and command templates.

Jinja's sandbox keeps a template from reaching into Python; this file also keeps it from taking for ever or eating all memory.
There is no clock here, so work is counted, not timed. A template that is too much, or that cannot be parsed, is disabled for
good, and only it; one that fails on a message gives "unknown" for this message.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, tzinfo
from typing import Final

from jinja2 import nodes
from jinja2.exceptions import TemplateError, TemplateSyntaxError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import Namespace

from sensors.families.template_allowed import METHODS
from sensors.families.template_limits import OUTPUT_CHARACTERS, SOURCE_CHARACTERS, Purse, TooMuch, computed, sized
from sensors.families.template_words import DictFunction, furnish

UNKNOWN: Final = object()
"""What a template gives that could not be rendered, and a path that leads nowhere."""

_FORBIDDEN: Final = (
    nodes.Macro,
    nodes.CallBlock,
    nodes.FilterBlock,
    nodes.AssignBlock,
    nodes.Include,
    nodes.Import,
    nodes.FromImport,
    nodes.Extends,
    nodes.Block,
    nodes.ExtensionAttribute,
    nodes.ImportedName,
    nodes.InternalName,
    nodes.EnvironmentAttribute,
    nodes.ContextReference,
    nodes.DerivedContextReference,
)
_FAILURES: Final = (
    TemplateError,
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
    MemoryError,
)
_REMEMBERED: Final = 10_000

Rendering = Callable[[Mapping[str, object], datetime], object]


class Templates:
    """A box of templates, each compiled once. One thread: it holds the purse of the rendering that runs."""

    def __init__(self, zone: tzinfo | None = None) -> None:
        self._environment = _Sandbox(zone)
        self._compiled: dict[str, Rendering] = {}
        self.disabled: dict[str, str] = {}
        """Templates that are not rendered any more, and why."""

    def render(self, source: str, values: Mapping[str, object], now: datetime) -> object:
        """What the template makes of these values: text, or the very value where it only names one; else UNKNOWN."""
        if source in self.disabled:
            return UNKNOWN
        rendering = self._compiled.get(source)
        try:
            if rendering is None:
                rendering = self._compile(source)
            return rendering(values, now)
        except (TooMuch, TemplateSyntaxError) as error:
            if len(self.disabled) < _REMEMBERED:
                self.disabled[source] = str(error.message)
            return UNKNOWN
        except _FAILURES:
            return UNKNOWN

    def problem(self, source: str) -> str:
        """Why this template cannot be used; empty where it can."""
        try:
            self._compile(source)
        except TemplateError as error:
            return str(error.message)
        return ""

    def _compile(self, source: str) -> Rendering:
        if len(source) > SOURCE_CHARACTERS:
            raise TooMuch("it is longer than any honest one")
        environment = self._environment
        try:
            tree = environment.parse(source)
            rendering = _plain_path(tree) or environment.rendering(tree)
        except RecursionError:
            raise TooMuch("it is nested too deeply") from None
        if len(self._compiled) >= _REMEMBERED:
            self._compiled.clear()
        self._compiled[source] = rendering
        return rendering


class _Sandbox(ImmutableSandboxedEnvironment):
    """Jinja's sandbox with a purse: whatever is computed or called passes here."""

    intercepted_binops = frozenset({"+", "*", "**", "%"})

    def __init__(self, zone: tzinfo | None) -> None:
        self.purse = Purse()
        loops = ["jinja2.ext.loopcontrols"]  # `continue`, as Zigbee2MQTT uses it
        super().__init__(extensions=loops, autoescape=False, cache_size=0, finalize=self.purse.weighed)
        furnish(self, zone)
        for name, function in self.filters.items():
            self.filters[name] = _paid(function, self.purse)
        self.filters["_metered"] = self.purse.metered
        self.filters["_weighed"] = self.purse.weighed

    def rendering(self, tree: nodes.Template) -> Rendering:
        """A function from the values to the text that this tree makes of them."""
        forbidden = next(tree.find_all(_FORBIDDEN), None)
        if forbidden is not None:
            raise TemplateSyntaxError(f"{type(forbidden).__name__} is not supported", forbidden.lineno)
        for loop in list(tree.find_all(nodes.For)):
            if loop.recursive:
                raise TemplateSyntaxError("recursive loops are not supported", loop.lineno)
            weight = sum(1 for _ in loop.find_all(nodes.Node))
            loop.iter = nodes.Filter(loop.iter, "_metered", [nodes.Const(weight)], [], None, None)
        for assigned in list(tree.find_all(nodes.Assign)):
            assigned.node = nodes.Filter(assigned.node, "_weighed", [], [], None, None)
        for joined in list(tree.find_all(nodes.Concat)):
            joined.nodes = [nodes.Filter(one, "string", [], [], None, None) for one in joined.nodes]
        compiled = self.template_class.from_code(self, self.compile(tree), self.make_globals(None))

        def render(values: Mapping[str, object], now: datetime) -> str:
            self.purse.fill()
            pieces, length = [], 0
            for piece in compiled.generate(values, now=lambda: now):
                pieces.append(piece)
                length += len(piece)
                if length > OUTPUT_CHARACTERS:
                    raise TooMuch("it writes without end")
            return "".join(pieces).strip()

        return render

    def call_binop(self, context: object, operator: str, left: object, right: object) -> object:
        """A computation, after a look at what it would make."""
        self.purse.pay()
        computed(operator, left, right)
        made: object = super().call_binop(context, operator, left, right)  # type: ignore[arg-type]  # jinja's own context
        return self.purse.weighed(made)

    def call(self, context: object, called: object, *args: object, **named: object) -> object:
        """A call of one of our functions, or of a harmless method. The name fixes the order of Jinja's arguments."""
        self.purse.pay()
        owner = getattr(called, "__self__", None)
        is_method = getattr(called, "__name__", "") in METHODS.get(type(owner), ())
        is_ours = any(called is one for one in self.globals.values()) or isinstance(owner, DictFunction)
        is_now = getattr(called, "__qualname__", "").startswith("_Sandbox.rendering.")
        if not (is_method or is_ours or is_now or isinstance(called, Namespace)):
            raise TemplateSyntaxError("it calls what it may not", 1)
        for argument in args:
            sized(argument)
        return super().call(context, called, *args, **named)  # type: ignore[arg-type]  # jinja's own context

    def is_safe_attribute(self, holder: object, name: str, value: object) -> bool:
        """Nothing that begins with an underscore, and no method but the harmless ones."""
        if name.startswith("_") or not super().is_safe_attribute(holder, name, value):
            return False
        return (
            not callable(value) or isinstance(holder, DictFunction | Namespace) or name in METHODS.get(type(holder), ())
        )


def _paid(function: Callable[..., object], purse: Purse) -> Callable[..., object]:
    """The filter, paid by the size of what goes in; what comes out lazily is paid one by one."""

    def paid(*args: object, **named: object) -> object:
        for one in args:
            purse.weighed(one)
        made = function(*args, **named)
        if hasattr(made, "__next__"):
            return purse.metered(made, 1)  # type: ignore[arg-type]  # what has __next__ is an iterator
        return sized(made)

    for mark in ("jinja_pass_arg",):  # jinja reads from here what else it has to hand in
        if hasattr(function, mark):
            setattr(paid, mark, getattr(function, mark))
    return paid


def _plain_path(tree: nodes.Template) -> Rendering | None:
    """`{{ value_json.a["b"][0] }}` and nothing else: most templates. It needs no rendering, and keeps the value's type."""
    if len(tree.body) != 1 or not isinstance(tree.body[0], nodes.Output) or len(tree.body[0].nodes) != 1:
        return None
    node: nodes.Node = tree.body[0].nodes[0]
    steps: list[str | int] = []
    while not isinstance(node, nodes.Name):
        if isinstance(node, nodes.Getattr):
            steps.append(node.attr)
        elif isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const):
            steps.append(node.arg.value)
        else:
            return None
        node = node.node
    name = node.name
    if name not in {"value", "value_json"} or any(str(step).startswith("_") for step in steps):
        return None
    return lambda values, _now: walk(values.get(name, UNKNOWN), steps[::-1])


def walk(value: object, steps: list[str | int]) -> object:
    """The value at the end of these steps; UNKNOWN where they lead nowhere."""
    for step in steps:
        if isinstance(value, dict):
            value = value.get(step, value.get(str(step), UNKNOWN))
        elif isinstance(value, list) and isinstance(step, int) and -len(value) <= step < len(value):
            value = value[step]
        else:
            return UNKNOWN
    return value
