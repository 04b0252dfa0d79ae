"""What a program may decide: let a rule act or watch (admin), ask for recurring overtime and answer it. By token only.

A session's cookie is not enough here (`Bearer`), so no page of another site can send any of this through a browser.
"""

from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, HTTPException, Request
from msgspec.structs import replace
from pydantic import BaseModel, Field
from starlette.responses import Response

from dashboards.board.api_answers import Overtimes
from dashboards.board.api_page import needs, reads
from dashboards.board.api_values import Answers
from dashboards.board.bearer import Bearer
from dashboards.board.decisions import DECISIONS, Fields
from dashboards.board.doing import asked
from dashboards.board.door import NEEDED, Person
from dashboards.board.source import Source
from dashboards.views.overtime import overtimes
from policies.control.refusing import refused
from policies.office.requests import AllowCrowd, AskOvertime, DecideOvertime, SetMode
from policies.words import Words

_CLOCK = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"
_ID = r"^[A-Za-z0-9._-]{1,64}$"
REFUSALS: dict[int | str, dict[str, object]] = {404: {}, 409: {}, 422: {}}


class Mode(BaseModel):
    """What a rule shall do from now on, and why. `who`: whom the program speaks for; noted as unchecked."""

    mode: Literal["watch", "enforce"]
    why: str = Field(min_length=1, max_length=200, pattern=r"\S", examples=["Agreed with the third floor"])
    who: str = Field(default="", max_length=60)


class InForce(BaseModel):
    """The rule and what it does now."""

    policy: str
    mode: Literal["watch", "enforce"]


class Crowd(BaseModel):
    """Leave to switch off more devices at once than expected, for so many minutes, and why."""

    minutes: int = Field(ge=1, le=720, examples=[30])
    why: str = Field(min_length=1, max_length=200, pattern=r"\S", examples=["Agreed with the third floor"])


class Overtime(BaseModel):
    """A weekly pattern: days from 0 (Monday), the office's wall clock, first and last day (included)."""

    zone: str = Field(pattern=_ID, examples=["ZONE"])
    weekdays: list[Annotated[int, Field(ge=0, le=6)]] = Field(min_length=1, max_length=7, examples=[[1, 3]])
    start: str = Field(pattern=_CLOCK, examples=["18:30"])
    end: str = Field(pattern=_CLOCK, examples=["21:00"])
    first: date = Field(examples=["2026-11-02"])
    last: date = Field(examples=["2026-11-27"])
    why: str = Field(min_length=1, max_length=200, pattern=r"\S", examples=["Agreed with the third floor"])
    device: str | None = Field(default=None, pattern=_ID)


class OvertimeAnswer(BaseModel):
    """Granted, or not (any more), and why."""

    granted: bool
    why: str = Field(min_length=1, max_length=200, pattern=r"\S", examples=["Agreed with the third floor"])


def decision_routes(source: Source, bearer: Bearer, answers: Answers) -> APIRouter:
    """`POST /policies/{policy}/mode`, `POST /policies/{policy}/crowd`, `GET` and `POST /overtimes`, `POST /overtimes/{id}/answer`."""
    routes = APIRouter(tags=["decisions"])
    Caller = Annotated[Person, Depends(bearer)]  # noqa: N806  a type

    @routes.post(
        "/policies/{policy}/mode",
        summary="Let a rule act, or only watch",
        responses=REFUSALS,
        openapi_extra=needs(SetMode),
    )
    async def mode(policy: str, wish: Mode, who: Caller) -> InForce:
        spoken_for = " ".join(wish.who.split())
        name = f"{who.name} for “{spoken_for}” (unchecked)" if spoken_for else who.name
        await _decided(source, who, name, "mode", policy, {"mode": wish.mode, "why": wish.why})
        state = source.state()
        rule = next((one for one in state.policies if one.name == policy), None)
        if rule is None:
            raise HTTPException(404, "there is no such rule")
        return InForce(policy=policy, mode=state.office.desk.mode_of(policy, rule.mode))

    @routes.post(
        "/policies/{policy}/crowd",
        summary="Agree to a large switch-off",
        responses=REFUSALS,
        openapi_extra=needs(AllowCrowd),
    )
    async def crowd(policy: str, wish: Crowd, who: Caller) -> dict[str, bool]:
        await _decided(source, who, who.name, "crowd", policy, {"for": str(wish.minutes), "why": wish.why})
        return {"granted": True}

    @routes.get("/overtimes", summary="Recurring overtime, granted or not yet", openapi_extra=reads(Overtimes))
    async def overtime_list(request: Request) -> Response:
        return answers.said(request, overtimes(source.state(), source.now()))

    @routes.post(
        "/overtimes",
        summary="Ask for recurring overtime",
        status_code=202,
        responses=REFUSALS,
        openapi_extra=needs(AskOvertime),
    )
    async def ask(wish: Overtime, who: Caller) -> dict[str, str]:
        name = f"api-{who.name}-{wish.zone}-{wish.device or ''}"
        fields = {f"day{day}": "yes" for day in wish.weekdays}
        fields |= {"from": wish.start, "until": wish.end, "first": str(wish.first), "last": str(wish.last)}
        fields |= {"why": wish.why, "device": wish.device or ""}
        await _decided(source, who, who.name, "overtime", wish.zone, fields, name)
        return {"id": name}

    @routes.post(
        "/overtimes/{overtime}/answer",
        summary="Grant overtime, or take it away",
        responses=REFUSALS,
        openapi_extra=needs(DecideOvertime),
    )
    async def answer(overtime: str, wish: OvertimeAnswer, who: Caller) -> dict[str, bool]:
        fields = {"granted": "yes" if wish.granted else "no", "why": wish.why}
        await _decided(source, who, who.name, "overtime-answer", overtime, fields)
        return {"granted": wish.granted}

    return routes


async def _decided(
    source: Source, who: Person, name: str, what: str, target: str, fields: Fields, overtime: str = ""
) -> None:
    """The very way of the board's forms; returns once a step has taken it in. Raises HTTPException.

    `overtime`: its id, so that the same program's next wish replaces its last one.
    """
    kind, decide = DECISIONS[what]
    if not who.may(kind):
        raise HTTPException(403, f"this needs a token of a {NEEDED[kind]} that may decide")
    state, now = source.state(), source.now()
    wish = decide(state, now, target, fields)
    if isinstance(wish, Words):
        raise HTTPException(404 if "no such" in str(wish) else 422, str(wish))
    if overtime and isinstance(wish, AskOvertime):
        wish = replace(wish, id=overtime)
    refusal = refused(state.office, wish, name, now)
    if refusal is not None:
        raise HTTPException(409, str(refusal))
    await asked(source, wish, name)
