"""Values into HTML: the fragments a page is made of, each with an id, and the page around them.

A fragment is rendered again only when the value it shows has changed: with hundreds of rooms most of them have not.
Used by the web thread only.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from dashboards.board import scale
from dashboards.language.catalogs import CODES, OWN_NAMES
from dashboards.language.language import Language
from dashboards.view import Overview, by_group
from dashboards.views.place import LOADS, QUANTITIES, VALUES
from dashboards.views.room import STANDINGS
from policies.finding import Evidence
from policies.words import say

Fragments = Mapping[str, Markup]


class Renderer:
    """One language's templates and the rows it has rendered before."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self._templates = _environment(language)
        self._rows: dict[str, tuple[object, Markup]] = {}

    def overview(self, page: Overview) -> Fragments:
        """Every fragment of the first page by its element id, in the order of the page."""
        groups = by_group(page)
        day = self.language.day(page.now)
        values: dict[str, tuple[str, object]] = {
            "answer": ("answer.html", (page.answer, page.site)),
            "person": ("stories.html", ("person", groups["person"])),
            "running": ("stories.html", ("running", groups["running"])),
            "planned": ("planned.html", (page.planned, self.left(page))),
            "done": ("corrections.html", page.corrections),
            **{f"room-{each.zone.id}": ("room.html", each) for each in page.rooms},
            "watched": ("stories.html", ("watched", groups["watched"])),
            "pending": ("stories.html", ("pending", groups["pending"])),
            "leave": ("leaves.html", page.leaves),
            "silent": ("silent.html", (page.silent, page.unclaimed)),
            "clock": ("clock.html", self.language.instant(page.now)),
        }
        rows = {key: self._row(key, template, value, day, page.now) for key, (template, value) in values.items()}
        self._rows = {key: ((day, values[key][1]), row) for key, row in rows.items()}
        return rows

    def main(self, fragments: Fragments) -> Markup:
        """The fragments in their places."""
        return Markup(self._templates.get_template("main.html").render(fragments=fragments))  # noqa: S704  rendered by us

    def page(self, main: Markup, page: Overview, version: str) -> str:
        """The whole document. `version` is where the live stream goes on."""
        name = self.language.name(page.site.names, page.site.id)
        return self._templates.get_template("page.html").render(
            main=main, site=name, version=version, day=self.language.day(page.now), now=page.now
        )

    def left(self, page: Overview) -> str:
        """How long until the planned act, in steps coarse enough not to redraw every second; empty without one."""
        if page.planned is None:
            return ""
        seconds = max(0.0, (page.planned.at - page.now).total_seconds())
        coarse = -(-seconds // 10) * 10 if seconds <= 90 else -(-seconds // 60) * 60  # noqa: PLR2004  a minute and a half
        return self.language.duration(timedelta(seconds=coarse))

    def _row(self, key: str, template: str, value: object, day: str, now: datetime) -> Markup:
        known = self._rows.get(key)
        if known is not None and known[0] == (day, value):
            return known[1]
        html = self._templates.get_template(template).render(id=key, value=value, now=now)
        return Markup(html.strip())  # noqa: S704  rendered by us, with autoescape


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
    )
    return templates


def _quantity(language: Language, item: Evidence) -> str:
    known = QUANTITIES.get(item.quantity)
    return item.quantity if known is None else language.words(known)


def _measured(language: Language, item: Evidence, now: datetime) -> str:
    if isinstance(item.value, str):
        known = VALUES.get(item.value)
        return item.value if known is None else language.words(known)
    return language.value(item.quantity, item.value, now)
