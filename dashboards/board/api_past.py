"""The API's questions to the past: print jobs and slots."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, TypeVar

from fastapi import APIRouter, HTTPException, Query, Request
from pydantic import AwareDatetime, BaseModel, Field
from starlette.responses import Response

from dashboards.board.api_answers import MOST_ROWS, Jobs, Slots
from dashboards.board.api_page import reads
from dashboards.board.api_values import Answers
from dashboards.board.source import Source

T = TypeVar("T")
LONGEST_RANGE = timedelta(days=31)


class Range(BaseModel):
    """Half-open: `start` included, `end` not. At most 31 days."""

    start: AwareDatetime = Field(examples=["2026-11-02T00:00:00Z"])
    end: AwareDatetime = Field(examples=["2026-11-03T00:00:00Z"])


def past_routes(source: Source, answers: Answers) -> APIRouter:
    """`/jobs` and `/slots`."""
    routes = APIRouter(tags=["past"])
    said = answers.said

    @routes.get("/jobs", summary="Print jobs", responses={422: {}, 503: {}}, openapi_extra=reads(Jobs, 503))
    async def jobs(request: Request, span: Annotated[Range, Query()]) -> Response:
        return said(request, await _past(source.history().jobs, span))

    @routes.get(
        "/slots",
        summary="Quarters of an hour, summed up by device",
        responses={422: {}, 503: {}},
        openapi_extra=reads(Slots, 503),
    )
    async def slots(request: Request, span: Annotated[Range, Query()]) -> Response:
        return said(request, await _past(source.history().slots, span))

    return routes


async def _past(ask: Callable[[datetime, datetime], Sequence[T]], span: Range) -> Sequence[T]:
    if not timedelta() < span.end - span.start <= LONGEST_RANGE:
        raise HTTPException(422, "end must lie after start, by 31 days at most")
    try:
        rows = await asyncio.to_thread(ask, span.start.astimezone(UTC), span.end.astimezone(UTC))
    except Exception as trouble:  # any store may fail in its own way
        raise HTTPException(503, "the store cannot answer now") from trouble
    return list(rows[:MOST_ROWS])
