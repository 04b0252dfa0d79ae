"""The state after a restart, in one call: recalled as it was, and then what the absence leaves of it."""

from datetime import datetime

from daemon.engine.snapshot import recall, resume
from policies.state import State


def restore(
    state: State, cases: bytes | None, office: bytes | None, now: datetime, heard_until: datetime | None = None
) -> State:
    """`heard_until`: the last read in the journal."""
    recalled, kept_at = recall(state, cases, office)
    return resume(recalled, max((at for at in (kept_at, heard_until) if at is not None), default=None), now)
