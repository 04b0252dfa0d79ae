"""The board as JSON, for programs: the same values that the pages draw, words already in the asked-for language.

Who has no session shows a token: `Authorization: Bearer …`, made by `officed users token`.
"""

from typing import Annotated, TypeVar

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from starlette.responses import JSONResponse, Response

from dashboards.board.api_answers import MOST_MACHINES, Leaves, Machines, Rooms
from dashboards.board.api_decisions import decision_routes
from dashboards.board.api_page import reads
from dashboards.board.api_past import past_routes
from dashboards.board.api_values import Answers
from dashboards.board.api_wishes import wish_routes
from dashboards.board.bearer import Bearer
from dashboards.board.decisions import case_of
from dashboards.board.source import Source
from dashboards.board.visitor import Reception
from dashboards.view import Overview, overview
from dashboards.views.case_list import MOST, CaseList, CasePage, Show, case_list, case_page
from dashboards.views.leave import leaves
from dashboards.views.machine import machines
from dashboards.views.zone import ZonePage, zone_page
from sensors.device import ZoneId

T = TypeVar("T")


def api(source: Source, reception: Reception) -> APIRouter:
    """`/api/v1/…`."""
    bearer, answers = Bearer(reception), Answers(source)
    routes = APIRouter(prefix="/api/v1", dependencies=[Depends(bearer)], responses={400: {}, 401: {}, 403: {}})
    said = answers.said
    present = APIRouter(tags=["now"])

    @present.get(
        "/state", summary="What the first page shows now", response_class=JSONResponse, openapi_extra=reads(Overview)
    )
    async def state(request: Request) -> Response:
        return said(request, overview(source.state(), source.now()))

    @present.get("/zones", summary="Every room as it is now", response_class=JSONResponse, openapi_extra=reads(Rooms))
    async def zones(request: Request) -> Response:
        return said(request, overview(source.state(), source.now()).rooms)

    @present.get(
        "/zones/{zone}",
        summary="One room with its cases and devices",
        responses={404: {}},
        openapi_extra=reads(ZonePage, 404),
    )
    async def zone(request: Request, zone: str) -> Response:
        return said(request, _found(zone_page(source.state(), ZoneId(zone), source.now())))

    @present.get(
        "/devices", summary="Every device: heard, what it says, its last command", openapi_extra=reads(Machines)
    )
    async def devices(
        request: Request,
        skip: Annotated[int, Query(ge=0, le=100_000)] = 0,
        most: Annotated[int, Query(ge=1, le=MOST_MACHINES)] = 100,
    ) -> Response:
        now_state = source.state()
        chosen = list(now_state.office.site.devices.values())[skip : skip + most]
        return said(request, machines(now_state, chosen, source.now()))

    @present.get("/cases", summary=f"At most {MOST} cases, the newest first", openapi_extra=reads(CaseList))
    async def cases(request: Request, show: Show = "open", zone: str = "") -> Response:
        return said(request, case_list(source.state(), show, zone))

    @present.get(
        "/cases/{case:path}",
        summary="One case with its evidence",
        responses={404: {}},
        openapi_extra=reads(CasePage, 404),
    )
    async def case(request: Request, case: str) -> Response:
        known = _found(case_of(source.state(), case))
        return said(request, case_page(source.state(), known, source.now()))

    @present.get("/overrides", summary="Who has leave to differ now", openapi_extra=reads(Leaves))
    async def overrides(request: Request) -> Response:
        return said(request, leaves(source.state(), source.now()))

    routes.include_router(present)
    routes.include_router(wish_routes(source, bearer))
    routes.include_router(decision_routes(source, bearer, answers))
    routes.include_router(past_routes(source, answers))
    return routes


def _found(value: T | None) -> T:
    if value is None:
        raise HTTPException(404, "there is no such thing")
    return value
