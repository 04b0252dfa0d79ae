"""What the API says: the board's values as plain JSON, in the language that was asked for."""

from collections.abc import Mapping
from datetime import date, datetime

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from dashboards.board.chosen import chosen_language
from dashboards.board.source import Source
from dashboards.language.catalogs import languages
from dashboards.language.language import Language
from policies.words import Words

Plain = None | bool | float | str | list["Plain"] | dict[str, "Plain"]


class Answers:
    """Web thread only."""

    def __init__(self, source: Source) -> None:
        self._source = source

    def said(self, request: Request, value: object) -> Response:
        """The value as JSON."""
        site, now = self._source.state().office.site, self._source.now()
        language = languages(site.calendar.timezone)[chosen_language(request, site.language)]
        return JSONResponse(plain(value, language, now))


def plain(value: object, language: Language, now: datetime) -> Plain:
    """Structs as objects, instants as ISO 8601 in UTC, `Words` as a sentence; anything else is a mistake here."""
    match value:
        case None | bool() | int() | float() | str():
            return value
        case date():
            return value.isoformat()
        case Words():
            return language.words(value, now)
        case msgspec.Struct():
            names = type(value).__struct_fields__
            return {name: plain(getattr(value, name), language, now) for name in names}
        case Mapping():
            return {str(key): plain(item, language, now) for key, item in value.items()}
        case list() | tuple():
            return [plain(item, language, now) for item in value]
        case _:
            raise TypeError(f"the board's value has a {type(value).__name__} in it")
