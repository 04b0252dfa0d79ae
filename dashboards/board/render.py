"""Values into HTML: the fragments a page is made of, each with an id, and the page around them.

A fragment is rendered again only when the value it shows has changed: with hundreds of rooms most of them have not.
Used by the web thread only.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from dashboards.board import scale
from dashboards.board.floor_plan import FloorPlan, drawn
from dashboards.board.page import Part, Parts
from dashboards.language.catalogs import CODES, OWN_NAMES
from dashboards.language.language import Language
from dashboards.views.place import LOADS, QUANTITIES, VALUES, Named
from dashboards.views.room import STANDINGS, Standing
from policies.finding import Evidence
from policies.words import say

Fragments = Mapping[str, Markup]
Rows = dict[str, tuple[object, Markup]]


class Renderer:
    """One language's templates."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self._templates = _environment(language)

    def fragments(self, parts: Parts, now: datetime, known: Rows) -> Fragments:
        """Every fragment by its element id; what `known` holds already is not rendered again. `known` is brought up to date."""
        day = self.language.day(now)
        drawn: dict[str, Markup] = {}
        for key, part in parts.items():
            old = known.get(key)
            if old is None or old[0] != (day, part):
                known[key] = ((day, part), self.one(part, now, key))
            drawn[key] = known[key][1]
        return drawn

    def one(self, part: Part, now: datetime, key: str = "", **more: object) -> Markup:
        """One template with its value."""
        html = self._templates.get_template(part.template).render(id=key, value=part.value, now=now, **more)
        return Markup(html.strip())  # noqa: S704  rendered by us, with autoescape

    def laid_out(self, layout: str, fragments: Fragments) -> Markup:
        """The fragments in their places."""
        return Markup(self._templates.get_template(layout).render(fragments=fragments).strip())  # noqa: S704  rendered by us

    def document(self, **values: object) -> str:
        """The whole document."""
        return self._templates.get_template("page.html").render(**values)


def _environment(language: Language) -> Environment:
    templates = Environment(
        loader=PackageLoader("dashboards.board", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    templates.globals.update(
        _=language.gettext,
        gettext=language.gettext,
        say=say,
        language=language,
        languages={code: OWN_NAMES[code] for code in CODES},
        standings=STANDINGS,
        loads=LOADS,
        percent=scale.percent,
        rest=scale.rest,
        anchor=scale.anchor,
        quantity=lambda item: _quantity(language, item),
        measured=lambda item, now: _measured(language, item, now),
        said=lambda name, value, now: _said(language, name, value, now),
        floor_plan=lambda plan, rooms, links: _floor_plan(language, plan, rooms, links=links),
    )
    return templates


def _floor_plan(language: Language, plan: FloorPlan, rooms: Iterable[tuple[Named, Standing]], *, links: bool) -> Markup:
    said = {
        each.id: (standing, f"{language.name(each.names, each.id)}: {language.words(STANDINGS[standing])}")
        for each, standing in rooms
    }
    return drawn(plan, said, links=links)


def _quantity(language: Language, item: Evidence) -> str:
    known = QUANTITIES.get(item.quantity)
    return item.quantity if known is None else language.words(known)


def _measured(language: Language, item: Evidence, now: datetime) -> str:
    return _said(language, item.quantity, item.value, now)


def _said(language: Language, name: str, value: float | bool | str | None, now: datetime) -> str:
    if isinstance(value, str):
        known = VALUES.get(value)
        return value if known is None else language.words(known)
    return language.value(name, value, now)
