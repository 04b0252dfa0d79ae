"""What the board sees of the engine: the last state, the clock, a nudge a step, and how the process is."""

from collections.abc import Callable, Mapping
from datetime import datetime

from daemon.clock import Clock
from daemon.engine.engine import Engine
from policies.history import History
from policies.inputs import Asked
from policies.office.requests import Request
from policies.state import State

Facts = Callable[[], Mapping[str, str | float | bool]]


class EngineSource:
    """Any thread. `facts` adds what the engine does not know (broker, journal, database)."""

    def __init__(self, engine: Engine, clock: Clock, facts: Facts, past: History) -> None:
        self._past = past
        self._engine = engine
        self._clock = clock
        self._facts = facts
        self._wakes: tuple[Callable[[], None], ...] = ()
        engine.watch(self._stepped)

    def state(self) -> State:
        """The state of the last step."""
        return self._engine.state

    def now(self) -> datetime:
        """The office's clock."""
        return self._clock.now()

    def subscribe(self, wake: Callable[[], None]) -> Callable[[], None]:
        """Call `wake` after every step; gives back what ends that."""
        self._wakes = (*self._wakes, wake)

        def end() -> None:
            self._wakes = tuple(known for known in self._wakes if known is not wake)

        return end

    def health(self) -> Mapping[str, str | float | bool]:
        """Facts by name."""
        engine = self._engine
        return {
            "alive": engine.is_alive,
            "steps_total": float(engine.steps),
            "failed_steps_total": float(engine.failures),
            "step_late_seconds": engine.late_seconds,
            **self._facts(),
        }

    def ask(self, request: Request, who: str) -> None:
        """Into the engine's inbox."""
        self._engine.put(Asked(request, who))

    def history(self) -> History:
        """The store's answers."""
        return self._past

    def _stepped(self, _state: State) -> None:
        for wake in self._wakes:
            wake()
