"""The office's own floor plan: a drawing whose shapes have the ids of zones, made safe once and coloured with every change.

Whatever the file holds, only lines, shapes and words of the list below come through: no script, no style, no picture, no
reference to anything. The drawing is put into the page itself, so that its rooms are links and the page's style colours them.
"""

import re
from collections.abc import Mapping
from typing import Final
from xml.etree import ElementTree as ET

import msgspec
from markupsafe import Markup, escape

MOST_BYTES: Final = 500_000
_MOST_ELEMENTS: Final = 5_000
_DEEPEST: Final = 40
_SVG: Final = "{http://www.w3.org/2000/svg}"
_ELEMENTS: Final = frozenset(["g", "path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "text", "tspan"])
_ATTRIBUTES: Final = frozenset(
    [
        "d",
        "x",
        "y",
        "dx",
        "dy",
        "x1",
        "y1",
        "x2",
        "y2",
        "cx",
        "cy",
        "r",
        "rx",
        "ry",
        "width",
        "height",
        "points",
        "transform",
        "fill",
        "fill-rule",
        "fill-opacity",
        "stroke",
        "stroke-width",
        "stroke-linecap",
        "stroke-linejoin",
        "stroke-dasharray",
        "opacity",
        "font-size",
        "font-weight",
        "text-anchor",
        "dominant-baseline",
    ]
)
_HARMLESS: Final = re.compile(r"[-\w#.,%+() \t\n]*", re.ASCII)
_BOX: Final = re.compile(r"[-\d.eE, \t]+")


class FloorPlanError(ValueError):
    """No drawing that can be shown; the message is one line for a person."""


class Shape(msgspec.Struct, frozen=True):
    """One element: its name, its harmless attributes, the zone it stands for (or none), words, and what is inside."""

    name: str
    attributes: tuple[tuple[str, str], ...]
    zone: str
    words: str
    inside: tuple["Shape", ...]


class FloorPlan(msgspec.Struct, frozen=True):
    """`box` is the SVG's viewBox."""

    box: str
    shapes: tuple[Shape, ...]

    @property
    def zones(self) -> frozenset[str]:
        """The zones that are drawn."""
        return frozenset(_zones(self.shapes))


def read(data: bytes, zones: frozenset[str]) -> FloorPlan:
    """The drawing of a file. `zones`: the ids that mean something. Raises FloorPlanError."""
    if len(data) > MOST_BYTES:
        raise FloorPlanError(f"larger than {MOST_BYTES // 1000} kB")
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise FloorPlanError("has a DOCTYPE; save it as plain SVG")
    try:
        root = ET.fromstring(data)  # noqa: S314  bounded, and without entities
    except ET.ParseError as error:
        raise FloorPlanError(f"is no SVG: {error}") from error
    if root.tag not in (f"{_SVG}svg", "svg"):
        raise FloorPlanError("is no SVG")
    if sum(1 for _ in root.iter()) > _MOST_ELEMENTS:
        raise FloorPlanError(f"has more than {_MOST_ELEMENTS} elements")
    plan = FloorPlan(_box(root), _shapes(root, zones, 0))
    if not plan.zones:
        raise FloorPlanError("no shape has the id of a zone")
    return plan


def drawn(plan: FloorPlan, rooms: Mapping[str, tuple[str, str]], *, links: bool = True) -> Markup:
    """As HTML. `rooms`: of each zone its standing (a class) and the sentence that says it."""
    inside = Markup("").join(_drawn(shape, rooms, links=links) for shape in plan.shapes)
    return Markup('<svg class="plan" viewBox="{}" role="group">{}</svg>').format(plan.box, inside)


def _box(root: ET.Element) -> str:
    box = root.get("viewBox", "")
    if box and _BOX.fullmatch(box):
        return box
    width, height = (re.match(r"[\d.]+", root.get(side, "")) for side in ("width", "height"))
    if width is None or height is None:
        raise FloorPlanError("says neither viewBox nor width and height")
    return f"0 0 {width[0]} {height[0]}"


def _shapes(parent: ET.Element, zones: frozenset[str], depth: int) -> tuple[Shape, ...]:
    if depth > _DEEPEST:
        raise FloorPlanError("is nested too deep")
    found: list[Shape] = []
    for element in parent:
        name = str(element.tag).removeprefix(_SVG)
        if name not in _ELEMENTS:
            continue
        kept = tuple((key, value) for key, value in element.items() if key in _ATTRIBUTES and _is_harmless(value))
        mine = element.get("id", "")
        words = " ".join((element.text or "").split())
        found.append(Shape(name, kept, mine if mine in zones else "", words, _shapes(element, zones, depth + 1)))
    return tuple(found)


def _is_harmless(value: str) -> bool:
    return _HARMLESS.fullmatch(value) is not None and "url" not in value.lower()


def _zones(shapes: tuple[Shape, ...]) -> list[str]:
    return [zone for shape in shapes for zone in ([shape.zone] if shape.zone else []) + _zones(shape.inside)]


def _drawn(shape: Shape, rooms: Mapping[str, tuple[str, str]], *, links: bool) -> Markup:
    attributes = Markup("").join(Markup(' {}="{}"').format(key, value) for key, value in shape.attributes)
    inside = escape(shape.words) + Markup("").join(_drawn(each, rooms, links=links) for each in shape.inside)
    if shape.zone not in rooms:
        return Markup("<{0}{1}>{2}</{0}>").format(shape.name, attributes, inside)
    standing, sentence = rooms[shape.zone]
    title = Markup("<title>{}</title>").format(sentence)
    here = Markup('<{0}{1} class="zone {2}">{3}{4}</{0}>').format(
        shape.name,
        attributes,
        standing,
        title,
        inside,
    )
    return Markup('<a href="/zones/{}" aria-label="{}">{}</a>').format(shape.zone, sentence, here) if links else here
