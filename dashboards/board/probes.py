"""What machines ask: is it alive, is it ready, and numbers for Prometheus."""

import re
from collections import Counter
from collections.abc import Iterator

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from starlette.responses import JSONResponse

from dashboards.board.source import Source
from dashboards.view import overview
from dashboards.views.room import STANDINGS
from policies.control.case import Phase

PHASES: tuple[Phase, ...] = ("pending", "open", "acting", "stuck", "escalated", "suspended")

CHOICES = frozenset({"hot_loops", "receive_path"})
"""Facts that are words: which of few ways was taken here. They become a label."""


def probes(source: Source) -> APIRouter:
    """`/healthz`, `/readyz`, `/metrics`."""
    routes = APIRouter(include_in_schema=False)
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Numbers(source))

    @routes.get("/healthz")
    async def healthz() -> Response:
        facts = dict(source.health())
        return JSONResponse(facts, status_code=200 if facts.get("alive", True) else 503)

    @routes.get("/readyz")
    async def readyz() -> Response:
        ready = bool(source.health().get("ready", True)) and source.state().stepped_at is not None
        return JSONResponse({"ready": ready}, status_code=200 if ready else 503)

    @routes.get("/metrics")
    async def metrics() -> Response:
        return Response(generate_latest(registry), headers={"Content-Type": CONTENT_TYPE_LATEST})

    return routes


class Numbers(Collector):
    """The same facts as the board, as gauges."""

    def __init__(self, source: Source) -> None:
        self._source = source

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Made anew at every scrape; nothing is counted in between."""
        state = self._source.state()
        page = overview(state, self._source.now())
        rooms = GaugeMetricFamily("officed_rooms", "Rooms by how they stand.", labels=["standing"])
        standings = Counter(room.standing for room in page.rooms)
        for standing in STANDINGS:
            rooms.add_metric([standing], standings[standing])
        yield rooms
        cases = GaugeMetricFamily("officed_cases", "Cases that are not closed, by phase.", labels=["phase"])
        phases = Counter(case.phase for case in state.cases.values())
        for phase in PHASES:
            cases.add_metric([phase], phases[phase])
        yield cases
        yield GaugeMetricFamily("officed_devices", "Configured devices.", len(state.office.site.devices))
        yield GaugeMetricFamily("officed_devices_silent", "Devices that do not speak.", len(page.silent))
        for name, value in self._source.health().items():
            if isinstance(value, int | float):
                key = re.sub(r"[^a-z0-9_]", "_", name.lower())
                yield GaugeMetricFamily(f"officed_{key}", f"Health: {name}.", float(value))
            elif name in CHOICES:
                choice = GaugeMetricFamily(f"officed_{name}", f"Health: {name}.", labels=["is"])
                choice.add_metric([str(value)], 1.0)
                yield choice
