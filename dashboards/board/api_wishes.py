"""What a program may ask for: more time."""

from datetime import UTC, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException
from pydantic import AwareDatetime, BaseModel, Field

from dashboards.board.api_page import needs
from dashboards.board.bearer import Bearer
from dashboards.board.decisions import LONGEST_LEAVE
from dashboards.board.doing import asked
from dashboards.board.door import Person
from dashboards.board.source import Source
from policies.control.refusing import refused
from policies.office.requests import Extend
from sensors.device import DeviceId, ZoneId

_SLUG = r"^[A-Za-z0-9._-]{1,64}$"


class Override(BaseModel):
    """Leave to differ: where, until when (at most a day ahead), and why."""

    zone: str = Field(pattern=_SLUG, examples=["ZONE"])
    until: AwareDatetime = Field(examples=["2026-11-02T20:00:00+08:00"])
    why: str = Field(min_length=1, max_length=200, examples=["A delivery comes late"])
    device: str | None = Field(default=None, pattern=_SLUG)


def wish_routes(source: Source, bearer: Bearer) -> APIRouter:
    """`POST /overrides`. The same program's next wish for the same room replaces its last one."""
    routes = APIRouter(tags=["leave"])

    @routes.post(
        "/overrides",
        summary="Ask for more time",
        status_code=202,
        responses={404: {}, 409: {}, 422: {}},
        openapi_extra=needs(Extend),
    )
    async def extend(wish: Override, who: Annotated[Person, Depends(bearer)]) -> dict[str, str]:
        now_state, now = source.state(), source.now()
        if not who.may(Extend):
            raise HTTPException(403, "this token may not extend")
        site = now_state.office.site
        if wish.zone not in site.zones:
            raise HTTPException(404, "there is no such zone")
        if wish.device is not None and (
            wish.device not in site.devices or site.devices[DeviceId(wish.device)].zone != wish.zone
        ):
            raise HTTPException(404, "there is no such device in this zone")
        if not timedelta() < wish.until - now <= LONGEST_LEAVE:
            raise HTTPException(422, "until must lie ahead, by a day at most")
        name = f"api-{who.name}-{wish.zone}-{wish.device or ''}"
        device = None if wish.device is None else DeviceId(wish.device)
        request = Extend(name, ZoneId(wish.zone), wish.until.astimezone(UTC), wish.why, device)
        refusal = refused(now_state.office, request, who.name, now)
        if refusal is not None:
            raise HTTPException(409, str(refusal))
        await asked(source, request, who.name)
        return {"id": name}

    return routes
