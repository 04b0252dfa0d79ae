"""The first page as JSON, for programs: the same value the board draws, words already in the asked-for language."""

from collections.abc import Mapping
from datetime import datetime

import msgspec
from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from dashboards.board.chosen import chosen_language
from dashboards.board.source import Source
from dashboards.language.catalogs import languages
from dashboards.language.language import Language
from dashboards.view import overview
from policies.words import Words

Plain = None | bool | float | str | list["Plain"] | dict[str, "Plain"]


def api(source: Source) -> APIRouter:
    """`/api/v1/state`."""
    routes = APIRouter(prefix="/api/v1")

    @routes.get("/state", summary="What the board shows now", response_class=JSONResponse)
    async def state(request: Request) -> Response:
        now_state, now = source.state(), source.now()
        site = now_state.office.site
        language = languages(site.calendar.timezone)[chosen_language(request, site.language)]
        return JSONResponse(plain(overview(now_state, now), language, now))

    return routes


def plain(value: object, language: Language, now: datetime) -> Plain:
    """Structs as objects, instants as ISO 8601 in UTC, `Words` as a sentence; anything else is a mistake here."""
    match value:
        case None | bool() | int() | float() | str():
            return value
        case datetime():
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
