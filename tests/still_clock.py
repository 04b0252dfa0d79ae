"""A clock for tests: it stands until somebody moves it."""

from dataclasses import dataclass
from datetime import datetime


@dataclass
class StillClock:
    """`at` is its time, aware, UTC."""

    at: datetime

    def now(self) -> datetime:
        return self.at

    def seconds_until(self, instant: datetime) -> float:
        return max(0.0, (instant - self.at).total_seconds())
