"""`/api/v1/docs`: the API's documentation, drawn here from the app's own OpenAPI document.

No viewer of others is used: they want a network, or scripts that the board's policy forbids, and swagger-ui cannot draw
OpenAPI 3.1. Like the document itself the page is open to everybody who reaches the board: it says nothing about the office.
"""

from collections.abc import Mapping
from typing import NamedTuple

from fastapi import APIRouter, Request
from starlette.responses import Response

from dashboards.board.api_answers import Problem
from dashboards.board.api_shapes import shape_of
from dashboards.board.door import NEEDED, Scope
from dashboards.board.page import Part
from dashboards.board.shell import Shell
from dashboards.views.api_document import Chapter, Shape, chapters, shapes
from policies.office.requests import Extend
from policies.office.requests import Request as Wish
from policies.words import Words, say

PATH = "/api/v1/docs"
_JSON = "application/json"
TAGS: Mapping[str, Words] = {
    "now": say("The office now"),
    "past": say("The past"),
    "leave": say("Leave to differ"),
    "decisions": say("Decisions"),
    "reports": say("Reports"),
}
"""The tags of the document, and what a person calls them."""
SCOPES: Mapping[Scope, Words] = {
    "read": say("reads everything"),
    "extend": say("asks for more time"),
    "decide": say("takes decisions, within the role of the token"),
}


class ApiPage(NamedTuple):
    """What the page shows. `words` are those of the tags."""

    chapters: tuple[Chapter, ...]
    shapes: tuple[Shape, ...]
    words: Mapping[str, Words]
    scopes: Mapping[Scope, Words]


def reads(answer: object, *refusals: int) -> dict[str, object]:
    """For `openapi_extra`: this needs a token that may read, and answers with a value of this type, or refuses."""
    return _reads({_JSON: {"schema": shape_of(answer)}}, *refusals)


def hands_out(media_types: Mapping[str, str], *refusals: int) -> dict[str, object]:
    """For `openapi_extra`: the same, and answers with a file of one of these sorts."""
    return _reads({each.partition(";")[0]: {"schema": {}} for each in media_types.values()}, *refusals)


def needs(wish: type[Wish]) -> dict[str, object]:
    """For `openapi_extra`: the scope and the role that such a request needs."""
    scope: Scope = "extend" if wish is Extend else "decide"
    return {"x-officed-scope": scope, "x-officed-role": NEEDED[wish]}


def _reads(content: Mapping[str, object], *refusals: int) -> dict[str, object]:
    said = {_JSON: {"schema": shape_of(Problem)}}
    answers = {str(status): {"content": said} for status in (401, 403, *refusals)}
    return {"x-officed-scope": "read", "responses": {"200": {"content": content}, **answers}}


def api_page(shell: Shell) -> APIRouter:
    """`GET /api/v1/docs`."""
    routes = APIRouter()

    @routes.get(PATH, include_in_schema=False)
    async def docs(request: Request) -> Response:
        base = str(request.base_url).rstrip("/")
        document = request.app.openapi()
        value = ApiPage(tuple(chapters(document, base)), tuple(shapes(document)), TAGS, SCOPES)
        return shell.plain(request, shell.reception.recognise(request), Part("api.html", value), say("API"))

    return routes
