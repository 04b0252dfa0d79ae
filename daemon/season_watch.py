"""Which season officed judges by, and why: a log line at the start, and a line in the audit trail for each change.

The season decides what "auto" means, so a month in which it turned has to say when, and on whose word. What was last told
is kept in the journal: a change while officed was down is told once too.
"""

import logging
from collections.abc import Callable
from datetime import date, datetime, timedelta

import msgspec

from daemon.engine.inbox import Remark, SeasonChanged
from daemon.errors import StoreUnavailable
from policies.office.outdoor import Season
from policies.office.season import SeasonNow, Source
from policies.state import State

_log = logging.getLogger(__name__)

LOOKED_AFTER = timedelta(seconds=30)
"""A season turns with a local day or a configuration: no need to look at it in every step."""


class Told(msgspec.Struct, frozen=True):
    """What the trail knows. Another mean of the last days is another reason, and no other season."""

    season: Season | None
    source: Source
    since: date | None = None


class SeasonWatch:
    """`look` is called with every state, by whoever thinks. `kept`: what an earlier run has told, `keep` keeps it."""

    def __init__(
        self,
        now: Callable[[], datetime],
        put: Callable[[Remark], None],
        keep: Callable[[bytes], None],
        kept: bytes | None,
    ) -> None:
        self._now = now
        self._put = put
        self._keep = keep
        self._told = None if kept is None else msgspec.json.decode(kept, type=Told)
        self._looked_at: datetime | None = None

    def look(self, state: State) -> None:
        """Tell what is new."""
        now = self._now()
        if self._looked_at is not None and abs(now - self._looked_at) < LOOKED_AFTER:
            return
        is_first, self._looked_at = self._looked_at is None, now
        season = state.office.season(now)
        told = Told(season.season, season.source, season.since)
        if is_first or told != self._told:
            _log.info("season: %s, %s", season.season or "unknown", season.reason)
        if told != self._told:
            self._tell(told, season, now)

    def _tell(self, told: Told, season: SeasonNow, now: datetime) -> None:
        was, self._told = self._told, told
        if was is not None:
            self._put(Remark(SeasonChanged(now, was.season, season.season, season.source, str(season.reason))))
        try:
            self._keep(msgspec.json.encode(told))
        except StoreUnavailable as trouble:
            _log.warning("season: not kept, so a restart tells it again: %s", trouble)
