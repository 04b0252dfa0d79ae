"""When the next of many devices falls silent: asked in every step, so an instant is only made where it would be the first."""

from collections.abc import Iterable
from datetime import datetime

from policies.office.heard import Heard


def first_silence(of: Iterable[Heard], after: datetime, before: datetime) -> datetime:
    """The first instant between the two (both excluded) at which one of these falls silent; `before` where none does."""
    for heard in of:
        heard_at = heard.heard_at
        if heard_at is not None and before - heard_at > heard.silent_after:
            silent_at = heard.silent_at()
            if silent_at is not None and after < silent_at < before:
                before = silent_at
    return before
