"""What the board needs from whoever runs it: the state, the clock, a nudge, and how the process is."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Protocol

from policies.history import History
from policies.office.requests import Request
from policies.state import State

Health = Mapping[str, str | float | bool]


class Source(Protocol):
    """All methods may be called from the web thread and return at once; none of them blocks or raises."""

    def state(self) -> State:
        """The state of the last step: an immutable value, so a reference is enough."""

    def now(self) -> datetime:
        """The office's clock, aware, UTC (accelerated in the demo)."""

    def subscribe(self, wake: Callable[[], None]) -> Callable[[], None]:
        """Call `wake` after every step, from the thread that made it. It returns at once and never raises.

        Gives back the function that ends the subscription.
        """

    def health(self) -> Health:
        """Facts about the process by snake_case name, numbers in the unit their name ends with.

        `alive` False fails `/healthz`, `ready` False fails `/readyz`; both count as True where they are missing.
        """

    def ask(self, request: Request, who: str) -> None:
        """Hand on what a person has asked for, and may; the next step takes it in."""

    def history(self) -> History:
        """What the past can be asked. Its answers may take their time: never call it from the web's loop."""
