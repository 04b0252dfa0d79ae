"""To the company's own login and back. Links and redirects only: a form could not leave this board (CSP `form-action`).

Whatever goes wrong ends on `/login` with the reason in one word: the code and the state leave the address bar.
"""

from collections.abc import Callable
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from dashboards.board.oidc import Provider, Reason
from dashboards.board.visitor import Reception, is_private

PATH = "/login/oidc"
BACK = "/login/oidc/back"
"""The redirect URI, below the board's address; it is registered at the provider."""
RECORD = "oidc"
RECORD_SECONDS = 600


def oidc_login(reception: Reception, provider: Provider, own: Callable[[str], str]) -> APIRouter:
    """`/login/oidc` and `/login/oidc/back`. `own` keeps an address on this board."""
    routes = APIRouter(include_in_schema=False)

    @routes.get(PATH)
    async def depart(request: Request, back: str = "/") -> Response:
        departure = await provider.depart(own(back))
        if isinstance(departure, str):
            return _refusal(departure, own(back))
        answer = RedirectResponse(departure.address, status_code=303)
        answer.set_cookie(
            RECORD,
            departure.record,
            max_age=RECORD_SECONDS,
            path=PATH,
            httponly=True,
            samesite="lax",
            secure=is_private(request),
        )
        return answer

    @routes.get(BACK)
    async def arrive(request: Request) -> Response:
        arrival = await provider.arrive(request.cookies.get(RECORD, ""), dict(request.query_params))
        if isinstance(arrival, str):
            answer = _refusal(arrival, "/")
        else:
            answer = RedirectResponse(own(arrival.back), status_code=303)
            reception.admit(request, answer, arrival.session)
        answer.delete_cookie(RECORD, path=PATH, httponly=True, samesite="lax", secure=is_private(request))
        return answer

    return routes


def _refusal(reason: Reason, back: str) -> Response:
    return RedirectResponse(f"/login?{urlencode({'trouble': reason, 'back': back})}", status_code=303)
